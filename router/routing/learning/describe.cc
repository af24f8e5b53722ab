// Ranker's answers in words, for people: headers, `katra route explain` and the live view.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "router/routing/cost/money.h"
#include "router/routing/learning/ranker.h"

namespace katra::router::routing::learning {
namespace {

std::string Ordinal(size_t position) {
  constexpr std::array<const char*, 5> kFirst = {"1st", "2nd", "3rd", "4th", "5th"};
  if (position < kFirst.size()) return kFirst[position];
  const size_t number = position + 1;
  const bool teen = number % 100 > 10 && number % 100 < 14;
  const char* suffix = "th";
  if (!teen && number % 10 == 1) suffix = "st";
  if (!teen && number % 10 == 2) suffix = "nd";
  if (!teen && number % 10 == 3) suffix = "rd";
  return std::to_string(number) + suffix;
}

std::string Times(int64_t count) {
  if (count == 1) return "once";
  return count == 2 ? "twice" : std::to_string(count) + " times";
}

std::string Seconds(double ms) {
  std::array<char, 32> text{};
  if (ms < 1000) {
    (void)std::snprintf(text.data(), text.size(), "%.0f ms", ms);
  } else {
    (void)std::snprintf(text.data(), text.size(), "%.1f s", ms / 1000);
  }
  return text.data();
}

void AddSentence(std::string& text, const std::string& more) {
  if (!text.empty()) text += ", ";
  text += more;
}

// What was observed, most telling first; empty if nothing.
std::string Observed(const std::optional<Facts>& facts) {
  std::string text;
  if (!facts) return text;
  const int64_t rated = facts->good + facts->bad;
  if (rated > 0) {
    AddSentence(text, "rated good " + std::to_string(facts->good) + " of " + std::to_string(rated) +
                          (rated == 1 ? " time" : " times"));
  }
  if (facts->switches > 0) AddSentence(text, "left for another model " + Times(facts->switches));
  if (facts->retries > 0) AddSentence(text, "asked again " + Times(facts->retries));
  if (facts->interruptions > 0) AddSentence(text, "interrupted " + Times(facts->interruptions));
  const int64_t requests = facts->answers + facts->failures;
  if (facts->failures > 0) {
    AddSentence(text, std::to_string(facts->failures) + " of " + std::to_string(requests) +
                          (requests == 1 ? " request failed" : " requests failed"));
  }
  return text;
}

}  // namespace

std::string Ranker::Describe(std::string_view persona, std::string_view route,
                             const std::vector<Candidate>& candidates, Prefer prefer,
                             const std::vector<Ranked>& order, size_t at) const {
  const Ranked& ranked = order[at];
  const Candidate& candidate = candidates[ranked.index];
  const Estimate estimate = EstimateOf(FindRoute(persona, route), candidate);
  if (ranked.cause == Cause::kPinned) return "pinned";
  if (ranked.cause == Cause::kMeasure) return "tried to measure its speed";

  std::string details;
  const bool by_cost = prefer == Prefer::kCost || prefer == Prefer::kCheapest;
  const bool by_speed = prefer == Prefer::kSpeed || prefer == Prefer::kFastest;
  if (by_cost) {
    AddSentence(details, estimate.cost ? "about " + cost::FormatUsd(*estimate.cost) + " a request"
                                       : std::string("its price is unknown"));
  }
  if (by_speed) {
    AddSentence(details, estimate.ms ? "first byte after about " + Seconds(*estimate.ms)
                                     : std::string("its speed is unknown"));
  }
  const auto facts = FactsOf(persona, route, candidate.name);
  const std::string observed =
      prefer == Prefer::kCheapest || prefer == Prefer::kFastest ? std::string() : Observed(facts);
  if (!observed.empty()) AddSentence(details, observed);

  std::string text;
  if (ranked.cause == Cause::kExplore) {
    text = "tried because little is known of it yet";
  } else if (at < ranked.index) {
    text = "moved up from " + Ordinal(ranked.index);
  } else if (at > ranked.index) {
    text = "moved down from " + Ordinal(ranked.index);
  } else {
    text = Ordinal(at) + " in the configuration";
  }
  return details.empty() ? text : text + ": " + details;
}

}  // namespace katra::router::routing::learning
