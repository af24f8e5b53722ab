// What `katra install` adds for all sessions of a client besides the server: hooks in the user's
// own file, and for Codex their hashes, so that it trusts them. Sessions of `katra start` have
// their own, and there these do nothing. Pure functions.
#pragma once

#include <string>

#include "cli/clients/registration.h"
#include "core/result.h"

namespace katra::cli {

// The text of the client's hooks_file with Katra's hooks, or without them if `registration` is
// nullptr; all other hooks stay as they are. kInvalidArgument: the file cannot be parsed.
[[nodiscard]] Result<std::string> EditHooks(const Client& client, const std::string& text,
                                            const ServerRegistration* registration);

// Codex's config.toml: trusts Katra's hooks in `after`, and no longer those in `before`, two texts
// of its hooks_file.
[[nodiscard]] Result<std::string> EditCodexTrust(const Client& codex, const std::string& config,
                                                 const std::string& before,
                                                 const std::string& after);

}  // namespace katra::cli
