#include "router/translate/kept_reasoning.h"

#include "core/json_view.h"
#include "core/json_write.h"
#include "core/sha256.h"

namespace katra::router::translate {

std::string KeptReasoning::ToJson() const {
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject().Key("provider").String(upstream);
  if (!reasoning_content.empty()) writer.Key("content").RawString(reasoning_content);
  if (!reasoning_details.empty()) writer.Key("details").Raw("[" + reasoning_details + "]");
  if (!items.empty()) writer.Key("items").Raw("[" + items + "]");
  if (!thought_signatures.empty()) {
    writer.Key("signatures").BeginObject();
    for (const auto& [id, signature] : thought_signatures) writer.TextKey(id).RawString(signature);
    writer.EndObject();
  }
  writer.EndObject();
  return json;
}

std::optional<KeptReasoning> KeptReasoning::FromJson(std::string_view json) {
  JsonDocument document;
  if (!document.Parse(json) || !document.Root().IsObject()) return std::nullopt;
  const JsonView root = document.Root();
  KeptReasoning kept;
  kept.upstream = root["provider"].Text();
  kept.reasoning_content = root["content"].RawString();
  for (const JsonView detail : root["details"]) {
    if (!kept.reasoning_details.empty()) kept.reasoning_details.push_back(',');
    kept.reasoning_details.append(detail.Raw());
  }
  if (const JsonView items = root["items"]; items.IsArray() && !items.Empty()) {
    kept.items = items.Raw().substr(1, items.Raw().size() - 2);
  }
  for (const JsonView signature : root["signatures"]) {
    if (signature.IsString()) {
      kept.thought_signatures[signature.Key().Text()] = signature.RawString();
    }
  }
  return kept;
}

std::string ReasoningKey(std::string_view owner, std::string_view upstream,
                         std::string_view tool_id) {
  if (owner.empty()) return std::string(tool_id);
  std::string whose;
  for (const std::string_view part : {owner, upstream, tool_id}) {
    whose.append(std::to_string(part.size())).append(":").append(part);
  }
  return "kept_" + Sha256Hex(whose);
}

}  // namespace katra::router::translate
