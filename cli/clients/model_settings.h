// The models that the clients' own files ask for, without Katra: what a client would take when it
// is handed none, and what `katra doctor` looks at. A choice made inside of a session can end up
// there and decide every later one. Reads, changes nothing.
#pragma once

#include <array>
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

// The files that Claude Code takes its settings from in `folder`, the strongest first.
[[nodiscard]] std::vector<std::string> ClaudeSettingsFiles(const std::string& folder,
                                                           const Context& context);

// Those that `client` ("claude") takes in `folder`, the strongest first. Damaged files are left
// out.
[[nodiscard]] std::vector<ModelSetting> ModelSettings(const std::string& client,
                                                      const std::string& folder,
                                                      const Context& context);

// The client's word for the model that it takes when nothing names one, or that model, when the
// client keeps a list of what its maker offers it. Empty: not known.
[[nodiscard]] std::string UsualModel(const std::string& client, const Context& context);

// Whether `model` is no name of a model but a word of the client's, so that which model it stands
// for is not known here.
[[nodiscard]] bool IsAlias(const std::string& client, const std::string& model);

// The variables by which Claude Code takes models for its smaller and its parallel work, beside
// the one that it works with.
constexpr std::array<const char*, 5> kSideModelVariables = {
    "ANTHROPIC_SMALL_FAST_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL", "ANTHROPIC_DEFAULT_SONNET_MODEL",
    "ANTHROPIC_DEFAULT_OPUS_MODEL", "CLAUDE_CODE_SUBAGENT_MODEL"};

// Whether the client's maker could have such a model. `elsewhere`: the client asks another server
// than its maker's, whose names nobody knows; only a router's selector is strange then.
[[nodiscard]] bool IsOwnModel(const std::string& client, const std::string& model, bool elsewhere);

}  // namespace katra::cli
