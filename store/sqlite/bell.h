// The bell of a home: a file that is touched after each commit and watched by every process with a
// waiting reader. Knows nothing about what was committed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/result.h"
#include "core/uv/handles.h"
#include "store/watch.h"

namespace katra::store::sqlite {

// Rings the bell. Thread-safe.
class Bell {
 public:
  // Creates the file with mode 0600 if it does not exist.
  static Result<std::unique_ptr<Bell>> Open(const std::string& path);

  ~Bell();
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  // Wakes every watcher. Call it after the commit, so that woken readers can see the change. Errors
  // are ignored, because watchers also poll.
  void Ring() const;

 private:
  explicit Bell(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

// Waits for the bell, on a loop's thread.
class BellWatch final : public ChangeWatch {
 public:
  // The interval of calls without a ring, in case a notification was missed. Polls more often if
  // the system cannot provide a file watch.
  static constexpr std::chrono::milliseconds kLook{2000};
  static constexpr std::chrono::milliseconds kLookWithoutWatch{200};

  // Starts watching: any later commit leads to at least one call of `rung`, although several rings
  // may cause one call. Read after constructing the watch, then wait. `loop` is borrowed.
  BellWatch(uv::Loop& loop, std::string path, std::function<void()> rung);

  [[nodiscard]] bool is_immediate() const override { return watch_ != nullptr; }

 private:
  void Watch();
  void OnLook();

  uv::Loop& loop_;
  const std::string path_;
  const std::function<void()> rung_;
  std::unique_ptr<uv::FileWatch> watch_;
  uv::Timer look_;
};

}  // namespace katra::store::sqlite
