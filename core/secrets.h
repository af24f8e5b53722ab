// Removes keys, tokens and passwords from text that is about to be written: known values, and
// anything shaped like a secret. Errs on the side of removing too much. Does not know where the
// text comes from or goes to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/secret_names.h"
#include "core/secret_shapes.h"

namespace katra {

// Replaces each secret.
inline constexpr std::string_view kRedacted = "[redacted]";

// Immutable, so that any thread may use it.
class SecretFilter {
 public:
  // `known`: values that are removed wherever they occur. Those shorter than six bytes are ignored,
  // because they would match everywhere.
  explicit SecretFilter(std::vector<std::string> known);

  // Replaces in `text`: known values, keys of known shapes, values of Authorization headers and
  // bearer tokens, values of secret names that look like secrets, passwords in URLs, and PEM
  // private keys. Everything else is unchanged, email addresses included. Linear.
  [[nodiscard]] std::string Clean(std::string_view text) const;

 private:
  std::vector<std::string> known_;  // longest first
};

}  // namespace katra
