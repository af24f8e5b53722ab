// The measurements of the gateway's bench. Each adds its figures to the report.
#pragma once

#include <memory>

#include "tests/bench/figures.h"
#include "tests/bench/gateway/targets.h"

namespace katra::bench {

struct Field {
  Target* direct = nullptr;
  Target* nginx = nullptr;  // nullptr: figures against it are left out
  Target* katra = nullptr;
  Target* router = nullptr;  // claude-code-router, likewise
  bool quick = false;
  std::string size = {};  // of the bodies; empty: all
  int connections = 0;    // at once; 0: 1, 16 and 256
};

// Added latency of whole answers and first bytes, by size and by connections.
void MeasureForwarding(const Field& field, Report* report);
// What translation adds to that.
void MeasureTranslation(const Field& field, Report* report);
// Many streams at a pace: cost of an event, delays, memory.
void MeasureStreams(const Field& field, Report* report);
// Requests in a second beside claude-code-router.
void MeasureThroughput(const Field& field, Report* report);

}  // namespace katra::bench
