#include "router/routing/cost/cache_key.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/json_view.h"

namespace katra::router::routing::cost {
namespace {

constexpr std::string_view kScheme = "katra answer cache 1";
constexpr std::string_view kAttribution = "x-anthropic-billing-header";

// Say how the answer is sent and who asks, or are replaced by the gateway.
constexpr std::array<std::string_view, 6> kIgnored = {
    "model", "stream", "stream_options", "user", "safety_identifier", "prompt_cache_key"};
// State or data that the body does not hold.
constexpr std::array<std::string_view, 8> kElsewhere = {
    "previous_response_id", "conversation",       "background", "prompt", "container",
    "mcp_servers",          "web_search_options", "audio"};

template <size_t kSize>
bool Holds(const std::array<std::string_view, kSize>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Parts cannot run into each other.
void Add(std::string& out, std::string_view part) {
  out += std::to_string(part.size());
  out += ':';
  out += part;
}

bool IsAttribution(JsonView text) {
  return text.IsString() && text.Text().substr(0, kAttribution.size()) == kAttribution;
}

// All of it but the attribution block, which is always the first.
void AddSystem(std::string& out, JsonView system) {
  if (!system.IsArray()) return Add(out, system.Raw());
  std::string kept;
  bool first = true;
  for (const JsonView block : system) {
    if (!first || !IsAttribution(block["text"])) Add(kept, block.Raw());
    first = false;
  }
  Add(out, kept);
}

void AddMetadata(std::string& out, JsonView metadata) {
  if (!metadata.IsObject()) return Add(out, metadata.Raw());
  std::string kept;
  for (const JsonView value : metadata) {
    if (value.Key().Is("user_id")) continue;
    Add(kept, value.Key().Text());
    Add(kept, value.Raw());
  }
  Add(out, kept);
}

bool IsRemote(JsonView url) { return url.IsString() && url.Text().substr(0, 5) != "data:"; }

// Whether a part of the conversation stands for something that can change: a file by its id, or
// whatever is behind a URL. What looks like one in a tool's arguments counts, too.
bool RefersElsewhere(JsonView value) {
  if (value.IsObject()) {
    if (!value["file_id"].IsNothing() || !value["file_url"].IsNothing()) return true;
    const JsonView source = value["source"];
    if (source.IsObject() && (source["type"].Is("url") || source["type"].Is("file"))) return true;
    const JsonView image = value["image_url"];
    if (IsRemote(image.IsObject() ? image["url"] : image)) return true;
    if (value["type"].Is("item_reference")) return true;
  } else if (!value.IsArray()) {
    return false;
  }
  for (const JsonView part : value) {
    if (RefersElsewhere(part)) return true;
  }
  return false;
}

// Tools that the provider runs: their results differ from day to day.
bool OffersServerTools(JsonView tools) {
  for (const JsonView tool : tools) {
    const JsonView type = tool["type"];
    if (!type.IsNothing() && !type.Is("function") && !type.Is("custom")) return true;
  }
  return false;
}

// nullptr: it has a key.
const char* WhyNot(JsonView root, bool any_temperature) {
  if (!any_temperature) {
    const auto temperature = root["temperature"].Number();
    if (!temperature || *temperature < 0 || *temperature > 0) return "its temperature is not 0";
  }
  if (const auto answers = root["n"].Number(); answers && *answers > 1) {
    return "it asks for several answers";
  }
  for (const std::string_view name : kElsewhere) {
    const JsonView value = root[name];
    if (value.IsNothing() || value.IsFalse() || (value.IsArray() && value.Empty())) continue;
    return "it refers to state that the provider keeps";
  }
  if (OffersServerTools(root["tools"])) return "it offers tools that the provider runs";
  for (const std::string_view name : {"messages", "input", "system"}) {
    if (RefersElsewhere(root[name])) return "it refers to a file or a URL";
  }
  return nullptr;
}

}  // namespace

CacheKey KeyOf(const CacheableRequest& request, bool any_temperature) {
  JsonDocument document;
  if (!document.Parse(request.body) || !document.Root().IsObject()) {
    return {std::nullopt, "its body is not a JSON object"};
  }
  const JsonView root = document.Root();
  if (const char* reason = WhyNot(root, any_temperature)) return {std::nullopt, reason};

  std::vector<std::pair<std::string, JsonView>> members;
  for (const JsonView value : root) members.emplace_back(value.Key().Text(), value);
  std::sort(members.begin(), members.end(),
            [](const auto& one, const auto& other) { return one.first < other.first; });
  std::string all;
  all.reserve(request.body.size() + 512);
  for (const std::string_view part : {kScheme, request.tenant, request.provider, request.model,
                                      request.format, request.version, request.betas}) {
    Add(all, part);
  }
  for (size_t i = 0; i < members.size(); ++i) {
    const auto& [name, value] = members[i];
    // Which of the two an upstream reads is not known.
    if (i > 0 && members[i - 1].first == name) return {std::nullopt, "a member is given twice"};
    if (Holds(kIgnored, name)) continue;
    Add(all, name);
    if (name == "system") {
      AddSystem(all, value);
    } else if (name == "metadata") {
      AddMetadata(all, value);
    } else {
      Add(all, value.Raw());
    }
  }
  return {Sha256(all), {}};
}

bool MayStore(const AnswerEnd& end, bool tool_calls_too) {
  if (end.status != 200 || !end.complete) return false;
  if (end.used_tools || end.stop_reason == "tool_use") return tool_calls_too;
  return end.stop_reason == "end_turn" || end.stop_reason == "stop_sequence";
}

}  // namespace katra::router::routing::cost
