// Learns from events which of a route's candidates to try first: a bandit with decay, per persona
// and route. It uses neither randomness nor a clock: the same events give the same order. It only
// orders the given candidates, so it cannot choose one that the user has not allowed.
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
  // The cost of this request by the price table. Unset: the candidate's mean cost on the route, if
  // known.
  std::optional<double> cost_usd_micros;
  // The latency measured elsewhere, used as long as the route has no measurement of its own.
  std::optional<double> first_byte_ms;
};

// Why a candidate stands where it does.
enum class Cause : uint8_t {
  kOrder,    // the user's order, which nothing contradicts
  kPinned,   // the user pinned it
  kLearnt,   // by ratings and failures, or by price or speed
  kExplore,  // little is known about it, and the others are not so good that it could not be better
  kMeasure,  // its speed is not known yet
};

struct Ranked {
  size_t index = 0;  // in the candidates that were given
  double score = 0;  // the expected value of trying it, 0 to 1; 0 with kCheapest and kFastest
  Cause cause = Cause::kOrder;
};

// What is known about a candidate on a route. Numbers without "recent" count since the last reset.
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
  std::optional<double> cost_usd_micros;  // recent, mean per response
};

struct RouteFacts {
  std::string persona;
  std::string route;
  std::string pinned;             // empty: none
  std::vector<Facts> candidates;  // in the order in which they were first seen
};

// How fast the ranker learns and forgets. The simulations in tests/unit/router/routing/learning/
// show what these values achieve.
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
  double price_weight = 0.5;   // share of its value that the most expensive one loses with kCost
  double speed_weight = 0.5;   // share of its value that an infinitely slow one loses with kSpeed
  size_t max_routes = 1024;    // the one whose last event is oldest is dropped
  size_t max_candidates = 32;  // per route; likewise
};

// Not thread-safe; const methods may be called concurrently if no other runs.
class Ranker {
 public:
  explicit Ranker(Tuning tuning = {}) : tuning_(tuning) {}

  // Adds an event. Call it in the order of the journal. To undo an event, make a new ranker from
  // the others.
  void Apply(const Event& event);

  // Orders `candidates`, which are given in the user's order; returns a permutation of their
  // indices. Unknown figures have no effect, so without events kNone and kQuality keep the user's
  // order. A candidate that is given twice is ranked twice. About 1 µs for five.
  [[nodiscard]] std::vector<Ranked> Rank(std::string_view persona, std::string_view route,
                                         const std::vector<Candidate>& candidates,
                                         Prefer prefer) const;

  // A phrase for people that explains the position of `order[at]`, where `order` is the result of
  // Rank for the same arguments and state: "moved up from 3rd: rated good 4 of 4 times".
  [[nodiscard]] std::string Describe(std::string_view persona, std::string_view route,
                                     const std::vector<Candidate>& candidates, Prefer prefer,
                                     const std::vector<Ranked>& order, size_t at) const;

  // Empty: none.
  [[nodiscard]] std::string PinOf(std::string_view persona, std::string_view route) const;
  // nullopt if nothing is known.
  [[nodiscard]] std::optional<Facts> FactsOf(std::string_view persona, std::string_view route,
                                             std::string_view candidate) const;
  // Everything that was learnt, by persona and route.
  [[nodiscard]] std::vector<RouteFacts> List() const;

 private:
  // Like std::string_view::compare, but ignores ASCII case.
  static int CompareNames(std::string_view one, std::string_view other);

  // Good and bad outcomes, each with a weight, decayed.
  struct Tally {
    double good = 0;
    double bad = 0;
    double recent_good = 0;
    double recent_bad = 0;
  };
  struct Known {
    Facts facts;  // its estimates are computed on request
    // The route's ticks up to which the values below have been decayed.
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
  // The names of personas and routes are compared without regard to case.
  struct KeyLess {
    // The name that the standard requires; it allows look-ups by string view.
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
  // The decay factors from `known`'s ticks to the route's.
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
