#include "mcp_server/protocol/capabilities.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace katra::mcp {

using nlohmann::json;

namespace {

// How much of a result a client may show to its model without truncating it.
constexpr int kMaxResultCharacters = 200'000;

json Capabilities(std::string_view version) {
  json capabilities = {{"tools", json::object()},
                       {"prompts", json::object()},
                       {"resources", {{"subscribe", true}, {"listChanged", true}}},
                       {"logging", json::object()}};
  if (version != "2024-11-05") capabilities["completions"] = json::object();
  return capabilities;
}

// Name, title and description, which nearly every entry has.
template <typename Info>
json Described(const Info& info) {
  json entry = {{"name", info.name}, {"description", info.description}};
  if (!info.title.empty()) entry["title"] = info.title;
  return entry;
}

}  // namespace

json ServerInfo(const std::string& version) {
  return {{"name", "katra"}, {"title", "Katra"}, {"version", version}};
}

json InitializeResult(std::string_view protocol_version, const json& server_info,
                      const std::string& instructions, bool channel) {
  json capabilities = Capabilities(protocol_version);
  if (channel) capabilities["experimental"] = {{"claude/channel", json::object()}};
  return {{"protocolVersion", protocol_version},
          {"capabilities", std::move(capabilities)},
          {"serverInfo", server_info},
          {"instructions", instructions}};
}

json DiscoverResult(const std::string& instructions) {
  return {{"supportedVersions", json::array({kModernVersion})},
          {"capabilities", Capabilities(kModernVersion)},
          {"instructions", instructions}};
}

json ToolEntries(const std::vector<Tool>& tools) {
  json entries = json::array();
  for (const Tool& tool : tools) {
    json entry = Described(tool);
    entry["inputSchema"] = *tool.input_schema;
    entry["annotations"] = {{"title", tool.title},
                            {"readOnlyHint", tool.hints.read_only},
                            {"destructiveHint", tool.hints.destructive},
                            {"idempotentHint", tool.hints.idempotent},
                            {"openWorldHint", false}};
    entry["_meta"] = {{"anthropic/alwaysLoad", true},
                      {"anthropic/maxResultSizeChars", kMaxResultCharacters}};
    entries.push_back(std::move(entry));
  }
  return entries;
}

json ResourceEntries(const std::vector<ResourceInfo>& resources) {
  json entries = json::array();
  for (const ResourceInfo& resource : resources) {
    json entry = Described(resource);
    entry["uri"] = resource.uri;
    entry["mimeType"] = resource.mime_type;
    entries.push_back(std::move(entry));
  }
  return entries;
}

json TemplateEntries(const std::vector<ResourceTemplateInfo>& templates) {
  json entries = json::array();
  for (const ResourceTemplateInfo& info : templates) {
    json entry = Described(info);
    entry["uriTemplate"] = info.uri_template;
    entry["mimeType"] = info.mime_type;
    entries.push_back(std::move(entry));
  }
  return entries;
}

json PromptEntries(const std::vector<PromptInfo>& prompts) {
  json entries = json::array();
  for (const PromptInfo& prompt : prompts) {
    json entry = Described(prompt);
    entry["arguments"] = json::array();
    for (const PromptArgument& argument : prompt.arguments) {
      entry["arguments"].push_back({{"name", argument.name},
                                    {"description", argument.description},
                                    {"required", argument.required}});
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace katra::mcp
