// Timeouts of a call, shared by all transports. Internal to the clients.
#pragma once

#include <chrono>

#include "core/http/client.h"

namespace katra::http {

struct CallClock {
  using Clock = std::chrono::steady_clock;

  bool head_told = false;
  bool paused = false;  // by its owner; no timeout runs
  Clock::time_point started = Clock::now();
  Clock::time_point last_byte = started;

  [[nodiscard]] bool Expired(Clock::time_point now, const Outgoing& request) const {
    if (paused) return false;
    if (!head_told) return now - started > request.first_byte_timeout;
    return now - last_byte > request.idle_timeout;
  }
  [[nodiscard]] CallEnd TimedOut() const {
    return {
        false, CallFailure::kTimeout,
        head_told ? "the server sent nothing more in time" : "the server did not answer in time"};
  }
};

}  // namespace katra::http
