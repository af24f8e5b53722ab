// An answer's reasoning that the next turn returns to the upstream (R41-R44, R56). Written by the
// translation of responses, read by that of requests. Internal to router/translate.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace katra::router::translate {

struct KeptReasoning {
  std::string upstream;           // where it came from, as in Target::upstream
  std::string reasoning_content;  // JSON string contents
  std::string reasoning_details;  // items of the JSON array, without brackets
  std::string items;              // likewise, items of the Responses API, returned unchanged (R77)
  // Client's tool id -> signature, as JSON string contents.
  std::map<std::string, std::string> thought_signatures;

  [[nodiscard]] std::string ToJson() const;
  static std::optional<KeptReasoning> FromJson(std::string_view json);
};

// The key of `tool_id` in the store. It includes owner and upstream, so that a tool's id, which an
// upstream or a client chooses, cannot address another's entries. With an empty `owner`, the id
// itself.
[[nodiscard]] std::string ReasoningKey(std::string_view owner, std::string_view upstream,
                                       std::string_view tool_id);

}  // namespace katra::router::translate
