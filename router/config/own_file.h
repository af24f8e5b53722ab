// Reads files that only this user can write: Katra acts on its configuration, so it must not be
// somebody else's.
#pragma once

#include <optional>
#include <string>

#include "core/result.h"

namespace katra::router {

// The file's text; nullopt if it does not exist. kPermissionDenied: it is a link, not a regular
// file, another user's, or writable by others; the message has the command that fixes it. It may be
// readable by others: these files contain no secrets, and Katra's home is closed.
[[nodiscard]] Result<std::optional<std::string>> ReadOwnFile(const std::string& path,
                                                             size_t max_bytes);

// Checks that the folder, if it exists, belongs to this user, is not writable by others, and is not
// a link unless `may_be_link` (as for the home).
[[nodiscard]] Status CheckOwnFolder(const std::string& path, bool may_be_link);

}  // namespace katra::router
