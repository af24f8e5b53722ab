// What a token may be used for: how it is said, kept and held to; and the file that tokens are in.
#include "router/gateway/access/permit.h"

#include <sys/stat.h>

#include <fstream>

#include "core/files.h"
#include "router/gateway/access/tokens.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/manual_clock.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::router::gateway {
namespace {

using testing::ManualClock;
using testing::TempHome;

router::RouterConfig Known() {
  const TempHome home;
  auto config = router::Load({home.path()});
  REQUIRE(config);
  return *config;
}

Result<Permit> Parse(const PermitText& text) {
  return ParsePermit(text, Known(), ManualClock().Now());
}

TEST_CASE("a token that says nothing is for the gateway, for any model, until it is ended") {
  const auto permit = Parse({});
  REQUIRE(permit);
  CHECK(*permit == Permit());
  CHECK(ShowScopes(*permit) == "gateway");
  CHECK(permit->Has(Scope::kGateway));
  CHECK_FALSE(permit->Has(Scope::kAdmin));
  CHECK(permit->Allows("openai", "gpt-5"));
  CHECK_FALSE(permit->Expired(WallTime::max()));
}

TEST_CASE("scopes are said by name, and what is no scope is refused by name") {
  const auto permit = Parse({"room, memory,admin", "", "", ""});
  REQUIRE(permit);
  CHECK(ShowScopes(*permit) == "room, memory, admin");
  CHECK_FALSE(permit->Has(Scope::kGateway));
  for (const char* wrong : {"gateways", "gateway,", ",", "gateway,,admin", "Gateway", "*"}) {
    INFO(wrong);
    const auto refused = Parse({wrong, "", "", ""});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kInvalidArgument);
    CHECK(refused.error().message.find("room, memory, gateway and admin") != std::string::npos);
  }
}

TEST_CASE("an expiry is a span from now, or a time that is to come") {
  const WallTime now = ManualClock().Now();
  const std::pair<const char*, std::chrono::milliseconds> good[] = {
      {"90m", std::chrono::minutes(90)},
      {"12h", std::chrono::hours(12)},
      {"30d", std::chrono::hours(24 * 30)},
      {" 4w ", std::chrono::hours(24 * 28)},
      {"2026-11-21T12:00:00.001Z", std::chrono::milliseconds(1)},
      {"2026-11-22", std::chrono::hours(12)}};
  for (const auto& [text, span] : good) {
    INFO(text);
    const auto permit = Parse({"", text, "", ""});
    REQUIRE(permit);
    CHECK(permit->expires_at == now + span);
    CHECK_FALSE(permit->Expired(now + span - std::chrono::milliseconds(1)));
    CHECK(permit->Expired(now + span));
  }
  for (const char* wrong : {"0d", "-1d", "d", "30", "30y", "1.5h", "soon", "2026-11-21T12:00:00Z",
                            "2020-01-01", "999999d", "2026-13-01"}) {
    INFO(wrong);
    const auto refused = Parse({"", wrong, "", ""});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("30d") != std::string::npos);
  }
}

TEST_CASE("a token may be held to providers and models") {
  const auto providers = Parse({"", "", "OpenAI, deepseek", ""});
  REQUIRE(providers);
  CHECK(providers->Allows("openai", "gpt-5"));
  CHECK(providers->Allows("deepseek", "anything"));
  CHECK_FALSE(providers->Allows("anthropic", "gpt-5"));

  const auto models = Parse({"", "", "", "openai/gpt-5,shared-name,anthropic/claude-x"});
  REQUIRE(models);
  CHECK(models->Allows("openai", "gpt-5"));
  CHECK_FALSE(models->Allows("groq", "gpt-5"));
  CHECK_FALSE(models->Allows("openai", "gpt-5-mini"));
  CHECK(models->Allows("groq", "shared-name"));
  CHECK(models->Allows("anthropic", "claude-x"));
  // The name of a company before the slash means that company, not a reseller's model.
  CHECK_FALSE(models->Allows("openrouter", "anthropic/claude-x"));

  const auto reseller = Parse({"", "", "openrouter", "openrouter/anthropic/claude-x"});
  REQUIRE(reseller);
  CHECK(reseller->Allows("openrouter", "anthropic/claude-x"));
  CHECK_FALSE(reseller->Allows("anthropic", "claude-x"));
  CHECK(ShowAllowance(*reseller) ==
        "the providers openrouter and of them the models openrouter/anthropic/claude-x");
}

