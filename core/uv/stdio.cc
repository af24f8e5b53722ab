#include "core/uv/stdio.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace katra::uv {
namespace {

constexpr size_t kReadBytes = 64 * 1024;

// Restores a descriptor's flags: libuv makes it non-blocking, which other processes that share it
// would notice.
class BlockingModeKeeper {
 public:
  BlockingModeKeeper(int descriptor, int flags) : descriptor_(descriptor), flags_(flags) {}
  ~BlockingModeKeeper() {
    if (flags_ >= 0 && (flags_ & O_NONBLOCK) == 0) fcntl(descriptor_, F_SETFL, flags_);
  }
  BlockingModeKeeper(const BlockingModeKeeper&) = delete;
  BlockingModeKeeper& operator=(const BlockingModeKeeper&) = delete;

 private:
  int descriptor_;
  int flags_;
};

// Any kind of stream handle, owned through their common base.
struct CloseStream {
  void operator()(uv_any_handle* handle) const noexcept {
    uv_close(&handle->handle,
             [](uv_handle_t* closed) { delete reinterpret_cast<uv_any_handle*>(closed); });
  }
};
using OwnedStream = std::unique_ptr<uv_any_handle, CloseStream>;

Result<OwnedStream> OpenStream(Loop& loop, int descriptor) {
  auto memory = std::make_unique<uv_any_handle>();
  const uv_handle_type type = uv_guess_handle(descriptor);
  int status = 0;
  if (type == UV_TTY) {
    status = uv_tty_init(loop.raw(), &memory->tty, descriptor, 0);
    if (status != 0) return FailUv(status, "cannot use the terminal");
    return OwnedStream(memory.release());
  }
  if (type == UV_TCP) {
    status = uv_tcp_init(loop.raw(), &memory->tcp);
  } else {
    status = uv_pipe_init(loop.raw(), &memory->pipe, 0);
  }
  if (status != 0) return FailUv(status, "cannot make a stream");
  OwnedStream stream(memory.release());
  status = type == UV_TCP ? uv_tcp_open(&stream->tcp, descriptor)
                          : uv_pipe_open(&stream->pipe, descriptor);
  if (status != 0) return FailUv(status, "cannot use descriptor " + std::to_string(descriptor));
  return stream;
}

class StreamSource final : public ByteSource {
 public:
  StreamSource(int descriptor, int flags, OwnedStream stream, Handler handler)
      : handler_(std::move(handler)), stream_(std::move(stream)), mode_(descriptor, flags) {
    stream_->handle.data = this;
  }

  void Resume() override {
    if (ended_ || reading_) return;
    reading_ = true;
    uv_read_start(&stream_->stream, &StreamSource::OnAllocate, &StreamSource::OnRead);
  }

  void Pause() override {
    if (!reading_) return;
    reading_ = false;
    uv_read_stop(&stream_->stream);
  }

 private:
  static void OnAllocate(uv_handle_t* handle, size_t, uv_buf_t* buffer) {
    auto* self = static_cast<StreamSource*>(handle->data);
    *buffer = uv_buf_init(self->bytes_.data(), static_cast<unsigned>(self->bytes_.size()));
  }

  static void OnRead(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
    auto* self = static_cast<StreamSource*>(stream->data);
    if (count > 0) {
      self->handler_.data(std::string_view(buffer->base, static_cast<size_t>(count)));
    } else if (count < 0) {
      self->Pause();
      self->ended_ = true;
      if (count == UV_EOF || count == UV_ECONNRESET) {
        self->handler_.end({});
      } else {
        self->handler_.end(FailUv(static_cast<int>(count), "cannot read"));
      }
    }
  }

  const Handler handler_;
  bool reading_ = false;
  bool ended_ = false;
  std::array<char, kReadBytes> bytes_{};
  OwnedStream stream_;
  const BlockingModeKeeper mode_;  // destroyed before the stream, while the descriptor is open
};

// Reads regular files and devices on libuv's worker threads.
class FileSource final : public ByteSource {
 public:
  FileSource(Loop& loop, int descriptor, Handler handler)
      : loop_(loop), request_(std::make_unique<Request>()) {
    request_->owner = this;
    request_->descriptor = descriptor;
    request_->handler = std::move(handler);
    request_->fs.data = request_.get();
  }

  // A read in progress cannot be cancelled; it finishes later and finds its source gone.
  ~FileSource() override {
    request_->owner = nullptr;
    if (!request_->busy) return;
    uv_cancel(reinterpret_cast<uv_req_t*>(&request_->fs));
    static_cast<void>(request_.release());
  }

  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  void Resume() override {
    paused_ = false;
    if (ended_ || request_->busy) return;
    request_->busy = true;
    const uv_buf_t buffer =
        uv_buf_init(request_->bytes.data(), static_cast<unsigned>(request_->bytes.size()));
    uv_fs_read(loop_.raw(), &request_->fs, request_->descriptor, &buffer, 1, -1,
               &FileSource::OnRead);
  }

  void Pause() override { paused_ = true; }

