// A made-up week of a developer's sessions, and what it costs under different ways to choose
// models. Deterministic: the same seed gives the same week on every machine. Counts what providers
// charge: each model has a cache of its own, which grows cold.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "router/routing/cost/switch_cost.h"

namespace katra::bench {

// What a turn is about. A model is good enough for a kind up to its own.
enum class Kind : uint8_t { kBoilerplate, kCode, kArchitecture };

struct Turn {
  Kind kind = Kind::kCode;
  int64_t pause_s = 0;  // since the last answer of the session
  // One for each request: the tokens that it adds to the prompt, and those of its answer.
  struct Request {
    int64_t new_tokens = 0;
    int64_t output_tokens = 0;
    int64_t pause_s = 0;  // the tools' time before it
    // What a rule that looks at single requests takes it for: at most the turn's.
    Kind kind = Kind::kCode;
  };
  std::vector<Request> requests;
  bool compacts = false;  // the client shortens the conversation before it
};

struct Session {
  int64_t first_tokens = 0;  // system prompt, tools, project notes
  std::vector<Turn> turns;
};

[[nodiscard]] std::vector<Session> MakeWeek(uint64_t seed);

struct Model {
  std::string_view name;
  Kind up_to = Kind::kArchitecture;
  router::routing::cost::TokenPrices prices;
};

enum class Policy {
  kFixed,       // the cheapest model that is good enough for every kind
  kPerRequest,  // for each request the cheapest that is good enough, by list price
  kNaive,       // for each turn the cheapest that is good enough, by list price
  kCeiling,     // the same, but a switch may not cost anything unless quality demands it
  kSwitchCost,  // for each turn the cheapest that is good enough, the switch counted
};
[[nodiscard]] const char* ToString(Policy policy);

struct Bill {
  double usd = 0;
  int64_t turns = 0;
  int64_t requests = 0;
  int64_t switches = 0;
  int64_t not_good_enough = 0;  // turns
};

// Only kPerRequest changes the model within a turn.
[[nodiscard]] Bill Pay(const std::vector<Session>& week, const std::vector<Model>& models,
                       Policy policy);

// Sets of models at list prices.
[[nodiscard]] std::vector<Model> NearPrices();    // one family, its members within a factor of 1.7
[[nodiscard]] std::vector<Model> FamilyPrices();  // one family, within a factor of 5
[[nodiscard]] std::vector<Model> WidePrices();    // several families, within a factor of 60
// The cheaper ones have no prompt cache, so they are dearer in a long conversation.
[[nodiscard]] std::vector<Model> UncachedPrices();

}  // namespace katra::bench
