#include "mcp_server/protocol/offering.h"

namespace katra::mcp {

Offering MakeOffering() {
  Offering offering;
  offering.tools = MakeTools();
  offering.argument_error = &ArgumentError;
  offering.error_output = &ErrorOutput;
  offering.instructions = &Instructions;
  offering.templates = ListResourceTemplates();
  offering.list_resources = &ListResources;
  offering.read_resource = &ReadResource;
  offering.resource_version = &ResourceVersion;
  offering.complete_resource = &CompleteResource;
  offering.prompts = ListPrompts();
  offering.get_prompt = &GetPrompt;
  offering.complete_prompt = &CompletePrompt;
  return offering;
}

}  // namespace katra::mcp
