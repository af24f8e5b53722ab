// Calculates what recorded requests would have cost under another configuration, and how many would
// have gone to another model. Reads no file and contacts nobody.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "router/routing/replay/decider.h"
#include "router/routing/replay/estimate.h"
#include "store/usage.h"

namespace katra::router::routing::replay {

// Numbers of requests: lower bound, expected value, upper bound.
struct CountRange {
  int64_t low = 0;
  int64_t expected = 0;
  int64_t high = 0;
};

struct ModelSum {
  std::string model;  // "provider/model"
  int64_t then = 0;   // requests that it answered
  int64_t now = 0;    // requests that it would answer
  // Millionths of a US dollar, of the requests whose price is known both ways.
  double cost_then = 0;
  Range cost_now;
  int64_t unpriced_then = 0;  // of these requests, those without a known price
  int64_t unpriced_now = 0;
};

// Requests that would first have gone to another model.
struct Change {
  std::string from;
  std::string to;
  std::string route;  // that would have chosen the model; may be empty
  int64_t requests = 0;
  double cost_then = 0;
  Range cost_now;
  int64_t unpriced = 0;
};

struct Report {
  int64_t requests = 0;   // that were decided again
  int64_t not_asked = 0;  // left out, because no model was asked then
  // How the requests were decided again.
  int64_t by_record = 0;
  int64_t by_text = 0;
  int64_t assumed = 0;
  int64_t unknown = 0;
  int64_t refused = 0;  // for which no model would have been asked
  std::string refusal;  // the reason of the first

  CountRange changed;  // requests that would first have gone to another model
  double cost_then = 0;
  Range cost_now;
  int64_t priced = 0;  // requests in the costs
  int64_t unpriced = 0;
  std::set<std::string> without_price;  // the models whose prices are missing
  int64_t failed = 0;            // that failed then; without tokens they are not in the costs
  int64_t failed_elsewhere = 0;  // of these, those that would have gone to another model

  // Requests answered by a provider other than the persona's current one, although no rule chose
  // it: the session was started with it, or the configuration has changed.
  int64_t other_provider = 0;
  int64_t matched_locally_instead = 0;
  std::vector<ModelSum> models;  // by requests then, most first
  std::vector<Change> changes;   // by requests, most first
};

class Replay {
 public:
  // Borrowed: `decider` outlives this. `terms` has the prices of models.
  Replay(Decider& decider, cost::TermsOf terms) : decider_(decider), terms_(std::move(terms)) {}

  // Call it in the order in which the requests were made. `text`: nullptr: none was recorded.
  void Add(const store::UsageRecord& record, const RecordedText* text);
  [[nodiscard]] Report Finish();

 private:
  struct Priced {
    double then = 0;
    Range now;
  };
  void CountBasis(const Decided& decided);
  void CountChange(const Decided& decided, const std::string& then, const std::string& now);
  // What the request cost and would have cost; nullopt: a price is unknown.
  [[nodiscard]] std::optional<Priced> Price(const store::UsageRecord& record,
                                            const Decided& decided, const Target& then,
                                            const Target& now);

  Decider& decider_;
  cost::TermsOf terms_;
  Report report_;
  std::map<std::string, ModelSum> models_;
  std::map<std::string, Change> changes_;
};

}  // namespace katra::router::routing::replay
