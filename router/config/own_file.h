// Files that only this user may have written: a configuration is followed, so that it must not be
// somebody else's.
#pragma once

#include <optional>
#include <string>

#include "core/result.h"

namespace katra::router {

// The file's text; nothing when there is none. kPermissionDenied: a link, no regular file, another
// user's, or open to changes by others; the message has the command that mends it. Readable by
// others is fine: these files hold no secrets, and Katra's home is closed.
[[nodiscard]] Result<std::optional<std::string>> ReadOwnFile(const std::string& path,
                                                             size_t max_bytes);

// The folder, when there is one: this user's, not open to changes by others, and no link unless
// `may_be_link`, as the home may.
[[nodiscard]] Status CheckOwnFolder(const std::string& path, bool may_be_link);

}  // namespace katra::router
