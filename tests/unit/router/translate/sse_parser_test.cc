// Server-sent events at every split, in every spelling that servers use (S40, S41, S43).
#include "router/translate/sse_parser.h"

#include <vector>

#include "core/http/sse.h"
#include "tests/support/cpp/catch.h"

using katra::http::FormatSse;
using katra::router::translate::SseParser;

namespace {

std::vector<std::string> Read(std::string_view bytes, size_t step) {
  SseParser parser;
  std::vector<std::string> events;
  for (size_t at = 0; at < bytes.size(); at += step) {
    CHECK(parser.Feed(bytes.substr(at, step), [&](std::string_view name, std::string_view data) {
      events.push_back(std::string(name) + "|" + std::string(data));
      return true;
    }));
  }
  return events;
}

// The same events as whoever forwards them cuts and reads them.
std::vector<std::string> Cut(std::string_view bytes, size_t step) {
  katra::router::translate::SseCutter cutter;
  std::vector<std::string> events;
  const auto take = [&](std::string_view cut) {
    const auto event = katra::router::translate::ReadSseEvent(cut);
    if (event.has_data) events.push_back(event.name + "|" + event.data);
    return true;
  };
  for (size_t at = 0; at < bytes.size(); at += step) cutter.Feed(bytes.substr(at, step), take);
  CHECK(cutter.held() == 0);
  return events;
}

}  // namespace

TEST_CASE("events are the same at every split, with every line end") {
  const std::string bytes =
      "\xEF\xBB\xBF: hello\r\nevent: a\r\ndata: "
      "one\r\ndata:two\r\n\r\ndata:{\"x\":\"\xC3\xA9\"}\n\n"
      "event:b\rdata: 3\r\rid: 7\nretry: 5\n\nevent: empty\n\n";
  const std::vector<std::string> wanted = {"a|one\ntwo", "|{\"x\":\"\xC3\xA9\"}", "b|3"};
  for (size_t step = 1; step <= bytes.size(); ++step) {
    CHECK(Read(bytes, step) == wanted);
    CHECK(Cut(bytes, step) == wanted);
  }
}

TEST_CASE("an event without its blank line counts when the stream has ended") {
  SseParser parser;
  int events = 0;
  const auto count = [&](std::string_view, std::string_view) { return ++events > 0; };
  CHECK(parser.Feed("data: x\n", count));
  CHECK(events == 0);
  parser.Finish(count);
  CHECK(events == 1);
}

TEST_CASE("an event beyond the limit ends the reading") {
  SseParser parser(100);
  const auto ignore = [](std::string_view, std::string_view) { return true; };
  CHECK_FALSE(parser.Feed("data: " + std::string(200, 'x'), ignore));
  CHECK(parser.overflow());
  CHECK_FALSE(parser.Feed("\n\n", ignore));
}

TEST_CASE("what is written is read again") {
  CHECK(Read(FormatSse("ping", "{}"), 3) == std::vector<std::string>{"ping|{}"});
}
