// However bytes are cut into reads, the HTTP parsers find the same request, the same reply or the
// same fault, and the reader of server-sent events the same events, in bounded memory. A header
// that is written is one line, whatever is in it.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/http/message.h"
#include "core/http/request_parser.h"
#include "core/http/response_parser.h"
#include "router/translate/sse_parser.h"

namespace katra::testing {
namespace {

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::abort();
}

http::ServerLimits SmallLimits() {
  http::ServerLimits limits;
  limits.head_bytes = 2048;
  limits.header_count = 20;
  limits.body_bytes = 4096;
  return limits;
}

struct Seen {
  http::RequestParser::State state;
  std::string text;  // of what was understood
  size_t taken = 0;  // of a whole request
  bool operator==(const Seen& other) const {
    return state == other.state && text == other.text && taken == other.taken;
  }
};

Seen Parse(std::string_view bytes, size_t step) {
  const http::ServerLimits limits = SmallLimits();
  http::RequestParser parser(limits);
  size_t at = 0;
  while (at < bytes.size() && parser.state() != http::RequestParser::State::kDone &&
         parser.state() != http::RequestParser::State::kFailed) {
    const size_t took = parser.Feed(bytes.substr(at, step));
    Require(took > 0, "bytes are taken until the end");
    at += took;
  }
  Seen seen{parser.state(), {}, 0};
  const http::Request& request = parser.request();
  Require(request.body.size() <= limits.body_bytes, "the body keeps to its limit");
  if (seen.state == http::RequestParser::State::kFailed) {
    Require(parser.error_status() >= 400 && !parser.error().empty(), "what is wrong is said");
    seen.text = std::to_string(parser.error_status());
  } else if (seen.state == http::RequestParser::State::kDone) {
    Require(!request.path.empty() && request.path.front() == '/', "the target is a path");
    seen.taken = at;
    seen.text = request.method + request.target + "|" + request.body;
    for (const http::Header& header : request.headers.all()) {
      Require(header.value.find_first_of("\r\n") == std::string::npos, "a header is one line");
      seen.text += "|" + header.name + ":" + header.value;
    }
  }
  return seen;
}

std::vector<std::string> Events(std::string_view bytes, size_t step) {
  router::translate::SseParser parser;
  std::vector<std::string> events;
  const auto take = [&](std::string_view name, std::string_view data) {
    events.push_back(std::string(name) + "|" + std::string(data));
    return true;
  };
  for (size_t at = 0; at < bytes.size(); at += step) {
    Require(parser.Feed(bytes.substr(at, step), take), "so little is below the limit");
  }
  parser.Finish(take);
  return events;
}

// The same as whoever forwards events cuts and reads them.
std::vector<std::string> CutEvents(std::string_view bytes, size_t step) {
  router::translate::SseCutter cutter;
  std::vector<std::string> events;
  size_t whole = 0;
  const auto take = [&](std::string_view cut) {
    whole += cut.size();
    const router::translate::SseEvent event = router::translate::ReadSseEvent(cut);
    if (event.has_data) events.push_back(event.name + "|" + event.data);
    return true;
  };
  for (size_t at = 0; at < bytes.size(); at += step) cutter.Feed(bytes.substr(at, step), take);
  take(cutter.Rest());
  Require(whole == bytes.size(), "nothing is lost where events are cut");
  return events;
}

// What a reply is taken for: its state, head and data.
std::string Reply(std::string_view bytes, size_t step) {
  http::ResponseParser parser;
  parser.Reset(false);
  std::string head;
  std::string data;
  for (size_t at = 0; at < bytes.size(); at += step) {
    const http::ResponseParser::News news = parser.Feed(bytes.substr(at, step));
    data += news.data;
    if (!news.head) continue;
    Require(head.empty(), "a reply has one head");
    Require(parser.status() >= 200, "an interim reply is passed over");
    head = std::to_string(parser.status());
    for (const http::Header& header : parser.headers().all()) {
      head += "|" + header.name + ":" + header.value;
    }
  }
  const bool finished = parser.Finish();
  const bool done = parser.state() == http::ResponseParser::State::kDone;
  Require(!finished || done, "what is finished is done");
  if (parser.state() == http::ResponseParser::State::kFailed) return "failed";
  return (done ? "done " : "open ") + head + "|" + data;
}

// Whatever bytes a header is made of, it is one line of printable ASCII, and reads as itself.
void WriteHeader(std::string_view name, std::string_view value) {
  std::string line;
  if (!http::AppendHeaderLine({std::string(name), std::string(value)}, &line)) {
    Require(line.empty() && !http::IsHeaderName(name), "what is refused is not written");
    return;
  }
  Require(std::all_of(line.begin(), line.end(),
                      [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; }),
          "a header is one line");
  const auto read = http::ReadHeaderLine(line + "\r\n");
  Require(read && read->name == name, "the name is what it was");
  Require(read->value == http::CleanHeaderValue(value), "the value is the clean one");
}

// The lines of an upstream's head, as libcurl hands them on.
void ReadHead(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size() - 1);
    const auto header = http::ReadHeaderLine(bytes.substr(0, end + 1));
    bytes.remove_prefix(end + 1);
    if (header) WriteHeader(header->name, header->value);
  }
}

}  // namespace
}  // namespace katra::testing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace test = katra::testing;
  const std::string bytes(data, data + size);
  const size_t all = std::max<size_t>(1, size);
  const test::Seen whole = test::Parse(bytes, all);
  const std::vector<std::string> events = test::Events(bytes, all);
  const std::string reply = test::Reply(bytes, all);
  const size_t half = size / 2;
  test::WriteHeader(std::string_view(bytes).substr(0, half), std::string_view(bytes).substr(half));
  test::WriteHeader("x-a", bytes);
  test::ReadHead(bytes);
  // A byte order mark is one at the beginning alone; before a later event it is passed over.
  const bool marked = bytes.find("\xEF\xBB\xBF") != std::string::npos;
  for (const size_t step : {size_t{1}, size_t{5}, size_t{64}}) {
    test::Require(marked || test::CutEvents(bytes, step) == events, "both read the same events");
    test::Require(test::Parse(bytes, step) == whole, "the cuts change nothing of a request");
    test::Require(test::Reply(bytes, step) == reply, "the cuts change nothing of a reply");
    test::Require(test::Events(bytes, step) == events, "the cuts change nothing of the events");
  }
  return 0;
}
