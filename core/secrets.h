// Takes keys, tokens and passwords out of text that is about to be written down: values that are
// known, and whatever has the shape of a secret. Errs on the side of taking too much. Knows nothing
// of where the text comes from or goes to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/secret_names.h"
#include "core/secret_shapes.h"

namespace katra {

// What stands in the place of a secret.
inline constexpr std::string_view kRedacted = "[redacted]";

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
