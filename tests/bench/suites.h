// The parts of the bench. Each drives real servers and adds its figures to the report.
#pragma once

#include "tests/bench/figures.h"

namespace katra::bench {

struct Scale {
  bool quick = false;
  // Small stores in a quick run: its figures say little of the promises at a million.
  [[nodiscard]] int Rounds() const { return quick ? 300 : 2'000; }
  [[nodiscard]] int64_t Middle() const { return quick ? 10'000 : 100'000; }
  [[nodiscard]] int64_t Growing() const { return quick ? 20'000 : 200'000; }
  [[nodiscard]] int64_t Large() const { return quick ? 30'000 : 1'000'000; }
};

// say and hear against the floor, waking, start, memory.
void MeasureCalls(const Scale& scale, Report* report);
// Sixteen processes at once.
void MeasureCrowd(const Scale& scale, Report* report);
// recall, hear and say in large stores.
void MeasureSizes(const Scale& scale, Report* report);

}  // namespace katra::bench
