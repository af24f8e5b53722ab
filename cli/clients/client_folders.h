// Finds the folders of this user's clients from the environment.
#pragma once

#include "cli/clients/registration.h"
#include "cli/context.h"

namespace katra::cli {

[[nodiscard]] UserFolders FoldersOf(const Context& context);

// Whether the client seems to be installed: its program is in PATH, or its folder exists.
[[nodiscard]] bool IsThere(const Client& client, const Context& context);

// The message of kNotFound names the nearest matches and all known clients.
[[nodiscard]] Result<Client> FindClient(const std::string& name, const Context& context);

}  // namespace katra::cli
