// Classifies the tools of a Messages request for upstreams of other formats (R28-R37).
#include <string>
#include <string_view>

#include "router/translate/request_draft.h"

namespace katra::router::translate {
namespace {

constexpr std::string_view kNoSearch =
    "Web search is not available with this model. When asked to search the web, say so and answer "
    "from what you know.";
constexpr std::string_view kNoFetch =
    "Fetching web pages is not available with this model. When asked to, say so.";

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

}  // namespace

ToolKind KindOf(JsonView tool) {
  const JsonView type = tool["type"];
  if (type.IsNothing() || type.Is("custom") || type.Is("function")) return ToolKind::kFunction;
  const std::string_view name = type.RawString();
  if (StartsWith(name, "web_search_")) return ToolKind::kWebSearch;
  if (StartsWith(name, "web_fetch_")) return ToolKind::kWebFetch;
  if (StartsWith(name, "tool_search_tool_")) return ToolKind::kToolSearch;
  return ToolKind::kRefused;
}

void ListToolDrops(JsonView tool, std::vector<std::string>* dropped) {
  for (const std::string_view key : {"strict", "input_examples", "allowed_callers"}) {
    if (!tool[key].IsNothing()) dropped->push_back("tools." + std::string(key));
  }
}

bool HasFunction(JsonView tools, const std::string& name) {
  for (const JsonView tool : tools) {
    if (KindOf(tool) == ToolKind::kFunction && tool["name"].Is(name)) return true;
  }
  return false;
}

Status LeaveOut(ToolKind kind, const std::string& type, Draft& draft) {
  if (kind == ToolKind::kRefused) {  // R37
    return RejectCapability(type.empty() ? "tool" : type,
                            "only Anthropic's models run tools of this type; leave it out, or "
                            "choose an Anthropic model");
  }
  draft.dropped.insert("tools." + type);
  if (kind == ToolKind::kWebSearch) draft.system_notes.emplace_back(kNoSearch);
  if (kind == ToolKind::kWebFetch) draft.system_notes.emplace_back(kNoFetch);
  return {};  // tool search: all tools are sent, so no search is needed
}

Result<JsonView> ReadTools(const Draft& draft) {
  const JsonView tools = draft.root["tools"];
  if (!tools.IsNothing() && !tools.IsArray()) return Malformed("tools: expected an array");
  for (const JsonView tool : tools) {
    if (!tool.IsObject()) return Malformed("tools: expected objects");
  }
  return tools;
}

}  // namespace katra::router::translate
