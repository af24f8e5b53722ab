// Server-sent events at every split, in every spelling that servers use (S40, S41, S43).
#include "core/http/sse.h"

#include <vector>

#include "tests/support/catch.h"

using katra::http::FormatSse;
using katra::http::SseReader;

namespace {

std::vector<std::string> Read(std::string_view bytes, size_t step) {
  SseReader reader;
  std::vector<std::string> events;
  for (size_t at = 0; at < bytes.size(); at += step) {
    CHECK(reader.Feed(bytes.substr(at, step), [&](const SseReader::Event& event) {
      events.push_back(std::string(event.name) + "|" + std::string(event.data));
    }));
  }
  return events;
}

}  // namespace

TEST_CASE("events are the same at every split, with every line end") {
  const std::string bytes =
      "\xEF\xBB\xBF: hello\r\nevent: a\r\ndata: "
      "one\r\ndata:two\r\n\r\ndata:{\"x\":\"\xC3\xA9\"}\n\n"
      "event:b\rdata: 3\r\rid: 7\nretry: 5\n\nevent: empty\n\n";
  const std::vector<std::string> wanted = {"a|one\ntwo", "|{\"x\":\"\xC3\xA9\"}", "b|3"};
  for (size_t step = 1; step <= bytes.size(); ++step) CHECK(Read(bytes, step) == wanted);
}

TEST_CASE("an event without its blank line is dropped") {
  SseReader reader;
  int events = 0;
  CHECK(reader.Feed("data: x\n", [&](const SseReader::Event&) { ++events; }));
  CHECK_FALSE(reader.at_boundary());
  CHECK_FALSE(reader.Finish());
  CHECK(events == 0);
}

TEST_CASE("an event beyond the limit ends the reading") {
  SseReader reader(100);
  const std::string line(200, 'x');
  CHECK_FALSE(reader.Feed("data: " + line, [](const SseReader::Event&) {}));
  CHECK_FALSE(reader.Feed("\n\n", [](const SseReader::Event&) {}));
}

TEST_CASE("what is written is read again") {
  CHECK(Read(FormatSse("ping", "{}"), 3) == std::vector<std::string>{"ping|{}"});
}
