// Runs a piece of a request on a store thread: waits until the session is open, builds the call's
// environment, and turns exceptions (bugs) into errors instead of ending the process.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "core/clock.h"
#include "mcp_server/call_environment.h"
#include "mcp_server/session_host.h"

namespace katra::mcp {

using CancelFlag = std::shared_ptr<std::atomic<bool>>;

class StoreRunner {
 public:
  // On a store thread.
  using Work = std::function<void(const CallEnvironment& environment)>;
  // On the loop. `error` is set if the session is not open, the call was cancelled before it began,
  // or `work` threw; there is no result then.
  using Done = std::function<void(const Error* error)>;

  // All references are borrowed. `home`: KATRA_HOME, absolute.
  StoreRunner(SessionHost& host, store::Executor& executor, const Clock& clock, std::string home)
      : host_(host), executor_(executor), clock_(clock), home_(std::move(home)) {}

  void Run(Lane lane, CancelFlag cancelled, Work work, Done done);

  // Pieces of work that are not done, including cancelled ones.
  [[nodiscard]] size_t running() const { return running_; }

 private:
  void Post(Lane lane, CancelFlag cancelled, Work work, Done done);

  SessionHost& host_;
  store::Executor& executor_;
  const Clock& clock_;
  const std::string home_;
  size_t running_ = 0;
};

}  // namespace katra::mcp
