// What the gateway remembers of clients' sessions while it runs: which providers have seen the
// conversation (also kept in the store), and how its token counts compare to our estimates.
// Bounded; contains no text of the conversation.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "router/policy/policy.h"
#include "router/routing/cost/switch_cost.h"
#include "router/translate/estimate.h"

namespace katra::router::gateway {

struct SessionTrace {
  // An entry of `providers` that is not a provider's name: one of them could not decrypt the
  // session's reasoning (R79).
  static constexpr const char* kUnreadableReasoning = "?reasoning";

  std::set<std::string> providers;  // that answered; "": one of unknown name
  bool recalled = false;            // entries of an earlier gateway process were added
  translate::Calibration calibration;
  // The decision for the user's latest turn, by the model that the client requested; separate for
  // requests without tools.
  struct Turn {
    uint64_t turn = 0;  // identifies it
    policy::Held held;
  };
  std::map<std::string, Turn> turns;
  // The last turn that was matched to a route, until the user has chosen another model for it.
  struct Routed {
    uint64_t turn = 0;
    std::string route;
    std::string candidate;  // "provider/model" that was chosen
    bool answered = false;
  };
  std::optional<Routed> routed;
  routing::cost::SessionCosts costs;
  std::map<std::string, std::string> keys;  // provider -> the variable of the key that it used
};

// Not thread-safe.
class SessionTraces {
 public:
  explicit SessionTraces(size_t limit = 10'000) : limit_(limit) {}

  // Creates the trace if needed; evicts the least recently used one. Valid until the next call.
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
