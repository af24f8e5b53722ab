// Makes JSON safe to show: the data is unchanged, but nothing in its text can hide, move the cursor
// or act as an instruction before it is decoded. Knows nothing of Katra's domain. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace katra {

// Escapes as \uXXXX, inside the strings of `json` (valid JSON), every control and invisible
// character and every `<` and `[` that may begin a tag (core/tags.h). Decodes to the same value.
// Linear.
[[nodiscard]] std::string EscapeJsonText(std::string json);

// Serialises `value`, of either of nlohmann's types, and escapes it as above. `indent` below 0: on
// one line. Invalid UTF-8 becomes U+FFFD.
template <typename Json>
[[nodiscard]] std::string JsonText(const Json& value, int indent = -1) {
  return EscapeJsonText(value.dump(indent, ' ', false, Json::error_handler_t::replace));
}

}  // namespace katra
