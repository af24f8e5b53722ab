// Separates the typed parts of a request from the pasted ones: traces, logs, diffs, code, shell
// output. Only typed words say what the user wants; of the rest, its kind and a few words count.
// Bounded: of a long text only the beginning and the end are read.
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
  kTraceNative,  // run-time errors of Go, Rust, C and C++
  kCompiler,     // an error with a position, from any compiler or linter
  kTestFailure,
  kLog,
  kDiff,
  kFence,
  kCode,
  kShell,
  kTable,
  kConflict,  // a merge conflict
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
  size_t pasted_lines = 0;               // among the lines that were read
  bool cut = false;                      // the text was too long to be read whole
  Marks marks;

  [[nodiscard]] bool has(Mark mark) const { return marks[static_cast<size_t>(mark)]; }
  void set(Mark mark) { marks.set(static_cast<size_t>(mark)); }
};

// Borrows from `text`.
Layout ReadLayout(std::string_view text);

}  // namespace katra::router::routing::task_sense
