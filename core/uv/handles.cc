#include "core/uv/handles.h"

#include <utility>

namespace katra::uv {
namespace {

// A handle points to its callback; the copy keeps the callback alive while it destroys its owner.
template <typename Callback, typename Handle, typename... Args>
void Call(Handle* handle, Args... args) {
  const auto callback = *static_cast<std::shared_ptr<Callback>*>(handle->data);
  (*callback)(args...);
}

using Plain = std::function<void()>;
using OnChange = std::function<void(bool)>;

}  // namespace

Timer::Timer(Loop& loop, std::function<void()> fire)
    : fire_(std::make_shared<Plain>(std::move(fire))) {
  auto handle = std::make_unique<uv_timer_t>();
  const int status = uv_timer_init(loop.raw(), handle.get());  // cannot fail
  handle_ = Own(std::move(handle), status);
  handle_->data = &fire_;
}

void Timer::Start(std::chrono::milliseconds delay) {
  // The loop's cached time is from the start of this iteration.
  uv_update_time(handle_->loop);
  const auto millis = static_cast<uint64_t>(delay.count() < 0 ? 0 : delay.count());
  uv_timer_start(
      handle_.get(), [](uv_timer_t* timer) { Call<Plain>(timer); }, millis, 0);
}

void Timer::Stop() { uv_timer_stop(handle_.get()); }

Result<std::unique_ptr<Async>> Async::Make(Loop& loop, std::function<void()> wake) {
  auto async = std::unique_ptr<Async>(new Async);
  async->wake_ = std::make_shared<Plain>(std::move(wake));
  auto handle = std::make_unique<uv_async_t>();
  handle->data = &async->wake_;
  const int status =
      uv_async_init(loop.raw(), handle.get(), [](uv_async_t* woken) { Call<Plain>(woken); });
  if (status != 0) return FailUv(status, "cannot make a wake-up handle");
  async->handle_ = Own(std::move(handle), status);
  return async;
}

void Async::Send() { uv_async_send(handle_.get()); }

Result<std::unique_ptr<Signal>> Signal::Catch(Loop& loop, int number,
                                              std::function<void()> caught) {
  auto signal = std::unique_ptr<Signal>(new Signal);
  signal->caught_ = std::make_shared<Plain>(std::move(caught));
  auto handle = std::make_unique<uv_signal_t>();
  handle->data = &signal->caught_;
  int status = uv_signal_init(loop.raw(), handle.get());
  if (status != 0) return FailUv(status, "cannot make a signal handle");
  signal->handle_ = Own(std::move(handle), status);
  status = uv_signal_start(
      signal->handle_.get(), [](uv_signal_t* sent, int) { Call<Plain>(sent); }, number);
  if (status != 0) return FailUv(status, "cannot catch signal " + std::to_string(number));
  return signal;
}

EndOfIteration::EndOfIteration(Loop& loop, std::function<void()> end)
    : end_(std::make_shared<Plain>(std::move(end))) {
  auto prepare = std::make_unique<uv_prepare_t>();
  int status = uv_prepare_init(loop.raw(), prepare.get());  // neither can fail
  before_waiting_ = Own(std::move(prepare), status);
  before_waiting_->data = &end_;
  uv_prepare_start(before_waiting_.get(), [](uv_prepare_t* handle) { Call<Plain>(handle); });
  uv_unref(reinterpret_cast<uv_handle_t*>(before_waiting_.get()));
  auto check = std::make_unique<uv_check_t>();
  status = uv_check_init(loop.raw(), check.get());
  after_events_ = Own(std::move(check), status);
  after_events_->data = &end_;
  uv_check_start(after_events_.get(), [](uv_check_t* handle) { Call<Plain>(handle); });
  uv_unref(reinterpret_cast<uv_handle_t*>(after_events_.get()));
}

Result<std::unique_ptr<FileWatch>> FileWatch::Start(Loop& loop, const std::string& path,
                                                    std::function<void(bool gone)> changed) {
  auto watch = std::unique_ptr<FileWatch>(new FileWatch);
  watch->changed_ = std::make_shared<OnChange>(std::move(changed));
  auto handle = std::make_unique<uv_fs_event_t>();
  handle->data = &watch->changed_;
  int status = uv_fs_event_init(loop.raw(), handle.get());
  if (status != 0) return FailUv(status, "cannot make a file watch");
  watch->handle_ = Own(std::move(handle), status);
  const auto on_event = [](uv_fs_event_t* event, const char*, int events, int event_status) {
    Call<OnChange>(event, event_status != 0 || (events & UV_RENAME) != 0);
  };
  status = uv_fs_event_start(watch->handle_.get(), on_event, path.c_str(), 0);
  if (status != 0) return FailUv(status, "cannot watch " + path);
  return watch;
}

}  // namespace katra::uv
