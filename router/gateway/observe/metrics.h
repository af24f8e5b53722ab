// The gateway's counters in Prometheus' text format. Labels are providers, models and kinds of
// errors, never a persona, a session or text of a request.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "router/gateway/observe/request_record.h"
#include "router/policy/retry_state.h"

namespace katra::router::gateway {

// Used on the loop's thread.
class Metrics {
 public:
  // Current values.
  struct Open {
    size_t requests = 0;
    size_t streams = 0;  // of these, those that have sent part of the response
    size_t connections = 0;
    std::vector<policy::OpenCircuit> circuits;
  };

  void OnRequestFinished(const RequestRecord& record);
  // Counts `type` (RequestRecord::unknown) and returns whether it is new.
  [[nodiscard]] bool CountUnknown(const std::string& type);
  // Counts a decision of the router model, or its failure of the kind `fault`.
  void CountRouterModel(const std::string& fault);
  [[nodiscard]] std::string Render(const Open& open, uint64_t dropped_records) const;

 private:
  static constexpr std::array<double, 14> kBounds = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5,
                                                     1,     2.5,  5,     10,   30,  60,   300};
  struct Histogram {
    std::array<uint64_t, kBounds.size()> buckets{};
    uint64_t count = 0;
    double sum_seconds = 0;
    void Observe(double seconds);
  };
  struct Line {
    uint64_t requests = 0;
    std::map<std::string, uint64_t> errors;  // by type
    Histogram first_byte;
    Histogram duration;
    int64_t input_tokens = 0;
    int64_t output_tokens = 0;
    int64_t cache_read_tokens = 0;
    int64_t cache_write_tokens = 0;
    int64_t cost_usd_micros = 0;
    uint64_t priced = 0;    // requests with a known cost
    uint64_t unpriced = 0;  // requests with an unknown cost
    uint64_t failovers = 0;
  };
  // A cache of recently used labels, which saves rendering them.
  struct Recent {
    std::string endpoint;
    std::string provider;
    std::string model;
    Line* line = nullptr;
  };

  void RenderRouterModel(std::string& out) const;
  [[nodiscard]] Line& LineOf(const RequestRecord& record);

  std::map<std::string, Line> lines_;  // by rendered labels
  std::vector<Recent> recent_;
  std::map<std::string, uint64_t> unknown_;  // by type
  uint64_t router_answers_ = 0;
  std::map<std::string, uint64_t> router_faults_;  // by kind
};

}  // namespace katra::router::gateway