TEST_CASE("an allowance that cannot be meant is refused") {
  const std::pair<PermitText, const char*> wrong[] = {
      {{"", "", "opnai", ""}, "openai"},
      {{"", "", "openai,", ""}, "provider"},
      {{"", "", "", "gpt-5,,x"}, "is not a model"},
      {{"", "", "", "openai/"}, "names no model"},
      {{"", "", "deepseek", "openai/gpt-5"}, "--providers"},
      {{"admin", "", "openai", ""}, "scope gateway"}};
  for (const auto& [text, said] : wrong) {
    INFO(text.providers + " " + text.models);
    const auto refused = Parse(text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find(said) != std::string::npos);
  }
}

class Tokens {
 public:
  Result<MintedToken> Mint(const std::string& persona, const Permit& permit = {}) {
    return MintToken(home_.path(), persona, {}, clock_, random_, permit);
  }
  void WriteFile(const std::string& text) {
    REQUIRE(EnsurePrivateFolder(home_.File("run")));
    REQUIRE(WriteFileAtomically(TokensPath(home_.path()), text));
  }
  [[nodiscard]] std::string ReadFile() const {
    return *katra::ReadFile(TokensPath(home_.path()), 1 << 24);
  }
  [[nodiscard]] std::vector<Grant> List() const {
    auto grants = ListTokens(home_.path());
    REQUIRE(grants);
    return *grants;
  }
  [[nodiscard]] const std::string& home() const { return home_.path(); }
  ManualClock& clock() { return clock_; }

 private:
  TempHome home_;
  ManualClock clock_;
  SystemRandom random_;
};

TEST_CASE("what a token may do is kept with it") {
  Tokens tokens;
  const auto permit = ParsePermit({"gateway,admin", "30d", "openai", "openai/gpt-5"}, Known(),
                                  tokens.clock().Now());
  REQUIRE(permit);
  const auto minted = tokens.Mint("Sam", *permit);
  REQUIRE(minted);
  REQUIRE(tokens.Mint("Eve"));
  TokenBook book(tokens.home(), tokens.clock());
  const Grant* found = book.Find(minted->token);
  REQUIRE(found != nullptr);
  CHECK(found->permit == *permit);
  CHECK(tokens.List().at(1).permit == Permit());
  CHECK(tokens.ReadFile().find(minted->token) == std::string::npos);
}

TEST_CASE("tokens of the first file version are for the gateway, as they were") {
  Tokens tokens;
  const std::string hash(64, 'a');
  tokens.WriteFile(R"({"version":1,"tokens":[{"id":"i","persona":"Sam","sha256":")" + hash +
                   R"(","created_at_ms":1}]})");
  const auto grants = tokens.List();
  REQUIRE(grants.size() == 1);
  CHECK(grants[0].permit == Permit());
  REQUIRE(tokens.Mint("Eve"));
  CHECK(tokens.List().size() == 2);
}

TEST_CASE("a token file of an unknown version is refused, not read as something else or replaced") {
  for (const char* version : {"3", "0", "\"1\"", "null", "1.5", "-1"}) {
    INFO(version);
    Tokens tokens;
    const std::string text = std::string(R"({"version":)") + version + R"(,"tokens":[]})";
    tokens.WriteFile(text);
    const auto listed = ListTokens(tokens.home());
    REQUIRE_FALSE(listed);
    CHECK(listed.error().code == ErrorCode::kUnsupported);
    CHECK(listed.error().message.find("versions 1 to 2") != std::string::npos);
    CHECK_FALSE(tokens.Mint("Sam"));
    CHECK_FALSE(RevokeTokens(tokens.home(), "Sam"));
    CHECK(tokens.ReadFile() == text);
    TokenBook book(tokens.home(), tokens.clock());
    CHECK(book.Find("katra_x") == nullptr);
    CHECK_FALSE(book.trouble().empty());
  }
}

