#include "mcp_server/protocol/catalog.h"

namespace katra::mcp {

Catalog MakeCatalog() {
  Catalog catalog;
  catalog.tools = MakeTools();
  catalog.argument_error = &ArgumentError;
  catalog.error_output = &ErrorOutput;
  catalog.instructions = &Instructions;
  catalog.templates = ListResourceTemplates();
  catalog.list_resources = &ListResources;
  catalog.read_resource = &ReadResource;
  catalog.resource_version = &ResourceVersion;
  catalog.complete_resource = &CompleteResource;
  catalog.prompts = ListPrompts();
  catalog.get_prompt = &GetPrompt;
  catalog.complete_prompt = &CompletePrompt;
  return catalog;
}

}  // namespace katra::mcp
