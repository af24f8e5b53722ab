// What in a client's own files would be a login beside its subscription's: a key, a helper that
// makes one, or headers that would replace the session's. Reads names, keeps no value, changes
// nothing.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"

namespace katra::cli {

struct LoginSetting {
  std::string file;
  std::string key;  // as in the file: "apiKeyHelper", "env.ANTHROPIC_API_KEY"
};

// Those that `client` ("claude", "codex") would take in `folder`. Damaged files are left out.
[[nodiscard]] std::vector<LoginSetting> LoginSettings(const std::string& client,
                                                      const std::string& folder,
                                                      const Context& context);

}  // namespace katra::cli