TEST_CASE("a token whose permit is damaged does not count") {
  const std::string hash = R"("sha256":")" + std::string(64, 'a') + R"(","created_at_ms":1)";
  for (const char* damage :
       {R"("scope":"admin")", R"("scope":["all"])", R"("scope":[1])", R"("expires_at_ms":"never")",
        R"("providers":[])", R"("models":"m")", R"("providers":[{}])"}) {
    INFO(damage);
    Tokens tokens;
    tokens.WriteFile(R"({"version":2,"tokens":[{"id":"i","persona":"Sam",)" + hash + "," + damage +
                     "}]}");
    CHECK(tokens.List().empty());
  }
}

TEST_CASE("a token is ended by its id, or by enough of it") {
  Tokens tokens;
  const auto sam = tokens.Mint("Sam");
  tokens.clock().Advance(std::chrono::hours(24));
  const auto eve = tokens.Mint("Eve");
  REQUIRE(sam);
  REQUIRE(eve);
  const auto code = [&](const std::string& id) {
    return RevokeToken(tokens.home(), id).error().code;
  };
  CHECK(code("") == ErrorCode::kNotFound);
  CHECK(code("ffffffff") == ErrorCode::kNotFound);
  CHECK(code(sam->grant.id.substr(0, 7)) == ErrorCode::kInvalidArgument);
  CHECK(tokens.List().size() == 2);
  const auto ended = RevokeToken(tokens.home(), sam->grant.id.substr(0, 13));
  REQUIRE(ended);
  CHECK(ended->persona == "Sam");
  TokenBook book(tokens.home(), tokens.clock());
  CHECK(book.Find(sam->token) == nullptr);
  CHECK(book.Find(eve->token) != nullptr);
}

TEST_CASE("the file of tokens is looked at again after a moment, or when asked to") {
  Tokens tokens;
  const auto sam = tokens.Mint("Sam");
  const auto eve = tokens.Mint("Eve");
  REQUIRE(sam);
  REQUIRE(eve);
  TokenBook book(tokens.home(), tokens.clock());
  REQUIRE(book.Find(sam->token) != nullptr);
  REQUIRE(RevokeToken(tokens.home(), sam->grant.id));
  CHECK(book.Find(sam->token) != nullptr);  // the clock stands still
  tokens.clock().Advance(std::chrono::milliseconds(1));
  CHECK(book.Find(sam->token) == nullptr);
  REQUIRE(RevokeToken(tokens.home(), eve->grant.id));
  CHECK(book.Holds(eve->grant.id));
  book.LookAgain();
  CHECK_FALSE(book.Holds(eve->grant.id));
}

TEST_CASE("one token too many is refused; expired ones make room, no other does") {
  Tokens tokens;
  std::string text = R"({"version":2,"tokens":[)";
  for (int i = 0; i < 10'000; ++i) {
    std::string hash = std::to_string(i);
    hash.insert(0, 64 - hash.size(), '0');
    text += std::string(i == 0 ? "" : ",") + R"({"id":"i)" + std::to_string(i) +
            R"(","persona":"Sam","sha256":")" + hash + R"(","created_at_ms":1)" +
            (i == 4711 ? R"(,"expires_at_ms":)" +
                             std::to_string(ToUnixMillis(tokens.clock().Now()) + 1000)
                       : "") +
            "}";
  }
  tokens.WriteFile(text + "]}");
  const auto refused = tokens.Mint("Eve");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kResourceExhausted);
  CHECK(refused.error().message.find("katra token list") != std::string::npos);
  CHECK(tokens.List().size() == 10'000);
  tokens.clock().Advance(std::chrono::seconds(1));
  REQUIRE(tokens.Mint("Eve"));
  const auto grants = tokens.List();
  CHECK(grants.size() == 10'000);
  CHECK(grants.front().id == "i0");  // the oldest of all stays
  CHECK(grants.back().persona == "Eve");
  CHECK_FALSE(tokens.Mint("Max"));
}

}  // namespace
}  // namespace katra::router::gateway
