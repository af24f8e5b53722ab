// One request from bytes: the same at every split, and nothing that two parsers read differently.
#include "core/http/request_parser.h"

#include "tests/support/cpp/catch.h"

using katra::http::RequestParser;
using katra::http::ServerLimits;
using State = RequestParser::State;

namespace {

constexpr std::string_view kChunked =
    "POST /v1/messages?beta=true HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nX-A: "
    "b\r\n\r\n"
    "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";

// Feeds all of `bytes` in pieces of `step`; gives how many were taken.
size_t Feed(RequestParser& parser, std::string_view bytes, size_t step) {
  size_t taken = 0;
  while (taken < bytes.size()) {
    const size_t some = parser.Feed(bytes.substr(taken, step));
    if (some == 0) break;
    taken += some;
  }
  return taken;
}

int StatusOf(std::string_view bytes) {
  const ServerLimits limits;
  RequestParser parser(limits);
  Feed(parser, bytes, bytes.size());
  return parser.state() == State::kFailed ? parser.error_status() : 0;
}

}  // namespace

TEST_CASE("a request is the same at every split") {
  const ServerLimits limits;
  for (size_t step = 1; step <= kChunked.size(); ++step) {
    RequestParser parser(limits);
    REQUIRE(Feed(parser, kChunked, step) == kChunked.size());
    REQUIRE(parser.state() == State::kDone);
    CHECK(parser.request().path == "/v1/messages");
    CHECK(parser.request().query == "beta=true");
    CHECK(parser.request().body == "abcde");
    CHECK(*parser.request().headers.Find("x-a") == "b");
    CHECK(parser.keep_alive());
  }
}

TEST_CASE("a trailer is not taken for a header: what was checked stays as it was") {
  const ServerLimits limits;
  RequestParser parser(limits);
  const std::string_view request =
      "POST /v1/messages HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "1\r\na\r\n0\r\nOrigin: http://elsewhere\r\n\r\n";
  REQUIRE(Feed(parser, request, request.size()) == request.size());
  REQUIRE(parser.state() == State::kDone);
  CHECK(parser.request().headers.Find("origin") == nullptr);
}

TEST_CASE("a request cut anywhere is not taken for a whole one") {
  const ServerLimits limits;
  for (size_t length = 0; length < kChunked.size(); ++length) {
    RequestParser parser(limits);
    Feed(parser, kChunked.substr(0, length), 7);
    CHECK(parser.state() != State::kDone);
    CHECK(parser.state() != State::kFailed);
  }
}

TEST_CASE("a parser reads one request after the other") {
  const ServerLimits limits;
  RequestParser parser(limits);
  const std::string two = std::string(kChunked) + "GET /b HTTP/1.1\r\nHost: a\r\n\r\n";
  const size_t first = Feed(parser, kChunked, 1000);
  parser.Reset();
  CHECK(Feed(parser, std::string_view(two).substr(first), 1000) == two.size() - first);
  CHECK(parser.request().method == "GET");
  CHECK(parser.request().body.empty());
}

TEST_CASE("framing that can be read in two ways is refused") {
  const auto post = [](const std::string& lines) {
    return StatusOf("POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\nabc");
  };
  CHECK(post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n") == 400);
  CHECK(post("Content-Length: 3\r\nContent-Length: 3\r\n") == 400);
  CHECK(post("Transfer-Encoding: gzip, chunked\r\n") == 400);
  CHECK(post("X: 1\r\n folded\r\n") == 400);
  CHECK(post("X: 1\n") == 400);
  CHECK(post("X: \rY\r\n") == 400);
  CHECK(post("Host: b\r\n") == 400);
  CHECK(post("Content-Encoding: br\r\nContent-Length: 3\r\n") == 415);
  CHECK(post("Content-Length: 99999999999\r\n") == 413);
  CHECK(StatusOf("GET / HTTP/1.1\r\n\r\n") == 400);
  CHECK(StatusOf("GET / HTTP/2.0\r\nHost: a\r\n\r\n") != 0);
  CHECK(StatusOf("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc") == 0);
}
