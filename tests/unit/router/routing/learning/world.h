// Models of hidden quality, cost, speed and reliability, and a user who asks them in the order that
// a ranker gives and says what he thinks of the answers.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "router/routing/learning/ranker.h"

namespace katra::testing {

struct HiddenModel {
  std::string name;
  double quality = 0;  // the share of answers that satisfy
  double failures = 0;
  double usd_micros = 0;
  double ms = 1000;
};

class World {
 public:
  // `says`: the share of answers that the user rates.
  World(std::vector<HiddenModel> models, router::Prefer prefer, double says, uint64_t seed,
        router::routing::learning::Tuning tuning = {})
      : models_(std::move(models)), prefer_(prefer), says_(says), random_(seed), ranker_(tuning) {
    // Prices stand in a table; speed is only known once it was measured.
    for (const HiddenModel& model : models_) {
      candidates_.push_back({model.name, model.usd_micros, {}});
    }
    counts_.assign(models_.size(), 0);
  }

  // What one request to a model is worth on average; money and time count as the ranker weighs
  // them.
  [[nodiscard]] double Worth(size_t at) const {
    const HiddenModel& model = models_[at];
    double worth = (1 - model.failures) * model.quality;
    double dearest = 0;
    double fastest = model.ms;
    for (const HiddenModel& other : models_) {
      dearest = std::max(dearest, other.usd_micros);
      fastest = std::min(fastest, other.ms);
    }
    const router::routing::learning::Tuning tuning;
    if (prefer_ == router::Prefer::kCost)
      worth *= 1 - tuning.price_weight * model.usd_micros / dearest;
    if (prefer_ == router::Prefer::kSpeed) {
      worth *= 1 - tuning.speed_weight * (1 - fastest / model.ms);
    }
    return worth;
  }
  [[nodiscard]] size_t Best() const {
    size_t best = 0;
    for (size_t i = 1; i < models_.size(); ++i) best = Worth(i) > Worth(best) ? i : best;
    return best;
  }

  // One request: asks the first candidate, tells the ranker what came of it. Returns which it was.
  size_t Step() {
    const auto order = ranker_.Rank("Sam", "code", candidates_, prefer_);
    const size_t at = order.front().index;
    ++counts_[at];
    const HiddenModel& model = models_[at];
    router::routing::learning::Event event;
    event.persona = "Sam";
    event.route = "code";
    event.candidate = model.name;
    const bool failed = Chance(model.failures);
    event.kind = failed ? router::routing::learning::EventKind::kFailed
                        : router::routing::learning::EventKind::kAnswered;
    if (!failed) {
      event.first_byte_ms = static_cast<int64_t>(model.ms * (0.5 + Uniform()));
      event.cost_usd_micros = static_cast<int64_t>(model.usd_micros * (0.5 + Uniform()));
    }
    Tell(event);
    const bool satisfied = Chance(model.quality);
    if (!failed && Chance(says_)) {
      event.kind = satisfied ? router::routing::learning::EventKind::kGood
                             : router::routing::learning::EventKind::kBad;
      event.first_byte_ms = event.cost_usd_micros = -1;
      Tell(event);
    }
    return at;
  }

  // The mean worth of the next `steps` requests.
  double Run(int steps) {
    double sum = 0;
    for (int i = 0; i < steps; ++i) sum += Worth(Step());
    return sum / steps;
  }

  std::vector<HiddenModel>& models() { return models_; }
  [[nodiscard]] const router::routing::learning::Ranker& ranker() const { return ranker_; }
  [[nodiscard]] const std::vector<router::routing::learning::Event>& journal() const {
    return journal_;
  }
  [[nodiscard]] const std::vector<router::routing::learning::Candidate>& candidates() const {
    return candidates_;
  }

 private:
  double Uniform() { return std::generate_canonical<double, 53>(random_); }
  bool Chance(double share) { return Uniform() < share; }
  void Tell(const router::routing::learning::Event& event) {
    ranker_.Apply(event);
    journal_.push_back(event);
  }

  std::vector<HiddenModel> models_;
  router::Prefer prefer_;
  double says_;
  std::mt19937_64 random_;
  router::routing::learning::Ranker ranker_;
  std::vector<router::routing::learning::Candidate> candidates_;
  std::vector<router::routing::learning::Event> journal_;
  std::vector<int> counts_;
};

// Five models in an arbitrary order: the qualities are spread over 0.35 to 0.95, failures up to 20
// %.
inline std::vector<HiddenModel> FiveModels(uint64_t seed) {
  std::mt19937_64 random(seed * 7919 + 17);
  const auto between = [&](double low, double high) {
    return low + (high - low) * std::generate_canonical<double, 53>(random);
  };
  std::vector<HiddenModel> models;
  for (int i = 0; i < 5; ++i) {
    HiddenModel model;
    model.name = "p/" + std::string(1, static_cast<char>('a' + i));
    model.quality = between(0.35 + 0.12 * i, 0.47 + 0.12 * i);
    model.failures = between(0, 0.2);
    model.usd_micros = between(500, 30'000);
    model.ms = between(300, 6000);
    models.push_back(model);
  }
  std::shuffle(models.begin(), models.end(), random);
  return models;
}

}  // namespace katra::testing
