// Passes a program's arguments and environment to another process through a private socket, so that
// keys are in no file and no argument list. The receiving process (`katra session-run`, in tmux)
// starts the program.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "cli/sessions/subprocess.h"
#include "core/result.h"

namespace katra::cli {

// The sending end. Used by one thread.
class Handoff {
 public:
  // Listens in a new folder (mode 0700), which is removed with the object.
  static Result<std::unique_ptr<Handoff>> Open();

  ~Handoff();
  Handoff(const Handoff&) = delete;
  Handoff& operator=(const Handoff&) = delete;

  // The argument for `katra session-run PATH`.
  [[nodiscard]] const std::string& path() const { return path_; }

  // Waits for the receiver and sends it the program. Calls `started` with the receiver's process id
  // before it starts the program, and returns when it has. kUnavailable: it exited or failed, with
  // the reason in the message. kDeadlineExceeded: no receiver connected.
  [[nodiscard]] Status Give(const ProcessSpec& spec, std::chrono::milliseconds patience,
                            const std::function<Status(int64_t pid)>& started);

 private:
  Handoff(std::string folder, std::string path, int listener)
      : folder_(std::move(folder)), path_(std::move(path)), listener_(listener) {}

  std::string folder_;
  std::string path_;
  int listener_;
};

// The receiving end: execs the program received at `path`. The terminal's own variables are taken
// from `environment`, this process's. Returns only on failure, which has been reported to the
// sender.
[[nodiscard]] Error ReceiveAndRun(const std::string& path, const Environment& environment);

}  // namespace katra::cli
