// Which responses are stored, as configured by the user.
#pragma once

#include <chrono>

namespace katra::router::routing::cost {

struct CacheRule {
  std::chrono::seconds lifetime{300};  // from when a response was stored, however often it is used
  bool any_temperature = false;        // also for requests whose responses are sampled
  bool tool_calls = false;             // also responses that call tools

  friend bool operator==(const CacheRule&, const CacheRule&) = default;
};

}  // namespace katra::router::routing::cost
