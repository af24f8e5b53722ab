#include "core/uv/loop.h"

namespace katra::uv {

Result<std::unique_ptr<Loop>> Loop::Make() {
  auto loop = std::unique_ptr<Loop>(new Loop);
  const int status = uv_loop_init(loop->raw());
  if (status != 0) {
    // The destructor must not close a loop that was never opened.
    static_cast<void>(loop.release());
    return FailUv(status, "cannot make an event loop");
  }
  return loop;
}

Loop::~Loop() {
  uv_run(&loop_, UV_RUN_DEFAULT);
  uv_loop_close(&loop_);
}

void Loop::Run() { uv_run(&loop_, UV_RUN_DEFAULT); }

void Loop::RunReady() { uv_run(&loop_, UV_RUN_NOWAIT); }

void Loop::Stop() { uv_stop(&loop_); }

tl::unexpected<Error> FailUv(int status, const std::string& what) {
  ErrorCode code = ErrorCode::kInternal;
  switch (status) {
    case UV_ENOENT:
      code = ErrorCode::kNotFound;
      break;
    case UV_EACCES:
    case UV_EPERM:
      code = ErrorCode::kPermissionDenied;
      break;
    case UV_EMFILE:
    case UV_ENFILE:
    case UV_ENOSPC:
    case UV_ENOMEM:
      code = ErrorCode::kResourceExhausted;
      break;
    case UV_EPIPE:
    case UV_ECONNRESET:
    case UV_ECANCELED:
      code = ErrorCode::kCancelled;
      break;
    default:
      break;
  }
  return Fail(code, what + ": " + uv_strerror(status));
}

}  // namespace katra::uv
