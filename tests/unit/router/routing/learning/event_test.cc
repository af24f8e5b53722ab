// Learning events as lines of a journal.
#include "router/routing/learning/event.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                             // NOLINT: a test file
using namespace katra::router::routing::learning;  // NOLINT

TEST_CASE("an event survives being written and read, whatever its kind and its names") {
  for (const EventKind kind :
       {EventKind::kAnswered, EventKind::kFailed, EventKind::kGood, EventKind::kBad,
        EventKind::kSwitched, EventKind::kRetried, EventKind::kInterrupted, EventKind::kPinned,
        EventKind::kUnpinned, EventKind::kReset}) {
    Event event;
    event.id = 9'007'199'254'740'993;
    event.at = FromUnixMillis(1'795'262'400'123);
    event.kind = kind;
    event.persona = "Sam";
    event.route = "review \"big\"\nchanges — ü";
    event.candidate = "openai/gpt-5";
    event.better = "anthropic/claude-opus-4-8";
    event.first_byte_ms = 0;
    event.cost_usd_micros = 12'345;
    const std::string line = ToJsonLine(event);
    CAPTURE(line);
    CHECK(line.find('\n') == std::string::npos);
    const auto read = ParseEvent(line);
    REQUIRE(read);
    CHECK(*read == event);
  }
}

TEST_CASE("what an event does not say is not written") {
  Event event;
  event.at = FromUnixMillis(1'795'262'400'000);
  event.kind = EventKind::kFailed;
  event.route = "code";
  event.candidate = "a/b";
  CHECK(ToJsonLine(event) ==
        R"({"at":"2026-11-21T12:00:00.000Z","kind":"failed","route":"code","candidate":"a/b"})");
  CHECK(*ParseEvent(ToJsonLine(event)) == event);
}

TEST_CASE("a wrong event is refused with the member that is wrong and what is allowed") {
  struct Row {
    std::string line;
    std::string says;
  };
  for (const Row& row : std::vector<Row>{
           {"[]", "must be a JSON object"},
           {"{", "expected"},
           {R"({"kind":"liked","route":"r","candidate":"a/b"})", "\"kind\""},
           {R"({"kind":"liked","route":"r","candidate":"a/b"})", "\"interrupted\""},
           {R"({"route":"r","candidate":"a/b"})", "\"kind\""},
           {R"({"kind":"good","candidate":"a/b"})", "\"route\""},
           {R"({"kind":"good","route":"r"})", "\"candidate\""},
           {R"({"kind":"good","route":7,"candidate":"a/b"})", "\"route\""},
           {R"({"kind":"good","route":"r","candidate":"a/b","at":"yesterday"})", "\"at\""},
           {R"({"kind":"good","route":"r","candidate":"a/b","at":5})", "\"at\""},
           {R"({"kind":"answered","route":"r","candidate":"a/b","first_byte_ms":-1})",
            "\"first_byte_ms\""},
           {R"({"kind":"answered","route":"r","candidate":"a/b","cost_usd_micros":1.5})",
            "\"cost_usd_micros\""},
           {R"({"kind":"good","route":")" + std::string(600, 'x') + R"(","candidate":"a/b"})",
            "at most 512 bytes"},
       }) {
    CAPTURE(row.line);
    const auto read = ParseEvent(row.line);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == ErrorCode::kInvalidArgument);
    CHECK(read.error().message.find(row.says) != std::string::npos);
  }
  CHECK(ParseEvent(R"({"kind":"reset","persona":"Sam"})"));
  CHECK(ParseEvent(R"({"kind":"unpinned","route":"r"})"));
  CHECK(ParseEvent(R"({"kind":"good","route":"r","candidate":"a/b","later":{"x":1}})"));
}
