#include "tests/bench/routing/week.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace katra::bench {
namespace {

using router::routing::cost::Forecast;
using router::routing::cost::ModelTerms;
using router::routing::cost::SessionCosts;
using router::routing::cost::SwitchLimits;
using router::routing::cost::TermsOf;

// SplitMix64: std's distributions differ between libraries.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}

  double Share() {
    state_ += 0x9E3779B97F4A7C15U;
    uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    return static_cast<double>((mixed ^ (mixed >> 31U)) >> 11U) * 0x1.0p-53;
  }
  // Skewed: most values near `low`, few near `high`.
  int64_t Between(double low, double high) {
    return static_cast<int64_t>(low * std::pow(high / low, Share()));
  }

 private:
  uint64_t state_;
};

Kind KindOf(Dice& dice, Kind main) {
  const double share = dice.Share();
  if (share < 0.55) return main;
  if (share < 0.75) return Kind::kBoilerplate;
  return share < 0.93 ? Kind::kCode : Kind::kArchitecture;
}

// `longest`: requests of a turn, for a user who talks (few) or lets the agent work (many).
Turn MakeTurn(Dice& dice, Kind kind, double longest) {
  Turn turn;
  turn.kind = kind;
  turn.pause_s = dice.Between(5, 900);  // one in five is longer than a cache is kept
  const int64_t requests =
      dice.Between(1, kind == Kind::kBoilerplate ? std::sqrt(longest) * 2 : longest);
  for (int64_t i = 0; i < requests; ++i) {
    turn.requests.push_back({dice.Between(60, i == 0 ? 1500 : 6000),
                             dice.Between(60, kind == Kind::kBoilerplate ? 700 : 1500),
                             i == 0 ? 0 : dice.Between(1, 60),
                             i == 0 || dice.Share() < 0.5 ? kind : Kind::kBoilerplate});
  }
  return turn;
}

constexpr int64_t kCompactAt = 165'000;
constexpr int64_t kAfterCompact = 12'000;  // beside the first tokens

int64_t Added(const Turn& turn) {
  int64_t tokens = 0;
  for (const Turn::Request& request : turn.requests)
    tokens += request.new_tokens + request.output_tokens;
  return tokens;
}

bool GoodEnough(const Model& model, Kind kind) { return model.up_to >= kind; }

double ListPrice(const Model& model) { return *model.prices.input; }

const Model& Cheapest(const std::vector<Model>& models, Kind kind) {
  const Model* best = nullptr;
  for (const Model& model : models) {
    if (!GoodEnough(model, kind)) continue;
    if (best == nullptr || ListPrice(model) < ListPrice(*best)) best = &model;
  }
  return *best;
}

// One session under one policy: the caches, the bill, and the choice at each turn.
class Run {
 public:
  Run(const std::vector<Model>& models, Policy policy, Bill& bill)
      : models_(models), policy_(policy), bill_(bill) {}

  void Play(const Session& session) {
    context_ = session.first_tokens;
    for (const Turn& turn : session.turns) {
      now_ += std::chrono::seconds(turn.pause_s);
      if (turn.compacts) {
        context_ = session.first_tokens + kAfterCompact;
        cached_.clear();
      }
      costs_.Arrived(context_ + turn.requests.front().new_tokens, "", limits_, terms_, now_);
      const Model& model = Choose(turn);
      ++bill_.turns;
      ++seen_[static_cast<size_t>(turn.kind)];
      bill_.not_good_enough += GoodEnough(model, turn.kind) ? 0 : 1;
      for (const Turn::Request& request : turn.requests) {
        Ask(policy_ == Policy::kPerRequest ? Cheapest(models_, request.kind) : model, request);
      }
    }
  }

 private:
  [[nodiscard]] const Model& Choose(const Turn& turn) {
    if (policy_ == Policy::kFixed) return Cheapest(models_, Kind::kArchitecture);
    const int64_t context = context_ + turn.requests.front().new_tokens;
    if (policy_ == Policy::kSwitchCost) return Weigh(turn.kind, context);
    const Model& cheapest = Cheapest(models_, turn.kind);
    if (policy_ != Policy::kCeiling || last_ == nullptr || !GoodEnough(*last_, turn.kind))
      return cheapest;
    return costs_.Judge(cheapest.name, context, limits_, terms_, now_).allowed ? cheapest : *last_;
  }

  // The model of which the turn is expected to cost least; if several, the one that answered last.
  [[nodiscard]] const Model& Weigh(Kind kind, int64_t context) const {
    const Model* best = last_ != nullptr && GoodEnough(*last_, kind) ? last_ : nullptr;
    const Forecast forecast = Expected(kind);
    for (const Model& model : models_) {
      if (!GoodEnough(model, kind)) continue;
      if (best == nullptr || CostOf(model, context, forecast) < CostOf(*best, context, forecast)) {
        best = &model;
      }
    }
    return *best;
  }

  // With work like most of what the session had: the models that are good enough for that.
  [[nodiscard]] Forecast Expected(Kind kind) const {
    Forecast forecast = costs_.NextTurn();
    const auto usual = std::max_element(seen_.begin(), seen_.end());
    const Kind main = *usual == 0 ? kind : static_cast<Kind>(usual - seen_.begin());
    forecast.later_models.clear();
    for (const Model& model : models_) {
      if (GoodEnough(model, main)) forecast.later_models.push_back(model.name);
    }
    return forecast;
  }

