#include "cli/room/change_wait.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

namespace katra::cli {

Result<std::unique_ptr<ChangeWait>> ChangeWait::Make(store::Watchable& store, const Clock& clock) {
  auto loop = uv::Loop::Make();
  if (!loop) return Pass(std::move(loop));
  auto wait = std::unique_ptr<ChangeWait>(new ChangeWait(std::move(*loop), clock));
  ChangeWait* const self = wait.get();
  for (const int number : std::array{SIGINT, SIGTERM, SIGHUP}) {
    auto caught = uv::Signal::Catch(*wait->loop_, number, [self] {
      self->stopped_ = true;
      self->loop_->Stop();
    });
    if (!caught) return Pass(std::move(caught));
    wait->signals_.push_back(std::move(*caught));
  }
  wait->timer_ = std::make_unique<uv::Timer>(*wait->loop_, [self] {
    self->late_ = true;
    self->loop_->Stop();
  });
  auto watch = store.Watch(*wait->loop_, [self] {
    self->changed_ = true;
    self->loop_->Stop();
  });
  if (!watch) return Pass(std::move(watch));
  wait->watch_ = std::move(*watch);
  return wait;
}

ChangeWait::Outcome ChangeWait::Wait(SteadyTime deadline) {
  late_ = false;
  if (deadline != SteadyTime::max()) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock_.Steady());
    timer_->Start(std::max(left, std::chrono::milliseconds(0)));
  }
  while (!changed_ && !late_ && !stopped_) loop_->Run();
  timer_->Stop();
  if (stopped_) return Outcome::kStopped;
  if (std::exchange(changed_, false)) return Outcome::kChanged;
  return Outcome::kDeadline;
}

}  // namespace katra::cli
