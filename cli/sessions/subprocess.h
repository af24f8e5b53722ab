// Starts other programs, in place of this one or as children whose output is read. Knows no
// particular program.
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
  Environment environment;             // the complete environment
  std::string folder;                  // empty: the current folder
  std::string input = {};              // its stdin, for RunProcess
};

// Execs the program. Returns only on failure.
[[nodiscard]] Error ReplaceProcess(const ProcessSpec& spec);

// Starts it in a session of its own, with empty streams, and does not wait for it: it outlives this
// process and its terminal. kResourceExhausted: no process could be created.
[[nodiscard]] Status StartDetached(const ProcessSpec& spec);

struct ProcessOutcome {
  int exit_code = 0;  // 128 + N if signal N ended it
  std::string out;
  std::string err;
};

// Runs it to its end with `input` as its stdin. kUnavailable: it could not be started.
// kDeadlineExceeded: it took longer than `patience` and was killed.
[[nodiscard]] Result<ProcessOutcome> RunProcess(const ProcessSpec& spec,
                                                std::chrono::milliseconds patience);

// Runs it to its end with this process's own streams, as a shell would. Signals that the terminal
// sends are left to it. Returns its exit code; 128 + N if signal N ended it. kUnavailable: it could
// not be started.
[[nodiscard]] Result<int> RunInTerminal(const ProcessSpec& spec);

}  // namespace katra::cli
