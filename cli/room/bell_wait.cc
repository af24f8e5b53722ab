#include "cli/room/bell_wait.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

namespace katra::cli {

Result<std::unique_ptr<BellWait>> BellWait::Make(const std::string& home) {
  auto loop = uv::Loop::Make();
  if (!loop) return Pass(std::move(loop));
  auto wait = std::unique_ptr<BellWait>(new BellWait(std::move(*loop)));
  BellWait* const self = wait.get();
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
  wait->watcher_ = std::make_unique<store::BellWatcher>(*wait->loop_, home + "/bell", [self] {
    self->rung_ = true;
    self->loop_->Stop();
  });
  return wait;
}

BellWait::Outcome BellWait::Wait(SteadyTime deadline) {
  late_ = false;
  if (deadline != SteadyTime::max()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    timer_->Start(std::max(left, std::chrono::milliseconds(0)));
  }
  while (!rung_ && !late_ && !stopped_) loop_->Run();
  timer_->Stop();
  if (stopped_) return Outcome::kStopped;
  if (std::exchange(rung_, false)) return Outcome::kRung;
  return Outcome::kDeadline;
}

}  // namespace katra::cli
