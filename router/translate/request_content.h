// The content of one Chat message: text, pictures and files (R14, R17-R19, R22). Internal to
// router/translate.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "router/translate/request_draft.h"

namespace katra::router::translate {

class Content {
 public:
  // JSON string contents. `block` is where it came from, for its cache_control; may be missing.
  void AddText(std::string_view escaped, JsonView block = {});
  void AddPart(std::string json);
  void Append(Content&& other);

  [[nodiscard]] bool Empty() const { return parts_.empty(); }
  void Clear() { parts_.clear(); }
  // All of it as one string's contents; parts that are no text are left out.
  [[nodiscard]] std::string Text(std::string_view separator) const;
  // A string, or an array where there is more than text, or text whose cache marks count.
  void Write(bool keep_cache_control, JsonWriter& writer) const;
  // For the Responses API: an array of `input_text` and other parts.
  void WriteInput(JsonWriter& writer) const;
  [[nodiscard]] bool OnlyText() const;

 private:
  struct Part {
    std::string text;  // JSON string contents
    std::string json;  // a whole part instead
    JsonView cache_control;
  };
  std::vector<Part> parts_;
};

// A block of a user's message, or of a tool's result, that is no text and no tool_result. `latest`:
// it is in the request's last message, so that leaving it out would change what is asked.
[[nodiscard]] Status AddBlock(Draft& draft, JsonView block, bool latest, Content& content);

}  // namespace katra::router::translate
