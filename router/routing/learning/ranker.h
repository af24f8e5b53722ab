// Which of a route's candidates is tried first, learnt from events: a bandit with decay, per
// persona and route. It draws nothing at random and reads no clock: the same events give the same
// order. It only orders what it is given, so it cannot choose what the user has not allowed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "router/config/config.h"
#include "router/routing/learning/event.h"

namespace katra::router::routing::learning {

// A model that the configuration allows. `name` is borrowed for the call.
struct Candidate {
  std::string_view name;  // "provider/model", as in events
  // What this request would cost by the price table. Unset: what its answers have cost on the
  // route, if known.
  std::optional<double> cost_usd_micros;
  // The latency measured elsewhere, used as long as the route has no measurement of its own.
  std::optional<double> first_byte_ms;
};

// Why a candidate stands where it does.
enum class Cause : uint8_t {
  kOrder,    // as the user ordered them: nothing speaks against it
  kPinned,   // the user's pin
  kLearnt,   // ratings and failures, or by price or speed
  kExplore,  // little is known of it, and what is known of the others leaves room for a better one
  kMeasure,  // its speed is not known
};

struct Ranked {
  size_t index = 0;  // in the candidates that were given
  double score = 0;  // the expected value of asking it, 0 to 1; of kCheapest and kFastest 0
  Cause cause = Cause::kOrder;
};

// What is known of a candidate on a route. Numbers without "recent" count since the last reset.
struct Facts {
  std::string candidate;
  int64_t answers = 0;
  int64_t failures = 0;
  int64_t good = 0;  // explicit ratings
  int64_t bad = 0;
  int64_t switches = 0;
  int64_t retries = 0;
  int64_t interruptions = 0;
  double quality = 0;                     // expected share of answers that satisfy, 0 to 1
  double reliability = 0;                 // expected share of requests that are answered, 0 to 1
  std::optional<double> first_byte_ms;    // recent, geometric mean
  std::optional<double> cost_usd_micros;  // recent, mean of an answer
};

struct RouteFacts {
  std::string persona;
  std::string route;
  std::string pinned;             // empty: none
  std::vector<Facts> candidates;  // in the order in which they were first seen
};

// How fast it learns and forgets. tests/unit/router/routing/learning/ shows by simulation what the
// values achieve.
struct Tuning {
  double rating_decay = 0.997;   // of ratings, per rating on the route
  double request_decay = 0.995;  // of outcomes, latencies and costs, per request on the route
  double recent_decay = 0.8;     // of the recent outcomes, per outcome of the candidate
  double surprise = 3.5;         // nats by which recent outcomes must contradict older ones
  double prior_quality = 0.9;    // expected before the first rating: most answers satisfy
  double prior_ratings = 2.5;    // how many ratings that expectation is worth
  double prior_reliability = 0.98;
  double prior_requests = 5;
  double exploration = 0.3;    // standard deviations of quality; not used for kNone
  double price_weight = 0.5;   // of the value that the dearest candidate loses for kCost
  double speed_weight = 0.5;   // of the value that an endlessly slow one loses for kSpeed
  size_t max_routes = 1024;    // the one whose last event is oldest is dropped
  size_t max_candidates = 32;  // per route; likewise
};

// Not thread-safe; const methods may be called concurrently if no other runs.
class Ranker {
 public:
  explicit Ranker(Tuning tuning = {}) : tuning_(tuning) {}

  // Adds an event, in the order of the journal. To undo one, make a new ranker from the others.
  void Apply(const Event& event);

  // Orders `candidates`, given in the user's order: a permutation of their indices. What is not
  // known decides nothing, so without events kNone and kQuality keep the user's order. A candidate
  // that is given twice is ranked twice. About 1 µs for five.
  [[nodiscard]] std::vector<Ranked> Rank(std::string_view persona, std::string_view route,
                                         const std::vector<Candidate>& candidates,
                                         Prefer prefer) const;

