// Finds settings in a client's own files that would compete with its subscription login: a key, a
// helper that makes one, or headers that would replace the session's. Reads names, keeps no values,
// changes nothing.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"

namespace katra::cli {

struct LoginSetting {
  std::string file;
  std::string key;  // as in the file: "apiKeyHelper", "env.ANTHROPIC_API_KEY"
};

// The settings that `client` ("claude", "codex") would use in `folder`. Ignores damaged files.
[[nodiscard]] std::vector<LoginSetting> LoginSettings(const std::string& client,
                                                      const std::string& folder,
                                                      const Context& context);

}  // namespace katra::cli
