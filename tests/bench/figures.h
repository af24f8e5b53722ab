// The figures of a bench run: what was promised, what was measured, printed as a table and kept as
// JSON. Knows no Katra.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace katra::bench {

using Nanos = std::chrono::nanoseconds;

// Durations of one thing, in any order.
class Samples {
 public:
  void Add(Nanos duration) { values_.push_back(duration); }
  [[nodiscard]] size_t count() const { return values_.size(); }
  // 0..1; 0.5 is the median. At least one sample.
  [[nodiscard]] Nanos Percentile(double part) const;
  [[nodiscard]] double Millis(double part) const {
    return std::chrono::duration<double, std::milli>(Percentile(part)).count();
  }

 private:
  mutable std::vector<Nanos> values_;
};

// Runs `work` and tells how long it took.
template <typename Work>
Nanos Timed(Work&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::steady_clock::now() - begin;
}

struct Figure {
  std::string name;
  double value = 0;
  double target = 0;  // at most
  std::string unit;   // "ms", "x", "MB"
  std::string note;   // the parts of a ratio

  [[nodiscard]] bool ok() const { return value <= target; }
};

class Report {
 public:
  // Also prints the figure at once, since a run takes long.
  void Add(Figure figure);
  void Print() const;
  // False: the file cannot be written.
  [[nodiscard]] bool WriteJson(const std::string& path, bool quick) const;

 private:
  std::vector<Figure> figures_;
};

// "p50 0.31 ms, p99 0.52 ms"
[[nodiscard]] std::string Spread(const Samples& samples);

}  // namespace katra::bench
