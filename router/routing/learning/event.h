// Something that happened to a candidate of a route. Routing learns from events alone. They are
// plain values, one JSON line each. The journal of events is authoritative: the ranker's state is
// derived from it and can be rebuilt, also without some of them. An event never contains a prompt
// or a response.
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
  kFailed,       // no response: an error of the provider, a timeout
  kGood,         // the user said so
  kBad,          // the user said so; `better` may name the model that should have answered
  kSwitched,     // the user changed to the model `better` right after the answer
  kRetried,      // the user repeated the request
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
  int64_t id = 0;  // assigned by the journal; 0: none. An event is undone by naming it
  WallTime at{};
  EventKind kind = EventKind::kAnswered;
  std::string persona;    // empty: sessions without a persona
  std::string route;      // the name of the preference or the scenario
  std::string candidate;  // "provider/model"
  std::string better;     // "provider/model", of kBad and kSwitched; may be empty
  std::string note = {};  // of kGood and kBad: what the rater wrote, for people; one line
  // For kAnswered; negative: unknown.
  int64_t first_byte_ms = -1;
  int64_t cost_usd_micros = -1;

  friend bool operator==(const Event&, const Event&) = default;
};

// The event as a JSON object on one line, without a line break. Members with default values are
// omitted. Pure.
[[nodiscard]] std::string ToJsonLine(const Event& event);

// Parses a line that ToJsonLine wrote; unknown members are ignored. kInvalidArgument says which
// member is wrong and what is allowed.
[[nodiscard]] Result<Event> ParseEvent(std::string_view line);

}  // namespace katra::router::routing::learning
