// The client of the bench: closed loops of requests, and many streams at once.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "tests/bench/figures.h"

namespace katra::bench {

// A request as bytes, with places that change from one to the next so that no two are the same.
struct Shot {
  std::string bytes;
  std::vector<size_t> counters;  // offsets of eight digits each
};

struct LoopResult {
  Samples whole;       // from the request's first byte to the answer's last
  Samples first_byte;  // to the first byte of the answer's body
  int errors = 0;      // other statuses than 200, and broken connections
  double seconds = 0;
  [[nodiscard]] double Rate() const { return static_cast<double>(whole.count()) / seconds; }
};

// `connections` clients, each with one request at a time, for `duration`; the first `warm_up`
// requests are not counted. Throws std::runtime_error when no answer comes for 60 s.
LoopResult RunLoop(int port, const Shot& shot, int connections, std::chrono::milliseconds duration,
                   size_t warm_up = 8);

struct StreamsResult {
  Samples first_byte;
  Samples late;  // from an event's sending to its arrival
  int whole = 0;
  int errors = 0;
  size_t events = 0;
};

struct StreamsPlan {
  int port = 0;
  Shot shot;
  int count = 0;
  std::chrono::milliseconds limit{30'000};  // streams that are open then are cut, not counted
  Shot intruder;                            // asked for once at `intruder_at`, when not empty
  std::chrono::milliseconds intruder_at{0};
};

// Opens `count` streams, a few each millisecond, and reads them to their end.
StreamsResult RunStreams(const StreamsPlan& plan);

}  // namespace katra::bench
