#include "tests/bench/figures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

namespace katra::bench {

Nanos Samples::Percentile(double part) const {
  std::sort(values_.begin(), values_.end());
  const auto last = static_cast<double>(values_.size() - 1);
  return values_[static_cast<size_t>(std::lround(last * part))];
}

std::string Spread(const Samples& samples) {
  char text[64];
  std::snprintf(text, sizeof text, "p50 %.3f ms, p99 %.3f ms", samples.Millis(0.5),
                samples.Millis(0.99));
  return text;
}

void Report::Add(Figure figure) {
  std::printf("%-58s %9.3f %-2s  %s\n", figure.name.c_str(), figure.value, figure.unit.c_str(),
              figure.note.c_str());
  std::fflush(stdout);
  figures_.push_back(std::move(figure));
}

void Report::Print() const {
  std::printf("\n%-58s %12s %12s\n", "figure", "at most", "measured");
  for (const Figure& figure : figures_) {
    std::printf("%-58s %9.2f %-2s %9.2f %-2s  %s\n", figure.name.c_str(), figure.target,
                figure.unit.c_str(), figure.value, figure.unit.c_str(),
                figure.ok() ? "ok" : "short");
  }
}

bool Report::WriteJson(const std::string& path, bool quick) const {
  nlohmann::json figures = nlohmann::json::array();
  for (const Figure& figure : figures_) {
    figures.push_back({{"name", figure.name},
                       {"value", figure.value},
                       {"at_most", figure.target},
                       {"unit", figure.unit},
                       {"ok", figure.ok()},
                       {"note", figure.note}});
  }
  std::ofstream file(path);
  file << nlohmann::json{{"quick", quick}, {"figures", figures}}.dump(2) << "\n";
  return static_cast<bool>(file.flush());
}

}  // namespace katra::bench