 private:
  struct Request {
    uv_fs_t fs{};
    FileSource* owner = nullptr;
    int descriptor = -1;
    bool busy = false;
    Handler handler;
    std::array<char, kReadBytes> bytes{};
  };

  static void OnRead(uv_fs_t* fs) {
    auto* request = static_cast<Request*>(fs->data);
    const ssize_t count = fs->result;
    uv_fs_req_cleanup(fs);
    request->busy = false;
    FileSource* self = request->owner;
    if (self == nullptr) {
      delete request;
      return;
    }
    if (count > 0) {
      request->handler.data(std::string_view(request->bytes.data(), static_cast<size_t>(count)));
      if (!self->paused_) self->Resume();
      return;
    }
    self->ended_ = true;
    if (count == 0) {
      request->handler.end({});
    } else {
      request->handler.end(FailUv(static_cast<int>(count), "cannot read"));
    }
  }

  Loop& loop_;
  bool paused_ = true;
  bool ended_ = false;
  std::unique_ptr<Request> request_;
};

class StreamSink final : public ByteSink {
 public:
  StreamSink(int descriptor, int flags, OwnedStream stream,
             std::function<void(const Status&)> finished)
      : finished_(std::make_shared<std::function<void(const Status&)>>(std::move(finished))),
        stream_(std::move(stream)),
        mode_(descriptor, flags) {}

  Result<Progress> Write(std::string bytes) override {
    uv_buf_t buffer = uv_buf_init(bytes.data(), static_cast<unsigned>(bytes.size()));
    const int written = uv_try_write(&stream_->stream, &buffer, 1);
    if (written < 0 && written != UV_EAGAIN) return FailUv(written, "cannot write");
    const size_t done = written < 0 ? 0 : static_cast<size_t>(written);
    if (done == bytes.size()) return Progress::kWritten;

    // The request owns the bytes until the kernel has them or the stream is closed.
    auto pending = std::make_unique<Pending>();
    pending->bytes = std::move(bytes);
    pending->finished = finished_;
    pending->write.data = pending.get();
    buffer = uv_buf_init(pending->bytes.data() + done,
                         static_cast<unsigned>(pending->bytes.size() - done));
    const int status =
        uv_write(&pending->write, &stream_->stream, &buffer, 1, &StreamSink::OnWritten);
    if (status != 0) return FailUv(status, "cannot write");
    static_cast<void>(pending.release());
    return Progress::kPending;
  }

  [[nodiscard]] size_t unwritten_bytes() const override {
    return uv_stream_get_write_queue_size(&stream_->stream);
  }

 private:
  struct Pending {
    uv_write_t write{};
    std::string bytes;
    std::weak_ptr<std::function<void(const Status&)>> finished;
  };

  static void OnWritten(uv_write_t* write, int status) {
    const std::unique_ptr<Pending> pending(static_cast<Pending*>(write->data));
    const auto finished = pending->finished.lock();
    if (!finished) return;
    if (status == 0) {
      (*finished)({});
    } else {
      (*finished)(FailUv(status, "cannot write"));
    }
  }

  std::shared_ptr<std::function<void(const Status&)>> finished_;
  OwnedStream stream_;
  const BlockingModeKeeper mode_;
};

class FileSink final : public ByteSink {
 public:
  explicit FileSink(int descriptor) : descriptor_(descriptor) {}

  Result<Progress> Write(std::string bytes) override {
    for (size_t done = 0; done < bytes.size();) {
      const ssize_t count = write(descriptor_, bytes.data() + done, bytes.size() - done);
      if (count < 0 && errno != EINTR) {
        return FailUv(uv_translate_sys_error(errno), "cannot write");
      }
      if (count > 0) done += static_cast<size_t>(count);
    }
    return Progress::kWritten;
  }

  [[nodiscard]] size_t unwritten_bytes() const override { return 0; }

 private:
  int descriptor_;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> ByteSource::Open(Loop& loop, int descriptor, Handler handler) {
  if (uv_guess_handle(descriptor) == UV_FILE) {
    return std::make_unique<FileSource>(loop, descriptor, std::move(handler));
  }
  const int flags = fcntl(descriptor, F_GETFL);
  Result<OwnedStream> stream = OpenStream(loop, descriptor);
  if (!stream) return Pass(std::move(stream));
  if (!uv_is_readable(&(*stream)->stream)) return FailUv(UV_EBADF, "cannot read from this end");
  return std::make_unique<StreamSource>(descriptor, flags, std::move(*stream), std::move(handler));
}

Result<std::unique_ptr<ByteSink>> ByteSink::Open(Loop& loop, int descriptor,
                                                 std::function<void(const Status&)> finished) {
  if (uv_guess_handle(descriptor) == UV_FILE) return std::make_unique<FileSink>(descriptor);
  const int flags = fcntl(descriptor, F_GETFL);
  Result<OwnedStream> stream = OpenStream(loop, descriptor);
  if (!stream) return Pass(std::move(stream));
  if (!uv_is_writable(&(*stream)->stream)) return FailUv(UV_EBADF, "cannot write to this end");
  return std::make_unique<StreamSink>(descriptor, flags, std::move(*stream), std::move(finished));
}

}  // namespace katra::uv