  [[nodiscard]] double CostOf(const Model& model, int64_t context, const Forecast& forecast) const {
    return *costs_.ExpectedUsdMicros(model.name, context, forecast, limits_, terms_, now_);
  }

  void Ask(const Model& model, const Turn::Request& request) {
    now_ += std::chrono::seconds(request.pause_s);
    context_ += request.new_tokens;
    Cache& cache = cached_[model.name];
    const bool warm = now_ - cache.at <= ModelTerms{}.warm_for;
    const int64_t read = warm ? std::min(cache.tokens, context_) : 0;
    bill_.usd += (static_cast<double>(read) * *model.prices.cache_read +
                  static_cast<double>(context_ - read) * *model.prices.cache_write +
                  static_cast<double>(request.output_tokens) * *model.prices.output) /
                 1e6;
    ++bill_.requests;
    bill_.switches += last_ != nullptr && last_ != &model ? 1 : 0;
    last_ = &model;
    context_ += request.output_tokens;
    now_ += std::chrono::seconds(2 + request.output_tokens / 60);
    cache = {now_, context_};
    costs_.Answered(model.name, context_, now_);
  }

  // What the provider holds.
  struct Cache {
    WallTime at{};
    int64_t tokens = 0;
  };

  const std::vector<Model>& models_;
  Policy policy_;
  Bill& bill_;
  const SwitchLimits limits_ = {.max_usd_micros = 0, .max_pct = {}};
  const TermsOf terms_ = [this](std::string_view name) {
    for (const Model& model : models_) {
      if (model.name == name) return ModelTerms{model.prices};
    }
    return ModelTerms{};
  };
  SessionCosts costs_;
  const Model* last_ = nullptr;
  WallTime now_ = FromUnixMillis(1'795'262'400'000);
  int64_t context_ = 0;
  std::array<int64_t, 3> seen_{};  // turns of each kind
  std::map<std::string_view, Cache> cached_;
};

constexpr Kind kBoilerplate = Kind::kBoilerplate;
constexpr Kind kCode = Kind::kCode;
constexpr Kind kArchitecture = Kind::kArchitecture;

}  // namespace

std::vector<Session> MakeWeek(uint64_t seed) {
  Dice dice(seed);
  std::vector<Session> week;
  for (int day = 0; day < 5; ++day) {
    const int64_t sessions = dice.Between(4, 12);
    for (int64_t i = 0; i < sessions; ++i) {
      Session& session = week.emplace_back();
      session.first_tokens = dice.Between(14'000, 30'000);
      const Kind main = KindOf(dice, Kind::kCode);
      int64_t context = session.first_tokens;
      const double longest = dice.Share() < 0.5 ? 4 : 40;
      const int64_t turns = dice.Between(2, longest < 10 ? 80 : 25);
      for (int64_t at = 0; at < turns; ++at) {
        Turn turn = MakeTurn(dice, KindOf(dice, main), longest);
        turn.compacts = context + Added(turn) > kCompactAt;
        if (turn.compacts) context = session.first_tokens + kAfterCompact;
        context += Added(turn);
        session.turns.push_back(std::move(turn));
      }
    }
  }
  return week;
}

const char* ToString(Policy policy) {
  switch (policy) {
    case Policy::kFixed:
      return "best fixed model";
    case Policy::kPerRequest:
      return "rules for each request";
    case Policy::kNaive:
      return "rules for each turn";
    case Policy::kCeiling:
      return "rules, max_switch_spend 0";
    case Policy::kSwitchCost:
      return "rules with switch cost";
  }
  return "";
}

Bill Pay(const std::vector<Session>& week, const std::vector<Model>& models, Policy policy) {
  Bill bill;
  for (const Session& session : week) Run(models, policy, bill).Play(session);
  return bill;
}

std::vector<Model> NearPrices() {
  return {{"anthropic/claude-sonnet-4-5", kCode, {3, 15, 0.3, 3.75}},
          {"anthropic/claude-opus-4-5", kArchitecture, {5, 25, 0.5, 6.25}}};
}

std::vector<Model> FamilyPrices() {
  std::vector<Model> models = NearPrices();
  models.push_back({"anthropic/claude-haiku-4-5", kBoilerplate, {1, 5, 0.1, 1.25}});
  return models;
}

std::vector<Model> WidePrices() {
  std::vector<Model> models = FamilyPrices();
  models.push_back({"openai/gpt-5", kCode, {1.25, 10, 0.125, 1.25}});
  models.push_back({"deepseek/deepseek-chat", kBoilerplate, {0.28, 0.42, 0.028, 0.28}});
  return models;
}

std::vector<Model> UncachedPrices() {
  return {{"groq/moonshotai/kimi-k2-instruct", kBoilerplate, {1, 3, 1, 1}},
          {"mistral/mistral-large-latest", kCode, {2, 6, 2, 2}},
          {"anthropic/claude-opus-4-5", kArchitecture, {5, 25, 0.5, 6.25}}};
}

}  // namespace katra::bench
