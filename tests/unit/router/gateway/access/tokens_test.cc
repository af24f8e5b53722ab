// What tokens.json keeps of a token, and what is made of a file of another version.
#include "router/gateway/access/tokens.h"

#include <sys/stat.h>

#include <fstream>
#include <regex>

#include "core/files.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::router::gateway {
namespace {

using katra::testing::TempHome;

struct Tokens {
  TempHome home;
  SystemClock clock;
  SystemRandom random;

  std::string Mint(const char* persona, const router::SessionChoice& session) {
    return MintToken(home.path(), persona, session, clock, random).value().token;
  }
  [[nodiscard]] std::string Text() const {
    return ReadFile(TokensPath(home.path()), 1 << 20).value();
  }
  void Rewrite(const std::string& pattern, const std::string& by) const {
    const std::string text = std::regex_replace(Text(), std::regex(pattern), by);
    REQUIRE(text != Text());
    REQUIRE(WriteFileAtomically(TokensPath(home.path()), text));
  }
};

}  // namespace

TEST_CASE("each token of a persona keeps what its own session was started with") {
  Tokens tokens;
  const router::SessionChoice first{"openai", "gpt-5", "SAM_KEY"};
  const router::SessionChoice second{"anthropic", "", "", true};
  const std::string one = tokens.Mint("Sam", first);
  const std::string two = tokens.Mint("Sam", second);
  const std::string three = tokens.Mint("Sam", {});
  TokenBook book(tokens.home.path(), tokens.clock);
  CHECK(book.Find(one)->session == first);
  CHECK(book.Find(two)->session == second);
  CHECK(book.Find(three)->session.empty());
}

TEST_CASE("a token from before sessions had a choice still counts, and says nothing") {
  Tokens tokens;
  const std::string token = tokens.Mint("Sam", {"openai", "gpt-5", ""});
  tokens.Rewrite("\"session\":\\{[^}]*\\},", "");
  TokenBook book(tokens.home.path(), tokens.clock);
  REQUIRE(book.Find(token));
  CHECK(book.Find(token)->session.empty());
}

TEST_CASE("members that are not known are no hindrance") {
  Tokens tokens;
  const std::string token = tokens.Mint("Sam", {"openai", "gpt-5", ""});
  tokens.Rewrite("\"session\":\\{", "\"later\":[{\"a\":1}],\"session\":{\"more\":true,");
  TokenBook book(tokens.home.path(), tokens.clock);
  REQUIRE(book.Find(token));
  CHECK(book.Find(token)->session.model == "gpt-5");
}

TEST_CASE("a token whose choice cannot be read is none, rather than one that says nothing") {
  for (const char* by : {"\"session\":7,", "\"session\":{},", "\"session\":{\"model\":\"gpt-5\"},",
                         "\"session\":{\"provider\":7},", "\"session\":{\"provider\":\"a b\"},",
                         "\"session\":{\"provider\":\"openai\",\"login\":true},"}) {
    CAPTURE(by);
    Tokens tokens;
    const std::string token = tokens.Mint("Sam", {"openai", "gpt-5", ""});
    tokens.Rewrite("\"session\":\\{[^}]*\\},", by);
    TokenBook book(tokens.home.path(), tokens.clock);
    CHECK_FALSE(book.Find(token));
  }
}

}  // namespace katra::router::gateway
