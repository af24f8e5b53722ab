// Reads and writes an inherited descriptor, whether pipe, socket, terminal or regular file. Knows
// nothing of lines or messages.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/uv/loop.h"

namespace katra::uv {

// Reads until the end of the input. Used on the loop's thread.
class ByteSource {
 public:
  struct Handler {
    // `bytes` is borrowed for the call.
    std::function<void(std::string_view bytes)> data;
    // Called once, as the last callback. An error: reading failed.
    std::function<void(const Status& status)> end;
  };

  // Takes ownership of the descriptor, but never closes 0 to 2. Starts paused.
  static Result<std::unique_ptr<ByteSource>> Open(Loop& loop, int descriptor, Handler handler);

  virtual ~ByteSource() = default;

  // Starts or continues reading; no effect if it is running or has ended. Never calls the handler
  // before it returns.
  virtual void Resume() = 0;
  // Stops reading; `data` may be called at most once more.
  virtual void Pause() = 0;
};

// Writes without ever blocking on a slow reader. Used on the loop's thread.
class ByteSink {
 public:
  enum class Progress { kWritten, kPending };

  // Takes ownership of the descriptor as ByteSource does. Calls `finished`, never from within
  // Write(), when a pending write has ended.
  static Result<std::unique_ptr<ByteSink>> Open(Loop& loop, int descriptor,
                                                std::function<void(const Status&)> finished);

  virtual ~ByteSink() = default;

  // kWritten: the kernel has all bytes. kPending: the sink keeps them until `finished`, and no
  // other write may begin before. kCancelled: the reader has gone.
  [[nodiscard]] virtual Result<Progress> Write(std::string bytes) = 0;

  // The bytes of a pending write that the kernel does not have yet; decreases as the reader reads.
  [[nodiscard]] virtual size_t unwritten_bytes() const = 0;
};

}  // namespace katra::uv
