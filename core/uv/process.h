// Another program, run on the loop to its end with what it prints collected. For short commands
// whose output is an answer: nothing is written to it, and no output goes anywhere else.
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
  // The program, found in the PATH of `environment` unless it holds a slash, and its arguments. Not
  // empty.
  std::vector<std::string> words;
  std::vector<std::string> environment;  // "NAME=value", all of it
  std::string folder = "/";              // where it runs
  std::chrono::milliseconds timeout{30'000};
  size_t max_out_bytes = size_t{64} * 1024;  // more ends the run
  size_t max_err_bytes = size_t{16} * 1024;  // the rest is left out
};

struct ProcessEnd {
  enum class How {
    kEnded,       // by itself: see exit_code
    kNotStarted,  // `why` says what the system said
    kTimedOut,    // killed, with whatever it had started
    kTooLong,     // likewise: more output than max_out_bytes
  };
  How how = How::kEnded;
  int exit_code = 0;  // 128 + N: ended by signal N
  std::string why;
  std::string out;
  std::string err;
};

// One run. Destroyed before its end, the program is killed and nothing is told.
class Process {
 public:
  // `loop` is borrowed. `ended` is called once, on the loop's thread, never from within Start, and
  // may destroy this object. Stdin is empty. The program leads a process group of its own, which is
  // killed as a whole; its signals have their default actions.
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
