// Bytes in and out of an inherited descriptor: a pipe, a socket, a terminal or a regular file, all
// alike. Knows nothing of lines or messages.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/uv/loop.h"

namespace katra::uv {

// Reads until the end. On the loop's thread.
class ByteSource {
 public:
  struct Handler {
    // `bytes` is borrowed for the call.
    std::function<void(std::string_view bytes)> data;
    // Once; nothing comes after it. An error: reading failed.
    std::function<void(const Status& status)> end;
  };

  // Takes over the descriptor, but that 0 to 2 are never closed. Begins paused.
  static Result<std::unique_ptr<ByteSource>> Open(Loop& loop, int descriptor, Handler handler);

  virtual ~ByteSource() = default;

  // Takes up reading; no effect when it runs, or after the end. The handler is never called from
  // within.
  virtual void Resume() = 0;
  // At most one more call of `data` comes after it.
  virtual void Pause() = 0;
};

// Writes, without ever blocking on a reader that does not read. On the loop's thread.
class ByteSink {
 public:
  enum class Progress { kWritten, kPending };

  // Takes over the descriptor as a source does. `finished` is called, not from within Write, when a
  // write that was kPending has ended.
  static Result<std::unique_ptr<ByteSink>> Open(Loop& loop, int descriptor,
                                                std::function<void(const Status&)> finished);

  virtual ~ByteSink() = default;

  // kWritten: the kernel has all of `bytes`. kPending: the sink keeps them until `finished`; no
  // other write may begin before. kCancelled: nobody reads any more.
  [[nodiscard]] virtual Result<Progress> Write(std::string bytes) = 0;

  // Of a write that is kPending, what the kernel does not have yet: falls as the reader reads.
  [[nodiscard]] virtual size_t unwritten_bytes() const = 0;
};

}  // namespace katra::uv
