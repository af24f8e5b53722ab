// Starts other programs: in place of this one, or beside it with its output read. Knows none of
// them.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/context.h"
#include "core/result.h"

namespace katra::cli {

struct ProcessSpec {
  std::string program;                 // absolute path
  std::vector<std::string> arguments;  // without the program's name
  Environment environment;             // all of it
  std::string folder;                  // empty: the current one
};

// Becomes the program. Returns only when that failed.
[[nodiscard]] Error ReplaceProcess(const ProcessSpec& spec);

struct ProcessOutcome {
  int exit_code = 0;  // 128 + N: ended by signal N
  std::string out;
  std::string err;
};

// Runs it to its end with stdin empty. kUnavailable: it could not be started; kDeadlineExceeded:
// it took longer than `patience`, and was killed.
[[nodiscard]] Result<ProcessOutcome> RunProcess(const ProcessSpec& spec,
                                                std::chrono::milliseconds patience);

}  // namespace katra::cli
