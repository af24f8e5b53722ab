// Creates or checks Katra's folder, KATRA_HOME.
#pragma once

#include <string>

#include "core/result.h"

namespace katra::store {

// Like EnsurePrivateFolder (core/files.h), but the home may be a symbolic link of its owner. A
// folder that others can read but not write, and that holds nothing but configuration yet, is
// closed to others instead of refused: there was nothing private for them to read.
[[nodiscard]] Status EnsureHome(const std::string& path);

}  // namespace katra::store
