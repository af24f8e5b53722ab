#include "router/routing/learning/ranker.h"

#include <algorithm>
#include <cmath>

namespace katra::router::routing::learning {
namespace {

// How much each signal counts as a rating. What the user says counts fully; what he does is a hint.
constexpr double kSaid = 1;
constexpr double kSaidWithBetter = 2;
constexpr double kSwitchedAway = 0.6;
constexpr double kAskedAgain = 0.5;
constexpr double kStopped = 0.3;

// A speed that is known less than this is measured again.
constexpr double kLeastMeasured = 0.5;
// For kFastest, every so many requests one goes to a candidate of unknown speed.
constexpr uint64_t kMeasureEvery = 10;

// The weight of recent outcomes and of older ones from which a contradiction counts.
constexpr double kLeastRecent = 2.5;
constexpr double kLeastOlder = 4;

double Divergence(double p, double q) {
  const auto term = [](double a, double b) { return a <= 0 ? 0 : a * std::log(a / b); };
  return term(p, q) + term(1 - p, 1 - q);
}

double Since(double decay, uint64_t ticks) {
  return ticks == 0 ? 1 : std::pow(decay, static_cast<double>(ticks));
}

}  // namespace

const Ranker::Route* Ranker::FindRoute(std::string_view persona, std::string_view route) const {
  const auto found = routes_.find(std::pair(persona, route));
  return found == routes_.end() ? nullptr : &found->second;
}

const Ranker::Known* Ranker::FindKnown(const Route* route, std::string_view candidate) {
  if (route == nullptr) return nullptr;
  for (const Known& known : route->known) {
    if (known.facts.candidate == candidate) return &known;
  }
  return nullptr;
}

Ranker::Route& Ranker::MakeRoute(const Event& event) {
  const auto found =
      routes_.find(std::pair<std::string_view, std::string_view>(event.persona, event.route));
  if (found != routes_.end()) return found->second;
  if (routes_.size() >= std::max<size_t>(tuning_.max_routes, 1)) {
    routes_.erase(std::min_element(
        routes_.begin(), routes_.end(),
        [](const auto& one, const auto& other) { return one.second.seen < other.second.seen; }));
  }
  return routes_[Key(event.persona, event.route)];
}

Ranker::Known& Ranker::MakeKnown(Route& route, const std::string& candidate) {
  for (Known& known : route.known) {
    if (known.facts.candidate != candidate) continue;
    known.seen = events_;
    return known;
  }
  if (route.known.size() >= std::max<size_t>(tuning_.max_candidates, 1)) {
    route.known.erase(std::min_element(
        route.known.begin(), route.known.end(),
        [](const Known& one, const Known& other) { return one.seen < other.seen; }));
  }
  Known& known = route.known.emplace_back();
  known.facts.candidate = candidate;
  known.rating_tick = route.rating_tick;
  known.request_tick = route.request_tick;
  known.seen = events_;
  return known;
}

void Ranker::Forget(const Event& event) {
  if (!event.route.empty()) {
    const auto found =
        routes_.find(std::pair<std::string_view, std::string_view>(event.persona, event.route));
    if (found != routes_.end()) routes_.erase(found);
    return;
  }
  for (auto at = routes_.begin(); at != routes_.end();) {
    at = CompareNames(at->first.first, event.persona) == 0 ? routes_.erase(at) : std::next(at);
  }
}

double Ranker::RatingFactor(const Route& route, const Known& known) const {
  return Since(tuning_.rating_decay, route.rating_tick - known.rating_tick);
}

double Ranker::RequestFactor(const Route& route, const Known& known) const {
  return Since(tuning_.request_decay, route.request_tick - known.request_tick);
}

void Ranker::Decay(const Route& route, Known& known) const {
  const double ratings = RatingFactor(route, known);
  for (double* value : {&known.ratings.good, &known.ratings.bad}) *value *= ratings;
  const double requests = RequestFactor(route, known);
  for (double* value : {&known.requests.good, &known.requests.bad, &known.ln_ms, &known.ms_weight,
                        &known.cost, &known.cost_weight}) {
    *value *= requests;
  }
  known.rating_tick = route.rating_tick;
  known.request_tick = route.request_tick;
}

// If the recent outcomes contradict the older ones, the candidate has changed, and the older ones
// say nothing about it any more.
void Ranker::Count(Tally& tally, double good, double bad) const {
  tally.good += good;
  tally.bad += bad;
  tally.recent_good = tally.recent_good * tuning_.recent_decay + good;
  tally.recent_bad = tally.recent_bad * tuning_.recent_decay + bad;
  const double recent = tally.recent_good + tally.recent_bad;
  const double older_good = std::max(tally.good - tally.recent_good, 0.0);
  const double older_bad = std::max(tally.bad - tally.recent_bad, 0.0);
  if (recent < kLeastRecent || older_good + older_bad < kLeastOlder) return;
  const double expected = (older_good + 0.5) / (older_good + older_bad + 1);
  if (recent * Divergence(tally.recent_good / recent, expected) < tuning_.surprise) return;
  tally.good = tally.recent_good;
  tally.bad = tally.recent_bad;
}

int Ranker::CompareNames(std::string_view one, std::string_view other) {
  const auto lower = [](char c) {
    return static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  };
  const size_t common = std::min(one.size(), other.size());
  for (size_t i = 0; i < common; ++i) {
    const int difference = lower(one[i]) - lower(other[i]);
    if (difference != 0) return difference;
  }
  return one.size() == other.size() ? 0 : one.size() < other.size() ? -1 : 1;
}

void Ranker::ApplyAnswer(const Event& event, Known& known) const {
  ++known.facts.answers;
  Count(known.requests, 1, 0);
  if (event.first_byte_ms >= 0) {
    known.ln_ms += std::log(static_cast<double>(std::max<int64_t>(event.first_byte_ms, 1)));
    known.ms_weight += 1;
  }
  if (event.cost_usd_micros >= 0) {
    known.cost += static_cast<double>(event.cost_usd_micros);
    known.cost_weight += 1;
  }
}

// `better` counts for what should have answered, if the event names it.
void Ranker::Rate(Route& route, const Event& event, double bad, double better) {
  Known& known = MakeKnown(route, event.candidate);
  Decay(route, known);
  Count(known.ratings, 0, bad);
  if (event.better.empty() || event.better == event.candidate) return;
  Known& other = MakeKnown(route, event.better);
  Decay(route, other);
  Count(other.ratings, better, 0);
}

void Ranker::Apply(const Event& event) {
  ++events_;
  if (event.kind == EventKind::kReset) return Forget(event);
  if (event.route.empty() || (event.candidate.empty() && event.kind != EventKind::kUnpinned))
    return;
  Route& route = MakeRoute(event);
  route.seen = events_;
  if (event.kind == EventKind::kPinned) {
    route.pinned = event.candidate;
    return;
  }
  if (event.kind == EventKind::kUnpinned) {
    if (event.candidate.empty() || event.candidate == route.pinned) route.pinned.clear();
    return;
  }
  Known& known = MakeKnown(route, event.candidate);
  const bool request = event.kind == EventKind::kAnswered || event.kind == EventKind::kFailed;
  ++(request ? route.request_tick : route.rating_tick);
  Decay(route, known);
  const bool better = !event.better.empty() && event.better != event.candidate;
  switch (event.kind) {
    case EventKind::kAnswered:
      return ApplyAnswer(event, known);
    case EventKind::kFailed:
      ++known.facts.failures;
      return Count(known.requests, 0, 1);
    case EventKind::kGood:
      ++known.facts.good;
      return Count(known.ratings, kSaid, 0);
    case EventKind::kBad:
      ++known.facts.bad;
      return Rate(route, event, better ? kSaidWithBetter : kSaid, kSaidWithBetter);
    case EventKind::kSwitched:
      ++known.facts.switches;
      return Rate(route, event, kSwitchedAway, kSwitchedAway);
    case EventKind::kRetried:
      ++known.facts.retries;
      return Count(known.ratings, 0, kAskedAgain);
    case EventKind::kInterrupted:
      ++known.facts.interruptions;
      return Count(known.ratings, 0, kStopped);
    case EventKind::kPinned:
    case EventKind::kUnpinned:
    case EventKind::kReset:
      return;
  }
}

Ranker::Estimate Ranker::EstimateOf(const Route* route, const Known* known) const {
  Tally ratings;
  Tally requests;
  double rating_factor = 1;
  double request_factor = 1;
  Estimate estimate;
  if (known != nullptr) {
    rating_factor = RatingFactor(*route, *known);
    request_factor = RequestFactor(*route, *known);
    ratings = known->ratings;
    requests = known->requests;
    if (known->ms_weight > 0) estimate.ms = std::exp(known->ln_ms / known->ms_weight);
    estimate.ms_weight = known->ms_weight * request_factor;
    if (known->cost_weight > 0) estimate.cost = known->cost / known->cost_weight;
  }
  const double good = ratings.good * rating_factor + tuning_.prior_quality * tuning_.prior_ratings;
  const double bad =
      ratings.bad * rating_factor + (1 - tuning_.prior_quality) * tuning_.prior_ratings;
  const double all = good + bad;
  estimate.quality = good / all;
  estimate.quality_deviation = std::sqrt(good * bad / (all * all * (all + 1)));
  estimate.rated = all - tuning_.prior_ratings;
  // One failure alone says nothing: every provider has them.
  const double failed = std::max(requests.bad * request_factor - 1, 0.0);
  estimate.reliability =
      (requests.good * request_factor + tuning_.prior_reliability * tuning_.prior_requests) /
      (requests.good * request_factor + failed + tuning_.prior_requests);
  return estimate;
}

Ranker::Estimate Ranker::EstimateOf(const Route* route, const Candidate& candidate) const {
  Estimate estimate = EstimateOf(route, FindKnown(route, candidate.name));
  if (candidate.cost_usd_micros) estimate.cost = candidate.cost_usd_micros;
  if (!estimate.ms && candidate.first_byte_ms) {
    estimate.ms = candidate.first_byte_ms;
    estimate.ms_weight = 1;
  }
  return estimate;
}

// By the expected value of asking: reliability × quality, less what it costs in money or time. With
// exploration a candidate gets the benefit of what is not known of it.
void Ranker::RankByValue(const std::vector<Estimate>& estimates, Prefer prefer,
                         std::vector<Ranked>& order) const {
  double dearest = 0;
  double fastest = 0;
  for (const Estimate& estimate : estimates) {
    if (estimate.cost) dearest = std::max(dearest, *estimate.cost);
    if (estimate.ms && (fastest <= 0 || *estimate.ms < fastest)) fastest = *estimate.ms;
  }
  const auto worth = [&](const Estimate& estimate) {
    if (prefer == Prefer::kCost && dearest > 0) {
      return 1 - tuning_.price_weight * estimate.cost.value_or(dearest) / dearest;
    }
    if (prefer == Prefer::kSpeed && estimate.ms && *estimate.ms > 0) {
      return 1 - tuning_.speed_weight * (1 - fastest / *estimate.ms);
    }
    return 1.0;
  };
  const double exploration = prefer == Prefer::kNone ? 0 : tuning_.exploration;
  // Where the user's order counts, answers alone move nobody up: a candidate that was never asked
  // has done nothing wrong.
  const bool user_order = prefer == Prefer::kNone || prefer == Prefer::kQuality;
  const double best_reliability = user_order ? tuning_.prior_reliability : 1;
  std::vector<double> hopes(estimates.size());
  for (size_t i = 0; i < estimates.size(); ++i) {
    const Estimate& estimate = estimates[i];
    const double value = std::min(estimate.reliability, best_reliability) * worth(estimate);
    order[i].score = value * estimate.quality;
    hopes[i] = value * (estimate.quality + exploration * estimate.quality_deviation);
  }
  std::stable_sort(order.begin(), order.end(), [&](const Ranked& one, const Ranked& other) {
    return hopes[one.index] > hopes[other.index];
  });
  for (size_t at = 0; at < order.size(); ++at) {
    if (order[at].index != at) order[at].cause = Cause::kLearnt;
  }
  for (size_t at = 1; at < order.size(); ++at) {
    if (order[0].score < order[at].score) order[0].cause = Cause::kExplore;
  }
}

std::vector<Ranked> Ranker::Rank(std::string_view persona, std::string_view route,
                                 const std::vector<Candidate>& candidates, Prefer prefer) const {
  const Route* known = FindRoute(persona, route);
  std::vector<Estimate> estimates;
  estimates.reserve(candidates.size());
  for (const Candidate& candidate : candidates) estimates.push_back(EstimateOf(known, candidate));
  std::vector<Ranked> order(candidates.size());
  for (size_t i = 0; i < order.size(); ++i) order[i].index = i;

  if (prefer == Prefer::kCheapest || prefer == Prefer::kFastest) {
    const auto key = [&](const Ranked& ranked) {
      const Estimate& estimate = estimates[ranked.index];
      return prefer == Prefer::kCheapest ? estimate.cost : estimate.ms;
    };
    std::stable_sort(order.begin(), order.end(), [&](const Ranked& one, const Ranked& other) {
      const auto a = key(one);
      const auto b = key(other);
      return a && (!b || *a < *b);
    });
    for (size_t at = 0; at < order.size(); ++at) {
      if (order[at].index != at) order[at].cause = Cause::kLearnt;
    }
    if (prefer == Prefer::kFastest && known != nullptr &&
        known->request_tick % kMeasureEvery == kMeasureEvery - 1) {
      // The one whose speed is known least; of several the first.
      const auto least =
          std::min_element(order.begin(), order.end(), [&](const Ranked& one, const Ranked& other) {
            return estimates[one.index].ms_weight < estimates[other.index].ms_weight;
          });
      if (least != order.end() && estimates[least->index].ms_weight < kLeastMeasured) {
        least->cause = Cause::kMeasure;
        std::rotate(order.begin(), least, least + 1);
      }
    }
  } else {
    RankByValue(estimates, prefer, order);
  }
  if (known != nullptr && !known->pinned.empty()) {
    const auto pinned = std::find_if(order.begin(), order.end(), [&](const Ranked& ranked) {
      return candidates[ranked.index].name == known->pinned;
    });
    if (pinned != order.end()) {
      pinned->cause = Cause::kPinned;
      std::rotate(order.begin(), pinned, pinned + 1);
    }
  }
  return order;
}

std::string Ranker::PinOf(std::string_view persona, std::string_view route) const {
  const Route* known = FindRoute(persona, route);
  return known == nullptr ? std::string() : known->pinned;
}

Facts Ranker::FactsOf(const Route& route, const Known& known) const {
  const Estimate estimate = EstimateOf(&route, &known);
  Facts facts = known.facts;
  facts.quality = estimate.quality;
  facts.reliability = estimate.reliability;
  facts.first_byte_ms = estimate.ms;
  facts.cost_usd_micros = estimate.cost;
  return facts;
}

std::optional<Facts> Ranker::FactsOf(std::string_view persona, std::string_view route,
                                     std::string_view candidate) const {
  const Route* known_route = FindRoute(persona, route);
  const Known* known = FindKnown(known_route, candidate);
  if (known == nullptr) return std::nullopt;
  return FactsOf(*known_route, *known);
}

std::vector<RouteFacts> Ranker::List() const {
  std::vector<RouteFacts> list;
  for (const auto& [key, route] : routes_) {
    RouteFacts& facts = list.emplace_back();
    facts.persona = key.first;
    facts.route = key.second;
    facts.pinned = route.pinned;
    for (const Known& known : route.known) facts.candidates.push_back(FactsOf(route, known));
  }
  return list;
}

}  // namespace katra::router::routing::learning
