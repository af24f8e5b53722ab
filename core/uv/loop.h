// The event loop of a process, and how its handles are owned. Nothing outside of core/ sees libuv
// itself.
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

  // Whatever was made on the loop must be destroyed before; their closing callbacks run here.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Until Stop(), or until nothing is left that could happen.
  void Run();
  // Handles what has happened by now, without waiting.
  void RunReady();
  void Stop();

  [[nodiscard]] uv_loop_t* raw() { return &loop_; }

 private:
  Loop() = default;

  uv_loop_t loop_{};
};

// Closes a handle; its memory goes when the loop has let go of it.
template <typename Handle>
struct CloseHandle {
  void operator()(Handle* handle) const noexcept {
    uv_close(reinterpret_cast<uv_handle_t*>(handle),
             [](uv_handle_t* closed) { delete reinterpret_cast<Handle*>(closed); });
  }
};
template <typename Handle>
using OwnedHandle = std::unique_ptr<Handle, CloseHandle<Handle>>;

// Takes over a new handle when its uv_*_init returned `status` 0; frees it otherwise.
template <typename Handle>
[[nodiscard]] OwnedHandle<Handle> Own(std::unique_ptr<Handle> handle, int status) {
  return OwnedHandle<Handle>(status == 0 ? handle.release() : nullptr);
}

// The Error for a negative libuv status: `what` failed.
[[nodiscard]] tl::unexpected<Error> FailUv(int status, const std::string& what);

}  // namespace katra::uv
