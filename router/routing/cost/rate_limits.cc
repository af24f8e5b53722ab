#include "router/routing/cost/rate_limits.h"

#include <algorithm>

namespace katra::router::routing::cost {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

struct Named {
  RateUnit unit;
  const char* name;
  std::chrono::seconds length;
};
constexpr std::array<Named, 4> kUnits = {{{RateUnit::kSecond, "second", std::chrono::seconds(1)},
                                          {RateUnit::kMinute, "minute", std::chrono::minutes(1)},
                                          {RateUnit::kHour, "hour", std::chrono::hours(1)},
                                          {RateUnit::kDay, "day", std::chrono::hours(24)}}};

const Named& Of(RateUnit unit) { return kUnits[static_cast<size_t>(unit)]; }

int64_t SlotAt(SteadyTime at, nanoseconds length) {
  const int64_t count = nanoseconds(at.time_since_epoch()).count();
  const int64_t slot = count / length.count();
  return count % length.count() < 0 ? slot - 1 : slot;
}

std::string Span(milliseconds span) {
  if (span < std::chrono::seconds(1)) return std::to_string(span.count()) + " ms";
  const int64_t seconds = std::chrono::ceil<std::chrono::seconds>(span).count();
  if (seconds < 120) return std::to_string(seconds) + " s";
  const int64_t minutes = (seconds + 59) / 60;
  return minutes < 120 ? std::to_string(minutes) + " min"
                       : std::to_string((minutes + 59) / 60) + " h";
}

std::string Limited(const RateLimit& limit) {
  std::string text =
      limit.provider + (limit.model.empty() ? "" : "/" + limit.model) + " is limited to ";
  if (limit.requests > 0) {
    text += std::to_string(limit.requests) + (limit.requests == 1 ? " request" : " requests");
  }
  if (limit.requests > 0 && limit.tokens > 0) text += " and ";
  if (limit.tokens > 0)
    text += std::to_string(limit.tokens) + (limit.tokens == 1 ? " token" : " tokens");
  return text + (limit.unit == RateUnit::kHour ? " an " : " a ") + ToString(limit.unit);
}

}  // namespace

const char* ToString(RateUnit unit) { return Of(unit).name; }

std::optional<RateUnit> ParseRateUnit(std::string_view name) {
  for (const Named& named : kUnits) {
    if (name == named.name) return named.unit;
  }
  return std::nullopt;
}

RateLimits::RateLimits(std::vector<RateLimit> limits)
    : limits_(std::move(limits)), meters_(limits_.size()) {}

bool RateLimits::Applies(const RateLimit& limit, std::string_view provider,
                         std::string_view model) {
  return limit.provider == provider && (limit.model.empty() || limit.model == model);
}

nanoseconds RateLimits::SlotLength(RateUnit unit) {
  // Rounded up, so that the slots together are never shorter than the unit.
  return (nanoseconds(Of(unit).length) + nanoseconds(kSlots - 1)) / kSlots;
}

// The slots of the last unit, the one that it cuts included: kSlots + 1 of them.
std::optional<milliseconds> RateLimits::WaitFor(size_t limit, int64_t tokens,
                                                SteadyTime now) const {
  const RateLimit& kept = limits_[limit];
  const nanoseconds length = SlotLength(kept.unit);
  const int64_t current = SlotAt(now, length);
  std::array<Slot, kSlots + 1> held{};
  size_t count = 0;
  int64_t requests = 0;
  int64_t used = 0;
  for (const Slot& slot : meters_[limit].slots) {
    if (slot.number < current - kSlots || slot.number > current) continue;
    if (slot.requests == 0 && slot.tokens == 0) continue;
    requests += slot.requests;
    used += slot.tokens;
    held[count++] = slot;
  }
  const auto fits = [&] {
    if (kept.requests > 0 && requests + 1 > kept.requests) return false;
    return kept.tokens <= 0 || used <= 0 || used + tokens <= kept.tokens;
  };
  if (fits()) return std::nullopt;
  std::sort(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(count),
            [](const Slot& one, const Slot& other) { return one.number < other.number; });
  int64_t leaves = current;
  for (size_t i = 0; i < count && !fits(); ++i) {
    requests -= held[i].requests;
    used -= held[i].tokens;
    leaves = held[i].number;
  }
  // That slot leaves the sum when the current one is kSlots + 1 later.
  const nanoseconds room = length * (leaves + kSlots + 1) - nanoseconds(now.time_since_epoch());
  return std::max(std::chrono::ceil<milliseconds>(room), milliseconds(1));
}

std::optional<RateLimits::Wait> RateLimits::Ask(std::string_view provider, std::string_view model,
                                                int64_t tokens, SteadyTime now) const {
  std::optional<Wait> longest;
  for (size_t i = 0; i < limits_.size(); ++i) {
    if (!Applies(limits_[i], provider, model)) continue;
    const auto wait = WaitFor(i, tokens, now);
    if (wait && (!longest || *wait > longest->until_room)) longest = Wait{*wait, i, {}};
  }
  if (longest) {
    longest->text =
        Limited(limits_[longest->limit]) + "; room again in " + Span(longest->until_room);
  }
  return longest;
}

void RateLimits::Add(size_t limit, int64_t requests, int64_t tokens, SteadyTime at) {
  const int64_t number = SlotAt(at, SlotLength(limits_[limit].unit));
  constexpr int64_t kCount = kSlots + 1;
  Slot& slot = meters_[limit].slots[static_cast<size_t>((number % kCount + kCount) % kCount)];
  if (slot.number != number) slot = {number, 0, 0};
  slot.requests += requests;
  slot.tokens = std::max<int64_t>(slot.tokens + tokens, 0);
}

void RateLimits::Begin(std::string_view provider, std::string_view model, int64_t tokens,
                       SteadyTime now) {
  for (size_t i = 0; i < limits_.size(); ++i) {
    if (Applies(limits_[i], provider, model)) Add(i, 1, std::max<int64_t>(tokens, 0), now);
  }
}

void RateLimits::Correct(std::string_view provider, std::string_view model, int64_t estimated,
                         int64_t actual, SteadyTime begun, SteadyTime now) {
  for (size_t i = 0; i < limits_.size(); ++i) {
    if (!Applies(limits_[i], provider, model)) continue;
    const nanoseconds length = SlotLength(limits_[i].unit);
    // What has left the sum needs no correction, and its slot may hold something newer.
    if (SlotAt(begun, length) < SlotAt(now, length) - kSlots) continue;
    Add(i, 0, std::max<int64_t>(actual, 0) - std::max<int64_t>(estimated, 0), begun);
  }
}

}  // namespace katra::router::routing::cost
