// One request's use of the answer cache: whether it has one, under which key, and the answer that
// is collected for it (K4-K9). Stored answers are whole; a client gets them in the form that it
// asks for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "router/routing/cost/answer_cache.h"
#include "router/routing/cost/cache_key.h"
#include "router/routing/cost/cache_rule.h"
#include "router/translate/openai_clients/openai_client.h"

namespace katra::router::gateway {

// What a route (unset: its answers are not stored) and the client's header x-katra-cache (nullptr:
// it has none) say. Of the header "off" and "on", a number of seconds, "any-temperature" and
// "tool-calls" count, separated by commas.
struct CacheWish {
  std::optional<routing::cost::CacheRule> rule;  // unset: the cache is not used
  bool understood = true;                        // the header; otherwise the cache is not used
};
[[nodiscard]] CacheWish ReadCacheWish(const std::optional<routing::cost::CacheRule>& of_route,
                                      const std::string* header);

// On the loop's thread.
class CacheUse {
 public:
  // `cache` is borrowed. `client`: the format of its answers; nullopt: that of the Messages API.
  CacheUse(routing::cost::AnswerCache& cache, routing::cost::CacheRule rule,
           std::optional<translate::OpenAiClientFormat> client)
      : cache_(cache), rule_(rule), client_(client) {}

  [[nodiscard]] const routing::cost::CacheRule& rule() const { return rule_; }
  // Once. nullptr: there is no answer, so one that comes is collected.
  [[nodiscard]] std::shared_ptr<const routing::cost::CachedAnswer> Find(
      const routing::cost::CacheKey& key, SteadyTime now);
  // As events of its format. `body`: the client's, which says whether it wants to see the usage.
  // nullopt: it cannot be read.
  [[nodiscard]] std::optional<std::string> EventsOf(const routing::cost::CachedAnswer& answer,
                                                    std::string_view body) const;
  // For people and x-katra-cache: "hit", "miss", "bypass (its temperature is not 0)".
  [[nodiscard]] const std::string& state() const { return state_; }
  void Decline(std::string_view reason);

  // The answer as it is given to the client. `own_format`: in the client's, else in that of the
  // Messages API.
  void TakeEvents(std::string_view events, bool own_format);
  void TakeWhole(std::string_view reply, bool own_format);
  // It is complete: keeps it, if it may be given again (K7).
  void Store(std::string model, SteadyTime now);

 private:
  [[nodiscard]] std::optional<std::string> Whole() const;
  [[nodiscard]] bool Collects(size_t more, bool own_format);

  routing::cost::AnswerCache& cache_;
  routing::cost::CacheRule rule_;
  std::optional<translate::OpenAiClientFormat> client_;
  std::optional<Sha256Digest> key_;  // unset: nothing is to be collected
  std::string state_ = "miss";
  bool own_format_ = false;
  bool whole_ = false;  // collected_ is a whole reply
  std::string collected_;
};

}  // namespace katra::router::gateway
