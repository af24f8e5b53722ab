// Takes keys, tokens and passwords out of text that is about to be written down: values that are
// known, and whatever has the shape of a secret. Errs on the side of taking too much. Knows nothing
// of where the text comes from or goes to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace katra {

// What stands in the place of a secret.
inline constexpr std::string_view kRedacted = "[redacted]";

// Whether `word` begins as the keys of known services do: "sk-", "AIza", "ghp_", "xoxb-", ….
[[nodiscard]] bool StartsLikeKey(std::string_view word);

// Whether a member or variable of that name holds a secret: "api_key", "authorization", ….
[[nodiscard]] bool IsSecretName(std::string_view name);

// Immutable, so that any thread may use it.
class SecretFilter {
 public:
  // `known`: values that are taken out wherever they stand; those below six bytes are ignored,
  // since they would be found in everything.
  explicit SecretFilter(std::vector<std::string> known);

  // `text` without: known values, keys of known shapes, values of Authorization headers and bearer
  // tokens, what is assigned to a secret name and looks like a secret, passwords in URLs, private
  // keys in PEM. Everything else stays as it is, addresses of people included. Linear.
  [[nodiscard]] std::string Clean(std::string_view text) const;

 private:
  std::vector<std::string> known_;  // the longest first
};

}  // namespace katra
