// Holds work to its size: four times as much may take about four times as long, not sixteen.
// Measured on the thread's own processor time, so that what else the machine does counts little.
#pragma once

#include <algorithm>
#include <ctime>
#include <functional>
#include <limits>
#include <string>

#include "tests/support/cpp/catch.h"

namespace katra::testing {

inline double ThreadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// The least of at most three runs, because what else the machine does only adds. Stops when a run
// took less than `enough`: more runs could not make it longer.
inline double Cost(double enough, const std::function<void()>& work) {
  double least = std::numeric_limits<double>::max();
  for (int i = 0; i < 3 && least >= enough; ++i) {
    const double begun = ThreadSeconds();
    work();
    least = std::min(least, ThreadSeconds() - begun);
    if (least > 1) break;
  }
  return least;
}

// `part(i)` joined by commas.
inline std::string List(size_t count, const std::function<std::string(size_t)>& part) {
  std::string all;
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) all += ",";
    all += part(i);
  }
  return all;
}

inline std::string N(size_t i) { return std::to_string(i); }

struct Shape {
  const char* name;
  size_t count;
  std::function<std::string(size_t)> make;
};

inline void RequireLinear(const Shape& shape, const std::function<void(const std::string&)>& work) {
  const std::string small = shape.make(shape.count);
  const std::string large = shape.make(shape.count * 4);
  // Below a few milliseconds nothing can be told, and nothing is wrong.
  constexpr double kLeast = 0.01;
  const double once = Cost(0, [&] { work(small); });
  const double bound = std::max(kLeast, once * 8);
  const double four = Cost(bound, [&] { work(large); });
  INFO(shape.name << ": " << once * 1000 << " ms for " << small.size() << " bytes, " << four * 1000
                  << " ms for " << large.size());
  CHECK(four < bound);
}

}  // namespace katra::testing
