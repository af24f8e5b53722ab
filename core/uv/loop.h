// A process's event loop, and ownership of its handles. Nothing outside core/ uses libuv directly.
#pragma once

#include <uv.h>

#include <memory>
#include <string>

#include "core/result.h"

namespace katra::uv {

// Not thread-safe: used on the thread that runs it.
class Loop {
 public:
  static Result<std::unique_ptr<Loop>> Make();

  // Destroy everything made on the loop first; the destructor runs the closing callbacks.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until Stop(), or until there is nothing left to wait for.
  void Run();
  // Handles events that are ready, without waiting.
  void RunReady();
  void Stop();

  [[nodiscard]] uv_loop_t* raw() { return &loop_; }

 private:
  Loop() = default;

  uv_loop_t loop_{};
};

// Closes a handle and frees it when the loop has finished with it.
template <typename Handle>
struct CloseHandle {
  void operator()(Handle* handle) const noexcept {
    uv_close(reinterpret_cast<uv_handle_t*>(handle),
             [](uv_handle_t* closed) { delete reinterpret_cast<Handle*>(closed); });
  }
};
template <typename Handle>
using OwnedHandle = std::unique_ptr<Handle, CloseHandle<Handle>>;

// Takes ownership of a new handle if its uv_*_init returned 0 as `status`; frees it otherwise.
template <typename Handle>
[[nodiscard]] OwnedHandle<Handle> Own(std::unique_ptr<Handle> handle, int status) {
  return OwnedHandle<Handle>(status == 0 ? handle.release() : nullptr);
}

// The Error for a negative libuv status. `what` names the operation that failed.
[[nodiscard]] tl::unexpected<Error> FailUv(int status, const std::string& what);

}  // namespace katra::uv