  // A sentence fragment for people on why `order[at]`, an answer of Rank to the same question and
  // state, stands there: "moved up from 3rd: rated good 4 of 4 times".
  [[nodiscard]] std::string Describe(std::string_view persona, std::string_view route,
                                     const std::vector<Candidate>& candidates, Prefer prefer,
                                     const std::vector<Ranked>& order, size_t at) const;

  // Empty: none.
  [[nodiscard]] std::string PinOf(std::string_view persona, std::string_view route) const;
  // nullopt if nothing is known.
  [[nodiscard]] std::optional<Facts> FactsOf(std::string_view persona, std::string_view route,
                                             std::string_view candidate) const;
  // Everything learnt, by persona and route.
  [[nodiscard]] std::vector<RouteFacts> List() const;

 private:
  // As std::string_view::compare, without regard to ASCII case.
  static int CompareNames(std::string_view one, std::string_view other);

  // Good and bad outcomes, each with a weight, decayed.
  struct Tally {
    double good = 0;
    double bad = 0;
    double recent_good = 0;
    double recent_bad = 0;
  };
  struct Known {
    Facts facts;  // its estimates are filled in when asked for
    // The route's counts to which the following are decayed.
    uint64_t rating_tick = 0;
    uint64_t request_tick = 0;
    uint64_t seen = 0;  // the number of its last event
    Tally ratings;
    Tally requests;
    double ln_ms = 0;  // sum; of ms_weight measurements
    double ms_weight = 0;
    double cost = 0;  // sum; of cost_weight answers
    double cost_weight = 0;
  };
  struct Route {
    std::string pinned;
    uint64_t rating_tick = 0;   // ratings so far
    uint64_t request_tick = 0;  // requests so far
    uint64_t seen = 0;          // the number of its last event
    std::vector<Known> known;
  };
  // Case makes no difference in the names of personas and routes.
  struct KeyLess {
    // The standard's name: it lets a map be searched by string views.
    using is_transparent = void;  // NOLINT(readability-identifier-naming)
    template <typename One, typename Other>
    bool operator()(const One& one, const Other& other) const {
      const int first = CompareNames(one.first, other.first);
      return first != 0 ? first < 0 : CompareNames(one.second, other.second) < 0;
    }
  };
  using Key = std::pair<std::string, std::string>;  // persona, route
  // A candidate's estimates now.
  struct Estimate {
    double quality = 0;
    double quality_deviation = 0;
    double rated = 0;  // the weight of its ratings
    double reliability = 0;
    std::optional<double> ms;
    double ms_weight = 0;
    std::optional<double> cost;
  };

  [[nodiscard]] const Route* FindRoute(std::string_view persona, std::string_view route) const;
  [[nodiscard]] static const Known* FindKnown(const Route* route, std::string_view candidate);
  Route& MakeRoute(const Event& event);
  Known& MakeKnown(Route& route, const std::string& candidate);
  void Forget(const Event& event);
  // What is left of what was known at `known`'s ticks.
  [[nodiscard]] double RatingFactor(const Route& route, const Known& known) const;
  [[nodiscard]] double RequestFactor(const Route& route, const Known& known) const;
  void Decay(const Route& route, Known& known) const;
  void Count(Tally& tally, double good, double bad) const;
  void ApplyAnswer(const Event& event, Known& known) const;
  void Rate(Route& route, const Event& event, double bad, double better);

  [[nodiscard]] Estimate EstimateOf(const Route* route, const Known* known) const;
  [[nodiscard]] Estimate EstimateOf(const Route* route, const Candidate& candidate) const;
  [[nodiscard]] Facts FactsOf(const Route& route, const Known& known) const;
  void RankByValue(const std::vector<Estimate>& estimates, Prefer prefer,
                   std::vector<Ranked>& order) const;

  Tuning tuning_;
  uint64_t events_ = 0;
  std::map<Key, Route, KeyLess> routes_;
};

}  // namespace katra::router::routing::learning
