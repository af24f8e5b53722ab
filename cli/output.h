// Formats output for people: times, tables, colours. Knows no command.
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

// The local time, with the date if it is not the day of `now`: "14:03", "2026-11-20 14:03". Reads
// TZ.
[[nodiscard]] std::string FormatLocal(WallTime time, WallTime now);

// A folder as people write it: "~/work/app".
[[nodiscard]] std::string ShownFolder(std::string folder, const std::string& user_home);

// The page for which output is laid out.
struct Page {
  size_t width = 0;  // columns; 0: unlimited, for a pipe or a file
  bool colours = false;
};
[[nodiscard]] Page PageFor(const Terminal& terminal);

// The style of a cell: an SGR sequence such as "\x1b[32m", or "".
using CellLook = std::function<const char*(size_t column, const std::string& cell)>;
inline constexpr const char* kGoodLook = "\x1b[32m";
inline constexpr const char* kAttentionLook = "\x1b[33m";
inline constexpr const char* kBadLook = "\x1b[31m";
inline constexpr const char* kFaintLook = "\x1b[2m";
inline constexpr const char* kReverseLook = "\x1b[7m";
// The style of a state as named by FormatActivity and `katra list`: working states are good, those
// that wait for somebody need attention, those that cannot work are bad.
[[nodiscard]] const char* LookOfState(const std::string& state);

// Formats rows under headings with aligned columns; the last column is not padded. Each cell is
// made a single line. If the table is wider than the page, cells are wrapped between words.
[[nodiscard]] std::string RenderTable(const std::vector<std::string>& headings,
                                      const std::vector<std::vector<std::string>>& rows,
                                      const Page& page = {}, const CellLook& look = nullptr);

// Where a line may be broken: prose only between words, so that commands and names stay whole;
// table cells also after a slash, a comma or a hyphen.
enum class Breaks { kWords, kParts };

// Wraps text into lines of at most `columns`; cuts longer parts without a break. Keeps leading
// spaces, drops those at a break. At least one line; `columns` 0: one line.
[[nodiscard]] std::vector<std::string> WrapWords(std::string_view text, size_t columns,
                                                 Breaks breaks = Breaks::kWords);

// Wraps `text`, which may contain line breaks, to the page, with `prefix` before each line.
[[nodiscard]] std::string WrapLines(std::string_view text, std::string_view prefix,
                                    const Page& page);

// "working", "idle", "waiting for you"; empty if the client does not report it.
[[nodiscard]] std::string FormatActivity(store::Activity activity);

}  // namespace katra::cli
