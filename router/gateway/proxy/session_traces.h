// What the gateway remembers of a client's session while it runs: which providers its conversation
// has been at (which the store keeps, too), and how its token counts compare to our estimates.
// Bounded; no text of it is kept.
#pragma once

#include <list>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "router/translate/estimate.h"

namespace katra::router::gateway {

struct SessionTrace {
  // In `providers`: one of them could not decrypt the session's reasoning (R79). No provider's
  // name.
  static constexpr const char* kUnreadableReasoning = "?reasoning";

  std::set<std::string> providers;  // that answered; "": one that is not known by name
  bool recalled = false;            // what a gateway before this one had noted was added
  translate::Calibration calibration;
  std::map<std::string, std::string> keys;  // provider -> the variable of the key it was asked with
};

// Not thread-safe.
class SessionTraces {
 public:
  explicit SessionTraces(size_t limit = 10'000) : limit_(limit) {}

  // Made when it is new; the longest unused one goes. Valid until the next call.
  SessionTrace& Of(const std::string& key) {
    if (const auto found = index_.find(key); found != index_.end()) {
      order_.splice(order_.begin(), order_, found->second);
      return found->second->second;
    }
    if (order_.size() >= limit_) {
      index_.erase(order_.back().first);
      order_.pop_back();
    }
    order_.emplace_front(key, SessionTrace{});
    index_[key] = order_.begin();
    return order_.front().second;
  }

 private:
  using Entry = std::pair<std::string, SessionTrace>;

  size_t limit_;
  std::list<Entry> order_;
  std::unordered_map<std::string, std::list<Entry>::iterator> index_;
};

}  // namespace katra::router::gateway
