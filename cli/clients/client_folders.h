// Where this user's clients keep their files, from the environment.
#pragma once

#include "cli/clients/registration.h"
#include "cli/context.h"

namespace katra::cli {

[[nodiscard]] UserFolders FoldersOf(const Context& context);

// Whether the client seems to be used here: its program is in PATH, or its folder exists.
[[nodiscard]] bool IsThere(const Client& client, const Context& context);

// kNotFound names the nearest and all known ones.
[[nodiscard]] Result<Client> FindClient(const std::string& name, const Context& context);

}  // namespace katra::cli
