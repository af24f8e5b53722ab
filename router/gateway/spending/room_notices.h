// Says budget warnings in a room. Works off the loop's thread; a failure is only logged.
#pragma once

#include <functional>
#include <memory>

#include "core/clock.h"
#include "core/log.h"
#include "core/result.h"
#include "router/gateway/spending/budget_keeper.h"
#include "store/executor.h"
#include "store/store.h"

namespace katra::router::gateway {

// The persona that speaks.
inline constexpr const char* kGatewayPersona = "Katra-Gateway";

class RoomNotices {
 public:
  using OpenStore = std::function<Result<std::shared_ptr<store::Store>>()>;

  // `executor`, `clock` and `logger` are borrowed. `open` runs on the executor.
  RoomNotices(store::Executor& executor, const Clock& clock, Logger& logger, OpenStore open)
      : executor_(executor), clock_(clock), logger_(logger), open_(std::move(open)) {}

  // Says the notice in the rooms where the persona is now; if it is in none, in its configured
  // room, else in the main one. The same notice is said only once.
  void Say(const BudgetNotice& notice);

 private:
  store::Executor& executor_;
  const Clock& clock_;
  Logger& logger_;
  OpenStore open_;
};

}  // namespace katra::router::gateway
