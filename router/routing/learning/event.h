// What happened to a candidate of a route: the only thing that routing learns from. Events are
// plain values, one JSON line each. The journal of them is the truth; what the ranker knows is made
// of it and can be made again without some of them. An event never holds a prompt or an answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"

namespace katra::router::routing::learning {

enum class EventKind : uint8_t {
  kAnswered,     // complete, with or without a latency and a cost
  kFailed,       // no answer: an error of the provider, a timeout
  kGood,         // the user said so
  kBad,          // the user said so; `better` may name what should have answered
  kSwitched,     // the user changed to the model `better` right after the answer
  kRetried,      // the user asked the same again
  kInterrupted,  // the user stopped the answer
  kPinned,       // the user wants this candidate first
  kUnpinned,     // no longer; `candidate` may be empty
  kReset,        // forget what was learnt before; an empty route means all routes of the persona
};

// The names in JSON: "answered", "failed", "good", "bad", "switched", "retried", "interrupted",
// "pinned", "unpinned", "reset".
[[nodiscard]] const char* ToString(EventKind kind);
[[nodiscard]] std::optional<EventKind> ParseEventKind(std::string_view name);

struct Event {
  int64_t id = 0;  // the journal's; 0: none. What undoes an event names it
  WallTime at{};
  EventKind kind = EventKind::kAnswered;
  std::string persona;    // empty: sessions without a persona
  std::string route;      // the name of the preference or the scenario
  std::string candidate;  // "provider/model"
  std::string better;     // "provider/model", of kBad and kSwitched; may be empty
  // Of kAnswered; negative: unknown.
  int64_t first_byte_ms = -1;
  int64_t cost_usd_micros = -1;

  friend bool operator==(const Event&, const Event&) = default;
};

// The event as a JSON object on one line, without a line break. Members that say nothing are left
// out. Pure.
[[nodiscard]] std::string ToJsonLine(const Event& event);

// Parses what ToJsonLine wrote; members that it does not know are ignored. kInvalidArgument says
// which member is wrong and what is allowed.
[[nodiscard]] Result<Event> ParseEvent(std::string_view line);

}  // namespace katra::router::routing::learning
