// Runs another program to its end on the loop and collects its output. For short commands that
// answer a question: stdin is empty, and output goes nowhere else.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/uv/handles.h"
#include "core/uv/loop.h"

namespace katra::uv {

struct ProcessRun {
  // The program and its arguments; not empty. Searched in the PATH of `environment` unless it
  // contains a slash.
  std::vector<std::string> words;
  std::vector<std::string> environment;  // "NAME=value"; the complete environment
  std::string folder = "/";              // working folder
  std::chrono::milliseconds timeout{30'000};
  size_t max_out_bytes = size_t{64} * 1024;  // more output ends the run
  size_t max_err_bytes = size_t{16} * 1024;  // the rest is discarded
};

struct ProcessEnd {
  enum class How {
    kEnded,       // exited by itself, see exit_code
    kNotStarted,  // could not start; `why` has the system's message
    kTimedOut,    // killed, with its process group
    kTooLong,     // killed likewise, for more output than max_out_bytes
  };
  How how = How::kEnded;
  int exit_code = 0;  // 128 + N if signal N ended it
  std::string why;
  std::string out;
  std::string err;
};

// One run. Destroying it before the end kills the program without calling `ended`.
class Process {
 public:
  // Borrows `loop`. Calls `ended` once, on the loop's thread, never before Start() returns; it may
  // destroy this object. The program leads its own process group, which is killed as a whole; its
  // signals have their default actions.
  [[nodiscard]] static std::unique_ptr<Process> Start(Loop& loop, const ProcessRun& run,
                                                      std::function<void(ProcessEnd)> ended);

  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

 private:
  struct State;

  explicit Process(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace katra::uv
