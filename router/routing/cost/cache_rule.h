// Which answers are stored, as the user has configured it.
#pragma once

#include <chrono>

namespace katra::router::routing::cost {

struct CacheRule {
  std::chrono::seconds lifetime{300};  // since an answer was stored, however often it is used
  bool any_temperature = false;        // also of requests whose answers are sampled
  bool tool_calls = false;             // also answers that call tools

  friend bool operator==(const CacheRule&, const CacheRule&) = default;
};

}  // namespace katra::router::routing::cost
