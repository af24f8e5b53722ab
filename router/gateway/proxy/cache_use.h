// One request's use of the response cache: whether it uses the cache, under which key, and the
// response that is collected for it (K4-K9). Stored responses are whole; a client gets them in the
// form that it requests.
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

// The cache settings from a route (unset: its responses are not stored) and the client's header
// x-katra-cache (nullptr: none). The header may contain "off", "on", a number of seconds,
// "any-temperature" and "tool-calls", separated by commas.
struct CacheWish {
  std::optional<routing::cost::CacheRule> rule;  // unset: the cache is not used
  bool understood = true;  // the header is valid; otherwise the cache is not used
};
[[nodiscard]] CacheWish ReadCacheWish(const std::optional<routing::cost::CacheRule>& of_route,
                                      const std::string* header);

// On the loop's thread.
class CacheUse {
 public:
  // `cache` is borrowed. `client`: the format of its responses; nullopt: that of the Messages API.
  CacheUse(routing::cost::AnswerCache& cache, routing::cost::CacheRule rule,
           std::optional<translate::OpenAiClientFormat> client)
      : cache_(cache), rule_(rule), client_(client) {}

  [[nodiscard]] const routing::cost::CacheRule& rule() const { return rule_; }
  // Call it once. nullptr: there is no stored response, so the coming one is collected.
  [[nodiscard]] std::shared_ptr<const routing::cost::CachedAnswer> Find(
      const routing::cost::CacheKey& key, SteadyTime now);
  // The response as events of its format. `body`: the client's, which says whether it wants the
  // usage. nullopt: the response cannot be read.
  [[nodiscard]] std::optional<std::string> EventsOf(const routing::cost::CachedAnswer& answer,
                                                    std::string_view body) const;
  // For people and x-katra-cache: "hit", "miss", "bypass (its temperature is not 0)".
  [[nodiscard]] const std::string& state() const { return state_; }
  void Decline(std::string_view reason);

  // The response as it is sent to the client. `own_format`: in the client's format; otherwise in
  // that of the Messages API.
  void TakeEvents(std::string_view events, bool own_format);
  void TakeWhole(std::string_view reply, bool own_format);
  // The response is complete: stores it, if it may be reused (K7).
  void Store(std::string model, SteadyTime now);

 private:
  [[nodiscard]] std::optional<std::string> Whole() const;
  [[nodiscard]] bool Collects(size_t more, bool own_format);

  routing::cost::AnswerCache& cache_;
  routing::cost::CacheRule rule_;
  std::optional<translate::OpenAiClientFormat> client_;
  std::optional<Sha256Digest> key_;  // unset: nothing is collected
  std::string state_ = "miss";
  bool own_format_ = false;
  bool whole_ = false;  // collected_ is a whole response
  std::string collected_;
};

}  // namespace katra::router::gateway
