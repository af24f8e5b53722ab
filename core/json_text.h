// JSON as text that may be shown: the data stays exact, and nothing in it can hide, move or give
// orders before it is decoded. Knows nothing of Katra's domain. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace katra {

// `json`, which is valid JSON, with every control and invisible character and every `<` and `[`
// that may begin a tag (core/tags.h) in its strings as \uXXXX. Decoded it is the same. Linear.
[[nodiscard]] std::string EscapeJsonText(std::string json);

// `value`, of either of nlohmann's types, as such a text; `indent` below 0: on one line. Bytes that
// are no UTF-8 become U+FFFD.
template <typename Json>
[[nodiscard]] std::string JsonText(const Json& value, int indent = -1) {
  return EscapeJsonText(value.dump(indent, ' ', false, Json::error_handler_t::replace));
}

}  // namespace katra
