// What it costs to change models in the middle of a conversation: the new model has to read all of
// it, while the old one has it in its prompt cache. Counted per session, against a ceiling. Does
// not choose a model: it says whether a switch that routing wants is worth its price.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "router/routing/cost/money.h"

namespace katra::router::routing::cost {

// What a session may spend on switches. If neither maximum is set, there is no limit.
struct SwitchLimits {
  // From the configuration: in US dollars, and in per cent.
  [[nodiscard]] static SwitchLimits Of(std::optional<double> max_usd,
                                       std::optional<double> max_pct);

  std::optional<double> max_usd_micros;
  // Per cent of what the session's requests would have cost at the cached rate of the default
  // model. If both are set, the lower ceiling counts.
  std::optional<double> max_pct;
  // A conversation that no cache holds any more starts again with a full budget.
  bool replenish_on_rebind = true;
  // The price of cached tokens as a share of the input price, if it is unknown.
  double cache_read_discount = 0.1;
};

// Prices and cache lifetime of a model, named "provider/model".
struct ModelTerms {
  TokenPrices prices;
  // How long after a response the provider's cache still holds the prompt.
  std::chrono::seconds warm_for{300};
};
using TermsOf = std::function<ModelTerms(std::string_view model)>;

// The expected size of the turn that a decision is for: a user's message with its tool calls.
struct Forecast {
  int64_t requests = 1;
  int64_t new_tokens = 0;     // that each request after the first adds to the prompt
  int64_t output_tokens = 0;  // of each response
  // How many requests the session will probably make afterwards, and the models that can serve
  // them, such as the persona's own. Without these only the turn counts, and a model that is cheap
  // now may make the conversation expensive later, because the other models' caches lack what it
  // added.
  int64_t later_requests = 0;
  std::vector<std::string_view> later_models = {};  // borrowed
};

// The cost of the forecast's turn on a model whose cache holds `warm_tokens` of the
// `context_tokens` of the first request; the model caches the rest. Excludes later requests.
// nullopt: a price is unknown.
[[nodiscard]] std::optional<double> ForecastUsdMicros(const TokenPrices& prices,
                                                      int64_t context_tokens, int64_t warm_tokens,
                                                      const Forecast& forecast,
                                                      double cache_read_discount = 0.1);

// What a switch costs now: fresh × uncached(candidate) + warm × cached(candidate) − what the anchor
// would have charged for the same context. Fresh tokens are written to the candidate's cache and
// cost cache_write, or input if that is unknown. At most 0: the switch is free. nullopt: a price is
// unknown. Counts no output.
struct Switch {
  int64_t context_tokens = 0;
  int64_t anchor_warm_tokens = 0;
  int64_t candidate_warm_tokens = 0;
  TokenPrices anchor;
  TokenPrices candidate;
};
[[nodiscard]] std::optional<double> SwitchCostUsdMicros(const Switch& change,
                                                        double cache_read_discount = 0.1);

enum class SwitchCause : uint8_t {
  kSame,          // the candidate answered last
  kCold,          // no cache holds the conversation: every model reads all of it
  kFree,          // the candidate costs no more than staying
  kWithin,        // it costs more, within the ceiling
  kOver,          // it costs more than is left: stay
  kUnknownPrice,  // allowed, because the cost cannot be known
};

struct SwitchVerdict {
  bool allowed = true;
  SwitchCause cause = SwitchCause::kSame;
  // Including what the forecast saves or costs; negative: the switch saves. Unset: unknown.
  std::optional<double> cost_usd_micros;
  std::string anchor;  // the model that answered last; empty: none
  // For people: "stayed on anthropic/claude-opus-4-8: switching would cost $0.41, and $0.10 is left
  // for switches". Empty for kSame.
  std::string reason;
};

// One session's caches and what it has spent on switches. A few hundred bytes. Not thread-safe.
class SessionCosts {
 public:
  // Records a new request for which the model may be switched. Call it once per request, before
  // Judge. If the context is a quarter shorter than that of the last request, it was compacted, and
  // no cache holds it. `context_tokens` may be an estimate if it is always made in the same way.
  // `default_model` is what the session would use without routing; max_pct refers to its cached
  // rate.
  void Arrived(int64_t context_tokens, std::string_view default_model, const SwitchLimits& limits,
               const TermsOf& terms_of, WallTime now);

  // Records a request that continues a turn, so that its model is decided. It counts for max_pct.
  void Continued(int64_t context_tokens, const SwitchLimits& limits, const TermsOf& terms_of);

  // Whether `candidate` may be used instead of the model that answered last. With a forecast the
  // whole turn counts, not only the context.
  [[nodiscard]] SwitchVerdict Judge(std::string_view candidate, int64_t context_tokens,
                                    const SwitchLimits& limits, const TermsOf& terms_of,
                                    WallTime now,
                                    const std::optional<Forecast>& forecast = std::nullopt) const;

  // The expected cost of the turn on `model`, plus that of the later requests on the cheapest of
  // the later models. Of several models, choose the one with the lowest. nullopt: a price is
  // unknown.
  [[nodiscard]] std::optional<double> ExpectedUsdMicros(
      std::string_view model, int64_t context_tokens, const Forecast& forecast,
      const SwitchLimits& limits, const TermsOf& terms_of, WallTime now) const;

  // The expected cost of the next turn on `model`, plus how much more expensive that makes the
  // session's later requests than staying would. For comparing models; based on NextTurn().
  // nullopt: a price is unknown.
  [[nodiscard]] std::optional<double> NextTurnUsdMicros(std::string_view model,
                                                        int64_t context_tokens,
                                                        const SwitchLimits& limits,
                                                        const TermsOf& terms_of,
                                                        WallTime now) const;

  // Counts the cost of an allowed switch against the ceiling. Call it once per switch.
  void Charge(const SwitchVerdict& verdict);

  // Records that `model` answered, so its provider's cache holds `context_tokens` (prompt and
  // response), as reported or estimated.
  void Answered(std::string_view model, int64_t context_tokens, WallTime now);

  // A forecast of this session's next turn: the average number of requests of its turns so far
  // (responses divided by arrivals, if Arrived is called once a turn), of usual sizes, and as many
  // later requests as sessions usually have, more in a long session. Its only later model is the
  // one that answered last; the name is borrowed from this object until that changes.
  [[nodiscard]] Forecast NextTurn() const;

  // How many tokens of the context the model's cache holds now.
  [[nodiscard]] int64_t WarmTokens(std::string_view model, int64_t context_tokens,
                                   const ModelTerms& terms, WallTime now) const;
  // The model that answered last; empty: none.
  [[nodiscard]] const std::string& anchor() const { return anchor_; }
  [[nodiscard]] double spent_usd_micros() const { return spent_; }
  // nullopt: without limit.
  [[nodiscard]] std::optional<double> CeilingUsdMicros(const SwitchLimits& limits) const;

 private:
  static constexpr size_t kMaxModels = 8;  // the one that answered longest ago is dropped

  struct Cached {
    std::string model;
    WallTime answered_at{};
    int64_t tokens = 0;
  };

  void NoteLength(int64_t context_tokens);
  void CountBaseline(int64_t context_tokens, const SwitchLimits& limits, const TermsOf& terms_of);

  std::string anchor_;
  std::string default_model_;  // as of the last arrival
  std::vector<Cached> cached_;
  int64_t arrived_tokens_ = 0;  // of the last request
  int64_t arrivals_ = 0;
  int64_t answers_ = 0;
  double spent_ = 0;
  double baseline_ = 0;
};

}  // namespace katra::router::routing::cost
