// What a reply is taken for, however its bytes are cut.
#include <string>

#include "core/http/response_parser.h"
#include "tests/support/cpp/catch.h"

namespace katra::http {
namespace {

struct Told {
  int heads = 0;
  int status = 0;
  std::string type;
  std::string data;
  ResponseParser::State state = ResponseParser::State::kHead;
  bool reusable = false;
  bool finished = false;
};

// `step` bytes at a time; then the connection ends, unless the reply is over.
Told Parse(std::string_view bytes, size_t step, bool head_only = false) {
  ResponseParser parser;
  parser.Reset(head_only);
  Told told;
  for (size_t at = 0; at < bytes.size(); at += step) {
    const ResponseParser::News news = parser.Feed(bytes.substr(at, step));
    if (news.head) {
      ++told.heads;
      told.status = parser.status();
      const std::string* type = parser.headers().Find("content-type");
      told.type = type == nullptr ? "" : *type;
    }
    told.data += news.data;
  }
  told.finished = parser.Finish();
  told.state = parser.state();
  told.reusable = parser.reusable();
  return told;
}

constexpr std::string_view kLengthed =
    "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\nhello";
constexpr std::string_view kChunked =
    "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n"
    "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";

TEST_CASE("a reply is the same at every split") {
  const std::string_view reply = GENERATE(kLengthed, kChunked);
  for (size_t step = 1; step <= reply.size(); ++step) {
    const Told told = Parse(reply, step);
    CAPTURE(step);
    CHECK(told.heads == 1);
    CHECK(told.status == 200);
    CHECK(told.type == "a/b");
    CHECK(told.data == "hello");
    CHECK(told.state == ResponseParser::State::kDone);
    CHECK(told.reusable);
  }
}

TEST_CASE("chunks of one read come as one piece of data") {
  ResponseParser parser;
  parser.Reset(false);
  CHECK(parser.Feed(kChunked).data == "hello");
}

TEST_CASE("a reply without a length ends with its connection, which is not used again") {
  const Told told = Parse("HTTP/1.1 200 OK\r\n\r\nhel", 4);
  CHECK(told.data == "hel");
  CHECK(told.finished);
  CHECK(told.state == ResponseParser::State::kDone);
  CHECK_FALSE(told.reusable);
}

TEST_CASE("a reply that ends before its length is no whole one") {
  for (const std::string_view cut :
       {kLengthed.substr(0, kLengthed.size() - 1), kChunked.substr(0, kChunked.size() - 2),
        kLengthed.substr(0, 20)}) {
    const Told told = Parse(cut, 7);
    CHECK_FALSE(told.finished);
    CHECK(told.state != ResponseParser::State::kDone);
  }
}

TEST_CASE("a trailer is not taken for a header, however it is cut") {
  const std::string reply =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Late: 1\r\n\r\n";
  for (const size_t step : {size_t{1}, reply.size()}) {
    ResponseParser parser;
    parser.Reset(false);
    for (size_t at = 0; at < reply.size(); at += step) parser.Feed(reply.substr(at, step));
    CHECK(parser.state() == ResponseParser::State::kDone);
    CHECK(parser.headers().all().size() == 1);
  }
}

TEST_CASE("interim replies are passed over") {
  const std::string reply = "HTTP/1.1 100 Continue\r\nX-A: 1\r\n\r\n" + std::string(kLengthed);
  for (size_t step = 1; step <= reply.size(); ++step) {
    const Told told = Parse(reply, step);
    CHECK(told.heads == 1);
    CHECK(told.status == 200);
    CHECK(told.data == "hello");
    CHECK(told.state == ResponseParser::State::kDone);
  }
}

TEST_CASE("the reply to HEAD has no body, whatever its length says") {
  const Told told = Parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 3, true);
  CHECK(told.state == ResponseParser::State::kDone);
  CHECK(told.data.empty());
  CHECK(told.reusable);
}

TEST_CASE("a connection is used again only when nothing stands against it") {
  CHECK_FALSE(
      Parse("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 9).reusable);
  CHECK_FALSE(Parse("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", 9).reusable);
  const std::string more = std::string(kLengthed) + "HTTP/1.1 200 OK\r\n";
  CHECK_FALSE(Parse(more, more.size()).reusable);
  CHECK(Parse("HTTP/1.1 204 No Content\r\n\r\n", 5).reusable);
}

TEST_CASE("what is no reply fails and says so") {
  const std::string many = [] {
    std::string head = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 300; ++i) head += "X-" + std::to_string(i) + ": 1\r\n";
    return head + "\r\n";
  }();
  const std::string wide = "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n";
  for (const std::string& reply :
       {std::string("SSH-2.0-OpenSSH_9.2\r\n"), std::string("HTTP/1.1 OK\r\n\r\n"),
        std::string(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
        many, wide}) {
    CAPTURE(reply.substr(0, 60));
    ResponseParser parser;
    parser.Reset(false);
    parser.Feed(reply);
    CHECK(parser.state() == ResponseParser::State::kFailed);
    CHECK_FALSE(parser.error().empty());
  }
}

}  // namespace
}  // namespace katra::http
