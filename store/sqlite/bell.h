// The bell of a home: a file that is touched after each commit, and that every process with a
// waiting reader watches. Knows nothing of what was committed.
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

// The ringing end. Thread-safe.
class Bell {
 public:
  // The file is made with mode 0600 when it does not exist.
  static Result<std::unique_ptr<Bell>> Open(const std::string& path);

  ~Bell();
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  // Wakes every watcher. Call it after the commit: who is woken must be able to see it. Cannot fail
  // in a way that matters: watchers also look by themselves.
  void Ring() const;

 private:
  explicit Bell(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

// The hearing end, on a loop's thread.
class BellWatch final : public ChangeWatch {
 public:
  // How often the watcher calls although nothing rang, in case a wake was missed. Without a watch
  // (the system has no more of them) it looks more often instead.
  static constexpr std::chrono::milliseconds kLook{2000};
  static constexpr std::chrono::milliseconds kLookWithoutWatch{200};

  // Watches from the return on: what is committed later than that calls `rung`, once or more,
  // though many rings may come as one. Read after making the watcher, then wait. `loop` is
  // borrowed.
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
