// Hosts as programs write them, and as attackers do.
#include "core/authority.h"
#include "tests/support/cpp/catch.h"

namespace katra {
namespace {

std::string Read(std::string_view text) {
  const auto parsed = ParseAuthority(text);
  return parsed ? parsed->host + " " + std::to_string(parsed->port) : "none";
}

TEST_CASE("hosts and ports are read, and normalised") {
  CHECK(Read("localhost") == "localhost 0");
  CHECK(Read("LocalHost:12000") == "localhost 12000");
  CHECK(Read("a-b_c.example:65535") == "a-b_c.example 65535");
  CHECK(Read("[::1]:80") == "[::1] 80");
  CHECK(Read("[0:0::0001]") == "[::1] 0");
  CHECK(Read("[::FFFF:1.2.3.4]") == "[::ffff:1.2.3.4] 0");
}

TEST_CASE("what could be read in two ways is no host") {
  for (const std::string_view text : {"",
                                      ":",
                                      ":80",
                                      "a:",
                                      "a:0",
                                      "a:65536",
                                      "a:123456",
                                      "a:-1",
                                      "a:+1",
                                      "a:8 0",
                                      "a:80x",
                                      "a:80:80",
                                      " a",
                                      "a ",
                                      "a b",
                                      "a\tb",
                                      "a.",
                                      ".a",
                                      "a..b",
                                      "a/",
                                      "a/b",
                                      "a?b",
                                      "a#b",
                                      "a\\b",
                                      "u@a",
                                      "a:1@b",
                                      "u:p@a",
                                      "a%62",
                                      "a,b",
                                      "a;b",
                                      "*",
                                      "[",
                                      "[]",
                                      "[::1",
                                      "::1",
                                      "[::1]a",
                                      "[::1].a",
                                      "[::1]:",
                                      "[::1]:0",
                                      "[::1%25lo]",
                                      "[127.0.0.1]",
                                      "[a]",
                                      "\xC3\xA9.test",
                                      "a\n",
                                      "a\r\nb"}) {
    INFO(text);
    CHECK_FALSE(ParseAuthority(text));
  }
  CHECK_FALSE(ParseAuthority(std::string(254, 'a')));
  CHECK_FALSE(ParseAuthority(std::string_view("localhost\0", 10)));
}

TEST_CASE("a URL names a host, and says whether it is asked over TLS") {
  CHECK(HostOfUrl("https://Host.test/v1")->authority.host == "host.test");
  CHECK(HostOfUrl("https://host.test")->tls);
  CHECK_FALSE(HostOfUrl("http://host.test:80?x")->tls);
  for (const std::string_view url : {"HTTPS://a", "ftp://a", "https:/a", "https://", "https:///a",
                                     "//a", "a", "https://u@a/", "https://a:0/"}) {
    INFO(url);
    CHECK_FALSE(HostOfUrl(url));
  }
}

TEST_CASE("an origin is a scheme and a host, and nothing more") {
  CHECK(ParseOrigin("http://localhost:3000")->authority.port == 3000);
  CHECK(ParseOrigin("https://a")->tls);
  for (const std::string_view origin :
       {"", "null", "http://", "https://", "http://a/", "http://a?b", "http://a#b", "a", "//a",
        "file://a", "http://a http://b", "http://a,b"}) {
    INFO(origin);
    CHECK_FALSE(ParseOrigin(origin));
  }
}

TEST_CASE("only this computer's own addresses are loopback") {
  for (const std::string_view host : {"localhost", "127.0.0.1", "127.9.8.7", "[::1]"}) {
    CHECK(IsLoopbackHost(host));
  }
  for (const std::string_view host :
       {"", "127.evil.test", "127.1", "127.0.0.1.test", "127", "128.0.0.1", "localhost.test",
        "[::2]", "0.0.0.0", "10.0.0.1"}) {
    INFO(host);
    CHECK_FALSE(IsLoopbackHost(host));
  }
}

}  // namespace
}  // namespace katra
