#include "router/translate/from_responses/items.h"

#include <algorithm>
#include <array>

#include "core/json_write.h"
#include "router/translate/names.h"

namespace katra::router::translate {

std::string TextOf(JsonView message) {
  std::string text;
  for (const JsonView part : message["content"]) {
    const bool refusal = part["type"].Is("refusal");
    text.append(refusal ? part["refusal"].RawString() : part["text"].RawString());
  }
  return text;
}

bool HasRefusal(JsonView message) {
  for (const JsonView part : message["content"]) {
    if (part["type"].Is("refusal")) return true;
  }
  return false;
}

std::string ReasoningOf(JsonView item) {
  std::string words;
  for (const char* member : {"summary", "content"}) {
    const JsonView parts = item[member];
    for (const JsonView part : parts) {
      if (part["text"].RawString().empty()) continue;
      if (!words.empty()) words += "\\n\\n";
      words.append(part["text"].RawString());
    }
  }
  return words;
}

std::string ReasoningItem(JsonView item) {
  const JsonView encrypted = item["encrypted_content"];
  const JsonView content = item["content"];
  const bool readable = !encrypted.RawString().empty() || !content.Empty();
  if (!readable || !item["id"].IsString()) return {};
  std::string kept;
  JsonWriter writer(kept);
  writer.BeginObject().Key("type").String("reasoning").Key("id").RawString(item["id"].RawString());
  writer.Key("summary").Raw(item["summary"].IsArray() ? item["summary"].Raw() : "[]");
  if (content.IsArray() && !content.Empty()) writer.Key("content").Raw(content.Raw());
  if (encrypted.IsString()) writer.Key("encrypted_content").RawString(encrypted.RawString());
  writer.EndObject();
  return kept;
}

std::string CallName(JsonView call) { return FlatName(call["namespace"], call["name"]); }

bool IsKnownEvent(std::string_view type) {
  static constexpr std::array<std::string_view, 13> kTold = {
      "response.created",
      "response.in_progress",
      "response.queued",
      "response.content_part.added",
      "response.content_part.done",
      "response.output_text.done",
      "response.refusal.done",
      "response.function_call_arguments.done",
      "response.custom_tool_call_input.done",
      "response.reasoning_summary_part.added",
      "response.reasoning_summary_part.done",
      "response.reasoning_summary_text.done",
      "response.reasoning_text.done",
  };
  return type.starts_with("response.web_search_call.") ||
         std::find(kTold.begin(), kTold.end(), type) != kTold.end();
}

}  // namespace katra::router::translate
