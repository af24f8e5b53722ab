// What is kept of an answer's reasoning so that the next turn can give it back to the upstream
// (R41-R44, R56): written by the reply's translation, read by the request's. Internal to
// router/translate.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace katra::router::translate {

struct KeptReasoning {
  std::string upstream;           // that it came from, as Target::upstream
  std::string reasoning_content;  // JSON string contents
  std::string reasoning_details;  // items of the JSON array, without brackets
  std::string items;              // of the Responses API, likewise: each goes back as it came (R77)
  // Tool id of the client -> signature, as JSON string contents.
  std::map<std::string, std::string> thought_signatures;

  [[nodiscard]] std::string ToJson() const;
  static std::optional<KeptReasoning> FromJson(std::string_view json);
};

// Under which `tool_id` is found in the store: one for each owner and upstream, so that a tool's
// id, which an upstream or a client chooses, leads to nobody else's. No `owner`: the id as it is.
[[nodiscard]] std::string ReasoningKey(std::string_view owner, std::string_view upstream,
                                       std::string_view tool_id);

}  // namespace katra::router::translate
