// katra_route_eval FILE...: how right and how quick the local matcher is on labelled requests,
// beside BM25 and n-grams; with descriptions only, and with the ten examples of each route.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "router/routing/matching/local_matcher.h"
#include "tests/bench/route_matching/baselines.h"
#include "tests/bench/route_matching/score.h"

namespace katra::testing {
namespace {

using router::routing::LocalMatcher;
using router::routing::RouteText;
using router::routing::UserTurn;

void PrintLine(const char* name, const Score& score) {
  std::printf("  %-28s %.3f  calibration error %.3f  other: precision %.2f recall %.2f\n", name,
              score.all.value(), score.calibration_error, score.other_precision.value(),
              score.other_recall.value());
}

void PrintShares(const char* what, const std::map<std::string, Share>& shares) {
  std::printf("  by %s:", what);
  for (const auto& [name, share] : shares) {
    std::printf(" %s %.2f (%zu)", name.empty() ? "-" : name.c_str(), share.value(), share.all);
  }
  std::printf("\n");
}

void PrintConfusion(const TestSet& set, const Score& score) {
  std::printf("  wanted in rows, answered in columns, other last:\n");
  for (size_t row = 0; row < score.confusion.size(); ++row) {
    std::printf("    %-22.22s", row < set.routes.size() ? set.routes[row].name.c_str() : "other");
    for (const size_t count : score.confusion[row]) std::printf(" %4zu", count);
    std::printf("\n");
  }
}

// In microseconds, with the request at the end of `pasted` bytes of log lines.
void PrintTimes(const TestSet& set, const LocalMatcher& matcher, size_t pasted) {
  std::string log;
  while (log.size() < pasted) log += "2026-01-01 10:00:00 INFO worker 7 took job 1234 from queue\n";
  std::vector<double> times;
  for (const LabelledRequest& request : set.requests) {
    const std::string text = log + request.text;
    const auto begin = std::chrono::steady_clock::now();
    const auto match = matcher.Match({text, request.previous});
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    if (!match.scores.empty()) times.push_back(took.count());
  }
  std::sort(times.begin(), times.end());
  if (times.empty()) return;
  std::printf("  time with %zu KB pasted: p50 %.0f us, p99 %.0f us\n", pasted / 1024,
              times[times.size() / 2], times[times.size() * 99 / 100]);
}

void Evaluate(const std::string& path) {
  const TestSet set = ReadTestSet(path);
  std::printf("%s: %zu routes, %zu requests\n", path.c_str(), set.routes.size(),
              set.requests.size());
  for (const bool taught : {false, true}) {
    const auto routes = taught ? set.routes : set.Described();
    std::printf(" %s\n", taught ? "descriptions and 10 examples" : "descriptions only");
    PrintLine("BM25", Judge(set, Bm25(routes)));
    PrintLine("n-grams", Judge(set, NGrams(routes)));
    const auto matcher = LocalMatcher::Make(routes);
    if (!matcher) {
      std::printf("%s\n", matcher.error().message.c_str());
      return;
    }
    const Score score =
        Judge(set, [&matcher](const UserTurn& turn) { return matcher->Match(turn); });
    PrintLine("local matcher", score);
    PrintShares("language", score.by_language);
    PrintShares("kind", score.by_kind);
    PrintConfusion(set, score);
    PrintTimes(set, *matcher, 0);
    PrintTimes(set, *matcher, 150 * size_t{1024});
  }
}

}  // namespace
}  // namespace katra::testing

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) katra::testing::Evaluate(argv[i]);
  return argc > 1 ? 0 : 2;
}
