// The `signature` of thinking blocks that Katra makes for models of other providers (R56): a mark
// followed by what the upstream expects back, so that conversations survive a lost store.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace katra::router::translate {

inline constexpr std::string_view kSignatureMark = "katra1.";

[[nodiscard]] inline bool IsOurSignature(std::string_view signature) {
  return signature.substr(0, kSignatureMark.size()) == kSignatureMark;
}

// `kept` is a JSON object. The result contains only ASCII letters, digits, "-", "_" and ".".
[[nodiscard]] std::string MakeSignature(std::string_view kept);
// nullopt: not Katra's, or damaged.
[[nodiscard]] std::optional<std::string> ReadSignature(std::string_view signature);

// Base64 for URLs, without padding.
[[nodiscard]] std::string ToBase64Url(std::string_view bytes);
[[nodiscard]] std::optional<std::string> FromBase64Url(std::string_view text);

}  // namespace katra::router::translate
