// The models configured in the clients' own files, without Katra: what a client would use if it is
// given none, and what `katra doctor` checks. A choice made inside a session may be stored there
// and affect every later one. Only reads.
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
  // The key chooses a provider (Codex) and not a model.
  bool provider = false;
};

// Claude Code's settings files for `folder`, highest precedence first.
[[nodiscard]] std::vector<std::string> ClaudeSettingsFiles(const std::string& folder,
                                                           const Context& context);

// The settings that `client` ("claude") uses in `folder`, highest precedence first. Ignores damaged
// files.
[[nodiscard]] std::vector<ModelSetting> ModelSettings(const std::string& client,
                                                      const std::string& folder,
                                                      const Context& context);

// The client's word for its default model, or that model's name if the client stores a list of what
// its maker offers. Empty: unknown.
[[nodiscard]] std::string UsualModel(const std::string& client, const Context& context);

// Whether `model` is an alias of the client's, so that the model behind it is unknown.
[[nodiscard]] bool IsAlias(const std::string& client, const std::string& model);

// The variables with Claude Code's models for smaller and parallel work, besides the main one.
constexpr std::array<const char*, 5> kSideModelVariables = {
    "ANTHROPIC_SMALL_FAST_MODEL", "ANTHROPIC_DEFAULT_HAIKU_MODEL", "ANTHROPIC_DEFAULT_SONNET_MODEL",
    "ANTHROPIC_DEFAULT_OPUS_MODEL", "CLAUDE_CODE_SUBAGENT_MODEL"};

// Whether `model` may be one of the client's maker. `elsewhere`: the client uses another server
// than its maker's, whose model names are unknown; then only a router's selector is not.
[[nodiscard]] bool IsOwnModel(const std::string& client, const std::string& model, bool elsewhere);

}  // namespace katra::cli
