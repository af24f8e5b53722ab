// The content of one Chat message: text, images and files (R14, R17-R19, R22). Internal to
// router/translate.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "router/translate/request_draft.h"

namespace katra::router::translate {

class Content {
 public:
  // `escaped`: JSON string contents. `block`: its source, for its cache_control; may be missing.
  void AddText(std::string_view escaped, JsonView block = {});
  void AddPart(std::string json);
  void Append(Content&& other);

  [[nodiscard]] bool Empty() const { return parts_.empty(); }
  void Clear() { parts_.clear(); }
  // All text as the contents of one string; omits other parts.
  [[nodiscard]] std::string Text(std::string_view separator) const;
  // Writes a string, or an array if there are other parts than text, or cache marks to keep.
  void Write(bool keep_cache_control, JsonWriter& writer) const;
  // For the Responses API: writes an array of `input_text` and other parts.
  void WriteInput(JsonWriter& writer) const;
  [[nodiscard]] bool OnlyText() const;

 private:
  struct Part {
    std::string text;  // JSON string contents
    std::string json;  // a complete part instead of text
    JsonView cache_control;
  };
  std::vector<Part> parts_;
};

// Adds a block of a user message or a tool result that is neither text nor tool_result. `latest`:
// it is in the request's last message, so dropping it would change what is asked.
[[nodiscard]] Status AddBlock(Draft& draft, JsonView block, bool latest, Content& content);

}  // namespace katra::router::translate
