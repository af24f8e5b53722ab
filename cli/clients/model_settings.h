// The models that the clients' own files ask for, without Katra: what a client would take when it
// is handed none, and what `katra doctor` looks at. A choice made inside of a session can end up
// there and decide every later one. Reads, changes nothing.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"

namespace katra::cli {

struct ModelSetting {
  std::string file;
  std::string key;  // as in the file: "model", "model.name", "env.ANTHROPIC_MODEL"
  std::string value;
  // What the key is of: a model, or Codex's choice of a provider.
  bool provider = false;
};

// Those that `client` ("claude") takes in `folder`, the strongest first. Damaged files are left
// out.
[[nodiscard]] std::vector<ModelSetting> ModelSettings(const std::string& client,
                                                      const std::string& folder,
                                                      const Context& context);

// Whether the client's maker could have such a model. `elsewhere`: the client asks another server
// than its maker's, whose names nobody knows; only a router's selector is strange then.
[[nodiscard]] bool IsOwnModel(const std::string& client, const std::string& model, bool elsewhere);

}  // namespace katra::cli
