// Katra's folder, KATRA_HOME.
#pragma once

#include <string>

#include "core/result.h"

namespace katra::store {

// As EnsurePrivateFolder (core/files.h), but the home may be a link of its owner's. A folder that
// was made by hand, into which others may look but in which there is nothing yet but configuration,
// is closed to them: there is nothing that they could have read.
[[nodiscard]] Status EnsureHome(const std::string& path);

}  // namespace katra::store
