#include "router/routing/matching/local_matcher.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

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
      words_(routes.size() + 1) {
  for (size_t i = 0; i < routes.size(); ++i) {
    const Features features = ReadFeatures(Words(routes[i]), weights_.concepts());
    coverage_.Describe(i, SenseOf(weights_, features));
    words_.Describe(i, features, weights_);
    for (const std::string& text : routes[i].examples) {
      const Features example = ReadFeatures(text, weights_.concepts());
      coverage_.AddExample(i, SenseOf(weights_, example));
      words_.AddExample(i, example, weights_);
    }
  }
  coverage_.Settle();
}

void LocalMatcher::AddExample(std::optional<size_t> route, std::string_view text) {
  const size_t place = std::min(route.value_or(routes_), routes_);
  const Features features = ReadFeatures(text, weights_.concepts());
  coverage_.AddExample(place, SenseOf(weights_, features));
  words_.AddExample(place, features, weights_);
  coverage_.Settle();
}

std::vector<double> LocalMatcher::Likelihoods(const Sense& sense, const WordScores& words) const {
  const auto shares = coverage_.Shares(sense);
  const double foreign = coverage_.foreign();
  const double description = std::lerp(blend_.description, blend_.foreign_description, foreign);
  const double nearest = std::lerp(blend_.nearest, blend_.foreign_nearest, foreign);
  std::vector<double> likely(routes_ + 1);
  for (size_t i = 0; i <= routes_; ++i) {
    likely[i] = blend_.sense * (1 - foreign) * std::log(shares[i] + blend_.floor) +
                description * words.description[i] + nearest * words.nearest[i] +
                blend_.centre * words.centre[i];
  }
  // Where the routes are about something else, work on software belongs to none of them.
  const double software = 1 - double{sense.of(task_sense::Attribute::kNotSoftware)} -
                          double{sense.of(task_sense::Attribute::kSmallTalk)};
  likely[routes_] += (1 - foreign) * blend_.other +
                     foreign * (blend_.foreign_other + blend_.foreign_software * software);
  const double most = *std::max_element(likely.begin(), likely.end());
  double sum = 0;
  for (double& value : likely) sum += value = std::exp(value - most);
  for (double& value : likely) value /= sum;
  return likely;
}

RouteMatch LocalMatcher::Match(const UserTurn& turn) const {
  const Features features = ReadFeatures(turn.text, weights_.concepts());
  Sense sense = SenseOf(weights_, features);
  WordScores words = words_.Scores(features, weights_);
  if (!turn.previous.empty()) {
    const Features before = ReadFeatures(turn.previous, weights_.concepts());
    const double share = std::min(1.0, blend_.before * std::sqrt(double{sense.follow_up}));
    sense = task_sense::Behind(sense, SenseOf(weights_, before));
    const WordScores others = words_.Scores(before, weights_);
    Mix(&words.description, others.description, share);
    Mix(&words.nearest, others.nearest, share);
    Mix(&words.centre, others.centre, share);
  }
  RouteMatch match;
  match.scores = Likelihoods(sense, words);
  const auto best = std::max_element(match.scores.begin(), match.scores.end());
  match.score = *best;
  const auto place = static_cast<size_t>(best - match.scores.begin());
  if (place < routes_) match.route = place;
  return match;
}

}  // namespace katra::router::routing
