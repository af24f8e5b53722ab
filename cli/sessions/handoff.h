// Hands a program's arguments and environment over to another process through a private socket, so
// that keys are in no file and in no argument list. The receiving process (`katra session-run`, in
// tmux) becomes the program.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "cli/sessions/subprocess.h"
#include "core/result.h"

namespace katra::cli {

// The giving end. Used by one thread.
class Handoff {
 public:
  // Listens in a new folder (mode 0700) that is gone with the object.
  static Result<std::unique_ptr<Handoff>> Open();

  ~Handoff();
  Handoff(const Handoff&) = delete;
  Handoff& operator=(const Handoff&) = delete;

  // For `katra session-run PATH`.
  [[nodiscard]] const std::string& path() const { return path_; }

  // Waits for the receiver, and gives it the program. `started` is called with its process id
  // before it becomes the program. Returns when it has. kUnavailable: it ended or could not; why is
  // in the message. kDeadlineExceeded: nobody came.
  [[nodiscard]] Status Give(const ProcessSpec& spec, std::chrono::milliseconds patience,
                            const std::function<Status(int64_t pid)>& started);

 private:
  Handoff(std::string folder, std::string path, int listener)
      : folder_(std::move(folder)), path_(std::move(path)), listener_(listener) {}

  std::string folder_;
  std::string path_;
  int listener_;
};

// The receiving end: becomes the program that is given at `path`. The terminal's own variables are
// taken from `environment`, which is this process's. Returns only when that failed; the giver was
// told.
[[nodiscard]] Error ReceiveAndRun(const std::string& path, const Environment& environment);

}  // namespace katra::cli
