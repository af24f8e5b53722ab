#include "router/routing/replay/replay.h"

#include <algorithm>

namespace katra::router::routing::replay {
namespace {

using store::UsageRecord;

Target AnsweredBy(const UsageRecord& record) {
  return {record.provider, record.asked_model.empty() ? record.model : record.asked_model};
}

Target AskedFirst(const UsageRecord& record) {
  if (record.tried.empty()) return AnsweredBy(record);
  return {record.tried.front().provider, record.tried.front().model};
}

bool Failed(const UsageRecord& record, const Target& target) {
  return std::any_of(record.tried.begin(), record.tried.end(), [&](const auto& one) {
    return one.provider == target.provider && one.model == target.model && !one.error.empty();
  });
}

// Who answers: the first that did not fail for this very request.
Target AnswersNow(const UsageRecord& record, const std::vector<Target>& candidates) {
  for (const Target& candidate : candidates) {
    if (!Failed(record, candidate)) return candidate;
  }
  return candidates.back();
}

RecordedTokens TokensOf(const UsageRecord& record) {
  return {record.input_tokens + record.cache_read_tokens + record.cache_write_tokens,
          record.cache_read_tokens, record.output_tokens};
}

bool HasTokens(const UsageRecord& record) {
  const RecordedTokens tokens = TokensOf(record);
  return tokens.prompt + tokens.output > 0;
}

}  // namespace

void Replay::CountBasis(const Decided& decided) {
  ++report_.requests;
  switch (decided.basis) {
    case Basis::kRecord:
      ++report_.by_record;
      break;
    case Basis::kText:
      ++report_.by_text;
      break;
    case Basis::kAssumed:
      ++report_.assumed;
      break;
    case Basis::kUnknown:
      ++report_.unknown;
      break;
  }
}

void Replay::CountChange(const Decided& decided, const std::string& then, const std::string& now) {
  const auto same = [&](const Target& target) { return NameOf(target) == then; };
  const bool may_be_same = std::any_of(decided.otherwise.begin(), decided.otherwise.end(), same);
  const bool may_differ = !std::all_of(decided.otherwise.begin(), decided.otherwise.end(), same);
  const bool changed = now != then;
  if (changed && !may_be_same) ++report_.changed.low;
  if (changed) ++report_.changed.expected;
  if (changed || may_differ) ++report_.changed.high;
}

std::optional<Replay::Priced> Replay::Price(const UsageRecord& record, const Decided& decided,
                                            const Target& then, const Target& now) {
  if (!record.cost_usd_micros) {
    report_.without_price.insert(NameOf(then));
    return std::nullopt;
  }
  const auto paid = static_cast<double>(*record.cost_usd_micros);
  const RecordedTokens tokens = TokensOf(record);
  const Decider::Warm warm =
      decided.side ? Decider::Warm{} : decider_.WarmTokens(record, now, then);
  const auto of = [&](const Target& target, int64_t held) -> std::optional<Range> {
    const cost::TokenPrices prices = terms_(NameOf(target)).prices;
    std::optional<Range> range;
    if (!(target == then)) {
      range = EstimateUsdMicros(prices, tokens, held);
    } else if (held >= warm.then) {
      range = Range{paid, paid, paid};
    } else {
      range = ColderUsdMicros(prices, paid, tokens.cached, held);
    }
    if (!range) report_.without_price.insert(NameOf(target));
    return range;
  };
  const auto expected = of(now, warm.now);
  if (!expected) return std::nullopt;
  Priced priced{paid, *expected};
  for (const Target& other : decided.otherwise) {
    const auto perhaps = of(other, other == then ? warm.then : 0);
    if (!perhaps) return std::nullopt;
    priced.now.low = std::min(priced.now.low, perhaps->low);
    priced.now.high = std::max(priced.now.high, perhaps->high);
  }
  return priced;
}

void Replay::Add(const UsageRecord& record, const RecordedText* text) {
  if (record.provider.empty()) {
    ++report_.not_asked;
    return;
  }
  const Decided decided = decider_.Decide(record, text);
  CountBasis(decided);
  const Target then = AnsweredBy(record);
  ModelSum& sum_then = models_[NameOf(then)];
  ++sum_then.then;
  if (decided.candidates.empty()) {
    if (report_.refused++ == 0) report_.refusal = decided.refusal;
    ++sum_then.unpriced_then;
    return;
  }
  const Target now = AnswersNow(record, decided.candidates);
  const std::string asked_then = NameOf(AskedFirst(record));
  const std::string asked_now = NameOf(decided.candidates.front());
  ModelSum& sum_now = models_[NameOf(now)];
  ++sum_now.now;
  CountChange(decided, asked_then, asked_now);
  if (record.rule == "default" && asked_now != asked_then &&
      decided.candidates.front().provider != AskedFirst(record).provider && decided.route.empty()) {
    ++report_.other_provider;
  }
  Change* change = nullptr;
  if (asked_now != asked_then) {
    change = &changes_[asked_then + '\x1f' + asked_now + '\x1f' + decided.route];
    if (change->requests++ == 0) {
      change->from = asked_then;
      change->to = asked_now;
      change->route = decided.route;
    }
  }
  if (!record.error.empty()) {
    ++report_.failed;
    if (now != then) ++report_.failed_elsewhere;
  }
  if (!HasTokens(record)) {
    if (record.error.empty()) {
      ++report_.unpriced;
      ++sum_then.unpriced_then;
      ++sum_now.unpriced_now;
      if (change != nullptr) ++change->unpriced;
    }
    return;
  }
  if (const auto priced = Price(record, decided, then, now)) {
    ++report_.priced;
    report_.cost_then += priced->then;
    report_.cost_now += priced->now;
    sum_then.cost_then += priced->then;
    sum_now.cost_now += priced->now;
    if (change != nullptr) {
      change->cost_then += priced->then;
      change->cost_now += priced->now;
    }
  } else {
    ++report_.unpriced;
    ++sum_then.unpriced_then;
    ++sum_now.unpriced_now;
    if (change != nullptr) ++change->unpriced;
  }
  if (!decided.side && record.error.empty()) decider_.Answered(record, now, then);
}

Report Replay::Finish() {
  for (auto& [name, sum] : models_) {
    sum.model = name;
    report_.models.push_back(sum);
  }
  std::stable_sort(report_.models.begin(), report_.models.end(),
                   [](const ModelSum& one, const ModelSum& other) {
                     return one.then + one.now > other.then + other.now;
                   });
  for (const auto& [key, change] : changes_) report_.changes.push_back(change);
  std::stable_sort(
      report_.changes.begin(), report_.changes.end(),
      [](const Change& one, const Change& other) { return one.requests > other.requests; });
  report_.matched_locally_instead = decider_.matched_locally_instead();
  return report_;
}

}  // namespace katra::router::routing::replay
