// How commands show things to people: times, tables, colours. Knows no command.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "core/clock.h"
#include "store/types.h"

namespace katra::cli {

// The local time of day, with the date when it was on another day than `now`: "14:03",
// "2026-11-20 14:03". Reads TZ.
[[nodiscard]] std::string FormatLocal(WallTime time, WallTime now);

// What output is laid out for.
struct Page {
  size_t width = 0;  // columns; 0: as wide as it gets, for a pipe or a file
  bool colours = false;
};
[[nodiscard]] Page PageFor(const Terminal& terminal);

// The look of a cell: an SGR sequence such as "\x1b[32m", or "".
using CellLook = std::function<const char*(size_t column, const std::string& cell)>;
inline constexpr const char* kGoodLook = "\x1b[32m";
inline constexpr const char* kAttentionLook = "\x1b[33m";
inline constexpr const char* kBadLook = "\x1b[31m";
inline constexpr const char* kFaintLook = "\x1b[2m";
// Of a state as FormatActivity and `katra list` name it: what works is good, what waits for
// somebody wants attention, what cannot work is bad.
[[nodiscard]] const char* LookOfState(const std::string& state);

// Rows under headings, columns aligned; the last column is not padded. Cells are made one line. A
// table that is wider than the page goes on in further lines of the same cell, between words.
[[nodiscard]] std::string RenderTable(const std::vector<std::string>& headings,
                                      const std::vector<std::vector<std::string>>& rows,
                                      const Page& page = {}, const CellLook& look = nullptr);

// Where a line may be broken: prose between words only, so that commands and names in it stay
// whole; a cell of a table also behind a slash, a comma or a hyphen.
enum class Breaks { kWords, kParts };

// Lines of at most `columns`; what is longer and has no place to break is cut. Spaces at the start
// stay, those around a break go. At least one line. `columns` 0: one line.
[[nodiscard]] std::vector<std::string> WrapWords(std::string_view text, size_t columns,
                                                 Breaks breaks = Breaks::kWords);

// `text`, which may hold line breaks, with each line begun by `prefix` and wrapped to the page.
[[nodiscard]] std::string WrapLines(std::string_view text, std::string_view prefix,
                                    const Page& page);

// "working", "idle", "waiting for you"; empty: the client tells nothing.
[[nodiscard]] std::string FormatActivity(store::Activity activity);

}  // namespace katra::cli
