// Header lines: what is written, and what is read from an upstream.
#include "core/http/message.h"
#include "tests/support/cpp/catch.h"

namespace katra::http {
namespace {

std::string Line(const std::string& name, const std::string& value) {
  std::string out;
  return AppendHeaderLine({name, value}, &out) ? out : "refused " + out;
}

TEST_CASE("a header is one line of printable characters, whatever byte is in its value") {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool kept = (byte >= 0x20 && byte < 0x7F) || c == '\t';
    INFO(byte);
    CHECK(Line("x-a", std::string("1") + c + "2") ==
          std::string("x-a: 1") + (kept ? c : ' ') + "2");
  }
}

TEST_CASE("a header whose name is no token is not written") {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool token = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       (c != 0 && std::string("!#$%&'*+-.^_`|~").find(c) != std::string::npos);
    INFO(byte);
    CHECK(Line(std::string("x") + c, "1") ==
          (token ? std::string("x") + c + ": 1" : std::string("refused ")));
  }
  CHECK(Line("", "1") == "refused ");
}

TEST_CASE("a line of an upstream is read as one header, or as none") {
  const auto read = ReadHeaderLine("Request-Id:  a\rset-cookie: b\x1b[1m \r\n");
  REQUIRE(read);
  CHECK(read->name == "Request-Id");
  CHECK(read->value == "a set-cookie: b [1m");
  CHECK(ReadHeaderLine("empty:\r\n")->value.empty());
  for (const std::string_view line : {"", "\r\n", "no colon", " folded: 1", "\tfolded: 1", ": 1",
                                      "a b: 1", "a : 1", "a\r: 1", "\xC3\xA9: 1", "a\x1b: 1"}) {
    INFO(line);
    CHECK_FALSE(ReadHeaderLine(line));
  }
}

}  // namespace
}  // namespace katra::http
