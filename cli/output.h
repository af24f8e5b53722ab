// How commands show things to people: times, tables, colours. Knows no command.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "store/types.h"

namespace katra::cli {

// The local time of day, with the date when it was on another day than `now`: "14:03",
// "2026-11-20 14:03". Reads TZ.
[[nodiscard]] std::string FormatLocal(WallTime time, WallTime now);

// Rows under headings, columns aligned; the last column is not padded. Cells are made one line.
[[nodiscard]] std::string RenderTable(const std::vector<std::string>& headings,
                                      const std::vector<std::vector<std::string>>& rows);

// "working", "idle", "waiting for you"; empty: the client tells nothing.
[[nodiscard]] std::string FormatActivity(store::Activity activity);

}  // namespace katra::cli
