// What recorded requests would have cost, and how often another model would have been asked, under
// another configuration. Reads no file and asks nobody.
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

// Numbers of requests: at least, as expected, at most.
struct CountRange {
  int64_t low = 0;
  int64_t expected = 0;
  int64_t high = 0;
};

struct ModelSum {
  std::string model;  // "provider/model"
  int64_t then = 0;   // requests that it answered
  int64_t now = 0;    // that it would answer
  // Millionths of a US dollar, of the requests whose price is known both ways.
  double cost_then = 0;
  Range cost_now;
  int64_t unpriced_then = 0;  // of its requests, those that are not in the costs
  int64_t unpriced_now = 0;
};

// Requests that would have been asked of another model first.
struct Change {
  std::string from;
  std::string to;
  std::string route;  // by which it would have been chosen; may be empty
  int64_t requests = 0;
  double cost_then = 0;
  Range cost_now;
  int64_t unpriced = 0;
};

struct Report {
  int64_t requests = 0;   // that were decided again
  int64_t not_asked = 0;  // left out: no model was asked then
  // How the requests were decided again.
  int64_t by_record = 0;
  int64_t by_text = 0;
  int64_t assumed = 0;
  int64_t unknown = 0;
  int64_t refused = 0;  // no model would have been asked
  std::string refusal;  // why, of the first

  CountRange changed;  // another model would have been asked first
  double cost_then = 0;
  Range cost_now;
  int64_t priced = 0;  // requests in the costs
  int64_t unpriced = 0;
  std::set<std::string> without_price;  // the models whose prices are missing
  int64_t failed = 0;                   // then; without tokens they are in no cost
  int64_t failed_elsewhere = 0;         // of these, those that another model would have been asked

  // Answered by a provider that is not the persona's now, though no rule said so: the session was
  // started with it, or the configuration has changed.
  int64_t other_provider = 0;
  int64_t matched_locally_instead = 0;
  std::vector<ModelSum> models;  // by requests then, most first
  std::vector<Change> changes;   // by requests, most first
};

class Replay {
 public:
  // Borrowed: `decider` outlives this. `terms` has the prices of models.
  Replay(Decider& decider, cost::TermsOf terms) : decider_(decider), terms_(std::move(terms)) {}

  // In the order in which the requests were made. `text`: nullptr: none was recorded.
  void Add(const store::UsageRecord& record, const RecordedText* text);
  [[nodiscard]] Report Finish();

 private:
  struct Priced {
    double then = 0;
    Range now;
  };
  void CountBasis(const Decided& decided);
  void CountChange(const Decided& decided, const std::string& then, const std::string& now);
  // What the request cost, and would have cost; nullopt: a price is not known.
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
