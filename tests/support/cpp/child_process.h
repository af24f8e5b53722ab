// Runs a program with its stdin, stdout and stderr in the test's hands. Every wait has a deadline,
// and what was started is ended with the object. Knows nothing of MCP or of Katra.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katra::testing {

struct ChildOptions {
  std::string program;
  std::vector<std::string> arguments;              // without the program's name
  std::map<std::string, std::string> environment;  // beside or instead of the test's own
  std::vector<std::string> unset;                  // variables that the child does not get
  std::string working_folder;                      // empty: the test's own
  std::optional<uid_t> user;                       // only root may set it
};

// A child of this process. Used by one thread at a time. Throws std::runtime_error when the system
// refuses something that no test is about (no process, no pipe).
class ChildProcess {
 public:
  static std::unique_ptr<ChildProcess> Start(const ChildOptions& options);

  // Kills and reaps the child when it still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }

  // Writes until all is taken, the time is up, or the child has closed its end; returns the number
  // of bytes taken.
  size_t Write(std::string_view bytes, std::chrono::milliseconds timeout);

  // The next line of stdout without its newline. Nothing: no line came in time, or the stream
  // ended.
  std::optional<std::string> ReadLine(std::chrono::milliseconds timeout);
  // stdout has ended, and every line of it was read.
  [[nodiscard]] bool AtEnd() const { return ended_ && line_start_ >= buffer_.size(); }

  void CloseInput();
  void Signal(int signal) const;
  // The wait status (see waitpid) once the child has ended. Nothing: it still runs.
  std::optional<int> WaitExit(std::chrono::milliseconds timeout);

  // What the child has written to stderr so far.
  [[nodiscard]] std::string ErrorOutput() const;
  // VmRSS. 0 where the system does not tell.
  [[nodiscard]] int64_t ResidentBytes() const;

 private:
  ChildProcess() = default;
  bool WaitFor(int descriptor, short events, std::chrono::steady_clock::time_point until) const;

  pid_t pid_ = -1;
  std::optional<int> status_;
  int in_ = -1;
  int out_ = -1;
  std::FILE* err_ = nullptr;
  bool ended_ = false;
  std::string buffer_;
  size_t line_start_ = 0;
};

}  // namespace katra::testing
