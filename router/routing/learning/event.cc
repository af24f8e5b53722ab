#include "router/routing/learning/event.h"

#include <array>

#include "core/json_view.h"
#include "core/json_write.h"
#include "core/text.h"

namespace katra::router::routing::learning {
namespace {

constexpr size_t kMaxNameBytes = 512;
constexpr size_t kMaxNoteBytes = 4096;

struct Named {
  EventKind kind;
  const char* name;
};
constexpr std::array<Named, 10> kKinds = {{{EventKind::kAnswered, "answered"},
                                           {EventKind::kFailed, "failed"},
                                           {EventKind::kGood, "good"},
                                           {EventKind::kBad, "bad"},
                                           {EventKind::kSwitched, "switched"},
                                           {EventKind::kRetried, "retried"},
                                           {EventKind::kInterrupted, "interrupted"},
                                           {EventKind::kPinned, "pinned"},
                                           {EventKind::kUnpinned, "unpinned"},
                                           {EventKind::kReset, "reset"}}};

tl::unexpected<Error> Wrong(std::string_view member, const std::string& expected) {
  return Fail(ErrorCode::kInvalidArgument,
              "\"" + std::string(member) + "\" of a learning event must be " + expected);
}

// Absent and null leave `out` as it is.
Status ReadName(JsonView event, std::string_view member, std::string& out,
                size_t max_bytes = kMaxNameBytes) {
  const JsonView value = event[member];
  if (value.IsNothing()) return {};
  if (value.IsString()) {
    std::string text = value.Text();
    if (text.size() <= max_bytes && IsValidUtf8(text)) {
      out = std::move(text);
      return {};
    }
  }
  return Wrong(member, "a string of at most " + std::to_string(max_bytes) + " bytes");
}

Status ReadCount(JsonView event, std::string_view member, int64_t& out) {
  const JsonView value = event[member];
  if (value.IsNothing()) return {};
  const auto number = value.Integer();
  if (!number || *number < 0) return Wrong(member, "a whole number from 0");
  out = *number;
  return {};
}

Status ReadKind(JsonView event, EventKind& out) {
  const auto kind = ParseEventKind(event["kind"].Text());
  if (kind) {
    out = *kind;
    return {};
  }
  std::string names;
  for (const Named& named : kKinds)
    names += (names.empty() ? "\"" : ", \"") + std::string(named.name) + '"';
  return Wrong("kind", "one of " + names);
}

Status ReadTime(JsonView event, WallTime& out) {
  if (event["at"].IsNothing()) return {};
  // The epoch stands for "now", which an event must not depend on.
  const auto time = event["at"].IsString() ? katra::ParseTime(event["at"].Text(), WallTime{})
                                           : Result<WallTime>(Wrong("at", ""));
  if (!time) return Wrong("at", "an RFC 3339 time, such as \"2026-11-21T12:03:05Z\"");
  out = *time;
  return {};
}

// What a kind needs besides its name.
Status CheckComplete(const Event& event) {
  const bool route_wide = event.kind == EventKind::kReset || event.kind == EventKind::kUnpinned;
  if (event.route.empty() && event.kind != EventKind::kReset) {
    return Wrong("route", "the name of a route");
  }
  if (event.candidate.empty() && !route_wide) return Wrong("candidate", "\"provider/model\"");
  return {};
}

}  // namespace

const char* ToString(EventKind kind) {
  for (const Named& named : kKinds) {
    if (named.kind == kind) return named.name;
  }
  return "answered";
}

std::optional<EventKind> ParseEventKind(std::string_view name) {
  for (const Named& named : kKinds) {
    if (name == named.name) return named.kind;
  }
  return std::nullopt;
}

std::string ToJsonLine(const Event& event) {
  std::string line;
  JsonWriter writer(line);
  writer.BeginObject();
  if (event.id != 0) writer.Key("id").Integer(event.id);
  writer.Key("at").String(FormatRfc3339(event.at));
  writer.Key("kind").String(ToString(event.kind));
  if (!event.persona.empty()) writer.Key("persona").String(event.persona);
  if (!event.route.empty()) writer.Key("route").String(event.route);
  if (!event.candidate.empty()) writer.Key("candidate").String(event.candidate);
  if (!event.better.empty()) writer.Key("better").String(event.better);
  if (!event.note.empty()) writer.Key("note").String(event.note);
  if (event.first_byte_ms >= 0) writer.Key("first_byte_ms").Integer(event.first_byte_ms);
  if (event.cost_usd_micros >= 0) writer.Key("cost_usd_micros").Integer(event.cost_usd_micros);
  writer.EndObject();
  return line;
}

Result<Event> ParseEvent(std::string_view line) {
  JsonDocument document;
  auto parsed = document.Parse(line);
  if (!parsed) return Pass(std::move(parsed));
  const JsonView root = document.Root();
  if (!root.IsObject()) {
    return Fail(ErrorCode::kInvalidArgument, "a learning event must be a JSON object");
  }
  Event event;
  for (Status status :
       {ReadKind(root, event.kind), ReadTime(root, event.at), ReadCount(root, "id", event.id),
        ReadName(root, "persona", event.persona), ReadName(root, "route", event.route),
        ReadName(root, "candidate", event.candidate), ReadName(root, "better", event.better),
        ReadName(root, "note", event.note, kMaxNoteBytes),
        ReadCount(root, "first_byte_ms", event.first_byte_ms),
        ReadCount(root, "cost_usd_micros", event.cost_usd_micros), CheckComplete(event)}) {
    if (!status) return Pass(std::move(status));
  }
  return event;
}

}  // namespace katra::router::routing::learning
