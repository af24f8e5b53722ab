// What of a request was typed and what was pasted: traces, logs, diffs, code, shell output. Only
// words that were typed say what is wanted; of the rest its kind, and a few words. Bounded: of a
// long text only the beginning and the end are read.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace katra::router::routing::task_sense {

enum class Mark : uint8_t {
  kTracePython,
  kTraceJava,  // and Kotlin, C#
  kTraceJavaScript,
  kTraceNative,  // Go, Rust, C and C++ at run time
  kCompiler,     // an error with a place, of any compiler or linter
  kTestFailure,
  kLog,
  kDiff,
  kFence,
  kCode,
  kShell,
  kTable,
  kConflict,  // of a merge
  kQuote,
  kList,
  kUrl,
  kPath,
  kIdentifier,
  kVersion,
  kQuestion,
  kEndsInQuestion,
  kExclamation,
  kCapitals,
  kOnlyPasted,
  kPastedFirst,
  kPastedLast,
  kCount,
};
using Marks = std::bitset<static_cast<size_t>(Mark::kCount)>;

struct Layout {
  std::vector<std::string_view> typed;   // lines, in order; at most 4 KB
  std::vector<std::string_view> pasted;  // lines, in order; at most 2 KB
  size_t pasted_lines = 0;               // of those that were read
  bool cut = false;                      // the text was longer than what is read
  Marks marks;

  [[nodiscard]] bool has(Mark mark) const { return marks[static_cast<size_t>(mark)]; }
  void set(Mark mark) { marks.set(static_cast<size_t>(mark)); }
};

// Borrows from `text`.
Layout ReadLayout(std::string_view text);

}  // namespace katra::router::routing::task_sense
