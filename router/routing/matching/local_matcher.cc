#include "router/routing/matching/local_matcher.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "core/text.h"
#include "router/routing/task_sense/features.h"

namespace katra::router::routing {
namespace {

using task_sense::Features;
using task_sense::ReadFeatures;
using task_sense::Sense;
using task_sense::SenseOf;

// "code_review" is words too.
std::string Words(const RouteText& route) {
  std::string words = route.name;
  for (char& c : words) {
    if (c == '_' || c == '-' || c == '/' || c == '.') c = ' ';
  }
  // A name that the description says again says nothing new.
  return route.description.empty() ? words : words + ": " + route.description;
}

void Mix(std::vector<double>* scores, const std::vector<double>& before, double share) {
  for (size_t i = 0; i < scores->size(); ++i) {
    (*scores)[i] = (1 - share) * (*scores)[i] + share * before[i];
  }
}

// The logarithm of what the first `count` places have together.
double Total(const std::vector<double>& logs, size_t count) {
  if (count == 0) return 0;
  const double most = *std::max_element(logs.begin(), logs.begin() + static_cast<ptrdiff_t>(count));
  double sum = 0;
  for (size_t i = 0; i < count; ++i) sum += std::exp(logs[i] - most);
  return most + std::log(sum);
}

}  // namespace

Result<LocalMatcher> LocalMatcher::Make(const std::vector<RouteText>& routes) {
  auto weights = task_sense::Weights::Read(task_sense::EmbeddedWeights());
  if (!weights) return Pass(std::move(weights));
  return LocalMatcher(*weights, routes);
}

LocalMatcher::LocalMatcher(task_sense::Weights weights, const std::vector<RouteText>& routes,
                           const Blend& blend)
    : weights_(weights),
      routes_(routes.size()),
      blend_(blend),
      coverage_(routes.size(), blend),
      words_(routes.size() + 1),
      head_(routes.size() + 1, blend) {
  for (size_t i = 0; i < routes.size(); ++i) {
    const Features features = ReadFeatures(Words(routes[i]), weights_.concepts());
    coverage_.Describe(i, SenseOf(weights_, features));
    words_.Describe(i, TermsOf(features, weights_));
  }
  coverage_.Settle();
  for (size_t i = 0; i < routes.size(); ++i) {
    for (const std::string& text : routes[i].examples) Teach(i, text);
  }
  head_.Fit(Ridge());
}

LocalMatcher::Reading LocalMatcher::Read(std::string_view text) const {
  const Features features = ReadFeatures(text, weights_.concepts());
  Reading reading{SenseOf(weights_, features), TermsOf(features, weights_), {}};
  reading.description = words_.Likeness(reading.terms);
  return reading;
}

void LocalMatcher::Teach(std::optional<size_t> route, std::string_view text) {
  const Reading reading = Read(text);
  const size_t place = std::min(route.value_or(routes_), routes_);
  head_.Add(place, reading.terms, reading.sense, Prior(reading.sense, reading.description));
  auto& times = taught_[ToLowerAscii(Trim(text))];
  times.resize(routes_ + 1);
  ++times[place];
}

void LocalMatcher::FollowTaught(const UserTurn& turn, const Sense& own,
                                std::vector<double>* scores) const {
  constexpr double kCertain = 0.95;
  constexpr float kFollowsUp = 0.5F;
  // The meaning of a follow-up is in the turn before it, so it is not always the same.
  if (!turn.previous.empty() && own.follow_up > kFollowsUp) return;
  const auto found = taught_.find(ToLowerAscii(Trim(turn.text)));
  if (found == taught_.end()) return;
  const auto most = std::max_element(found->second.begin(), found->second.end());
  const auto place = static_cast<size_t>(most - found->second.begin());
  const double now = (*scores)[place];
  if (now >= kCertain) return;
  for (double& score : *scores) score *= (1 - kCertain) / (1 - now);
  (*scores)[place] = kCertain;
}

void LocalMatcher::AddExamples(const std::vector<RouteExample>& examples) {
  for (const RouteExample& example : examples) Teach(example.route, example.text);
  head_.Fit(Ridge());
}

double LocalMatcher::Ridge() const {
  return std::lerp(blend_.head_ridge, blend_.foreign_ridge, coverage_.foreign());
}

std::vector<double> LocalMatcher::Prior(const Sense& sense,
                                        const std::vector<double>& description) const {
  const auto shares = coverage_.Shares(sense);
  const double foreign = coverage_.foreign();
  const double words = std::lerp(blend_.description, blend_.foreign_description, foreign);
  std::vector<double> likely(routes_ + 1);
  for (size_t i = 0; i <= routes_; ++i) {
    likely[i] =
        blend_.sense * (1 - foreign) * std::log(shares[i] + blend_.floor) + words * description[i];
  }
  // Where the routes are about something else, work on software belongs to none of them.
  const double software = 1 - double{sense.of(task_sense::Attribute::kNotSoftware)} -
                          double{sense.of(task_sense::Attribute::kSmallTalk)};
  likely[routes_] += (1 - foreign) * blend_.other +
                     foreign * (blend_.foreign_other + blend_.foreign_software * software);
  return likely;
}

RouteMatch LocalMatcher::Match(const UserTurn& turn) const {
  Reading reading = Read(turn.text);
  const Sense own = reading.sense;
  auto shifts = head_.Shifts(reading.terms, reading.sense);
  if (!turn.previous.empty()) {
    const Reading before = Read(turn.previous);
    const double share = std::min(1.0, blend_.before * std::sqrt(double{reading.sense.follow_up}));
    reading.sense = task_sense::Behind(reading.sense, before.sense);
    Mix(&reading.description, before.description, share);
    Mix(&shifts, head_.Shifts(before.terms, before.sense), share);
  }
  RouteMatch match;
  match.scores = Prior(reading.sense, reading.description);
  const double before_examples = Total(match.scores, routes_);
  for (size_t i = 0; i <= routes_; ++i) match.scores[i] += shifts[i];
  // That a request is like the examples of one route says more of the others than of "other".
  match.scores[routes_] +=
      std::lerp(blend_.head_other, blend_.foreign_head_other, coverage_.foreign()) *
      (Total(match.scores, routes_) - before_examples);
  const double most = *std::max_element(match.scores.begin(), match.scores.end());
  double sum = 0;
  for (double& value : match.scores) sum += value = std::exp(value - most);
  for (double& value : match.scores) value /= sum;
  FollowTaught(turn, own, &match.scores);
  const auto best = std::max_element(match.scores.begin(), match.scores.end());
  match.score = *best;
  const auto place = static_cast<size_t>(best - match.scores.begin());
  if (place < routes_) match.route = place;
  return match;
}

}  // namespace katra::router::routing
