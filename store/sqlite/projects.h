// Rows of the table projects. Everything throws SQLite::Exception and runs inside the caller's
// transaction.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "store/sqlite/connection.h"

namespace katra::store::sqlite {

// The project with this identity, created if it is new; 0 for "". Kept as one line of at most 300
// bytes.
[[nodiscard]] int64_t EnsureProject(Connection& connection, const std::string& given);

// "" for 0.
[[nodiscard]] std::string ProjectIdentity(Connection& connection, int64_t project);

// The projects that a name means: an identity, or the end of some after a '/'. kNotFound, with near
// matches.
[[nodiscard]] Result<std::vector<int64_t>> RequireProjects(Connection& connection,
                                                           const std::string& name);

}  // namespace katra::store::sqlite
