// How a request comes by its credential, transition by transition: found at once, later, not at
// all; refused and replaced, refused and the same again; exchanged, and the exchange refused.
// Commands are real ones that print a file of the test's; GitHub is played by hand.
#include <fstream>
#include <optional>

#include "router/gateway/proxy/credential_finder.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"
#include "tests/unit/router/gateway/proxy/fixture.h"

namespace katra::testing {
namespace {

using router::gateway::RawReply;
using router::gateway::UpstreamCredential;
using router::translate::ApiError;
using router::translate::Failure;

bool Holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

ApiError Refused(Failure failure = Failure::kAuthentication) {
  return router::gateway::MakeError(failure, 401, "authentication_error", "bad key");
}

std::unique_ptr<RawReply> RawRefusal() {
  return std::make_unique<RawReply>(RawReply{401, {}, "as it came"});
}

// A finder, and what it has said last.
class Search final : private router::gateway::CredentialCallbacks {
 public:
  Search() {
    provider.name = "first";
    provider.title = "First";
    provider.api_key_env = "KEY";
    provider.interface = router::Interface::kChat;
    provider.chat_base_url = "https://first.test/v1";
    caller.persona = "sam";
    caller.token_id = "t1";
    persona.name = "sam";
    persona.provider = "first";
    candidate.provider = &provider;
    candidate.model = "m-1";
    candidate.key_env = "KEY";
  }

  // Its key is whatever Print() has said last.
  void GoByCommand() {
    provider.api_key_env.clear();
    provider.key_command.words = {"cat", home.File("key")};
    candidate.key_env.clear();
  }
  void Print(const std::string& text) { std::ofstream(home.File("key")) << text; }
  void GoToCopilot() {
    provider.platform = router::Platform::kCopilot;
    provider.github_api_url = "https://api.github.test";
    provider.chat_base_url.clear();
  }
  // GitHub's answer to the last exchange.
  void Exchange(int status, const std::string& body) { client.calls.back()->Reply(status, body); }
  void ExchangeFor(const std::string& token) {
    Exchange(200, R"({"token":")" + token + R"(","expires_at":)" +
                      std::to_string(ToUnixMillis(clock.Now()) / 1000 + 1800) +
                      R"(,"endpoints":{"api":"https://api.githubcopilot.com"}})");
  }

  void Find() {
    found.reset();
    missing.reset();
    stands.reset();
    raw.reset();
    finder().Find(candidate);
  }
  // Until no command runs any more.
  void RunCommands() { loop->Run(); }
  bool Renew(const ApiError& error, std::unique_ptr<RawReply> reply = nullptr) {
    const bool renewed = finder().Renew(error, reply);
    left = std::move(reply);
    return renewed;
  }
  [[nodiscard]] router::gateway::CredentialFinder& finder() {
    if (!finder_) {
      sources_.emplace(keys, caller, persona, router::gateway::CallerFormat::kMessages);
      const router::gateway::CredentialFinder::Deps deps{commands, copilot, *sources_};
      router::gateway::CredentialCallbacks& callbacks = *this;
      finder_ = std::make_unique<router::gateway::CredentialFinder>(deps, secrets, callbacks);
    }
    return *finder_;
  }
  [[nodiscard]] const std::string& key() const { return found.value().key; }

  TempHome home;
  std::unique_ptr<uv::Loop> loop = std::move(*uv::Loop::Make());
  ManualClock clock;
  FakeClient client;
  router::Provider provider;
  router::PersonaConfig persona;
  router::gateway::Caller caller;
  router::policy::Candidate candidate;
  router::gateway::KeyRing keys;
  router::credentials::KeyCommands commands{*loop, clock};
  router::credentials::CopilotTokens copilot{client, clock};
  std::shared_ptr<KnownSecrets> secrets = std::make_shared<KnownSecrets>();

  int said = 0;  // calls back, of all searches
  std::optional<UpstreamCredential> found;
  std::optional<ApiError> missing;
  std::optional<ApiError> stands;
  std::unique_ptr<RawReply> raw;   // of `stands`
  std::unique_ptr<RawReply> left;  // what Renew() did not take

 private:
  void OnCredential(UpstreamCredential credential) override {
    ++said;
    found = std::move(credential);
  }
  void OnNoCredential(const ApiError& error) override {
    ++said;
    missing = error;
  }
  void OnRefusalStands(const ApiError& error, std::unique_ptr<RawReply> reply) override {
    ++said;
    stands = error;
    raw = std::move(reply);
  }

  std::optional<router::gateway::CredentialSources> sources_;
  std::unique_ptr<router::gateway::CredentialFinder> finder_;
};

}  // namespace

TEST_CASE(
    "a key of a variable is found at once, by its name, and is taken out of texts from then on") {
  Search search;
  search.keys.Put("t1", {{"KEY", "key-of-the-first"}});
  search.Find();
  CHECK(search.key() == "key-of-the-first");
  CHECK(search.found->login.empty());
  CHECK(search.found->base_url.empty());
  CHECK(search.finder().name() == "KEY");
  CHECK_FALSE(search.finder().with_login());
  CHECK(search.secrets->In("it was key-of-the-first"));
  CHECK(search.said == 1);
}

TEST_CASE("a variable that holds nothing is named with the next step") {
  Search search;
  search.provider.more_key_envs = {"KEY_2"};
  search.Find();
  REQUIRE(search.missing);
  CHECK(search.missing->failure == Failure::kNoKey);
  CHECK(search.missing->message ==
        "no key for First: set KEY or KEY_2 where the session is started, and start it again");
  CHECK(search.finder().name().empty());
}

TEST_CASE("a provider that needs no key is asked with none") {
  Search search;
  search.provider.api_key_env.clear();
  search.candidate.key_env.clear();
  search.Find();
  REQUIRE(search.found);
  CHECK(search.key().empty());
  CHECK(search.finder().name().empty());
}

TEST_CASE("a client's own login goes where its plan is, and without one nobody is asked there") {
  Search search;
  search.provider = *router::FindBuiltIn("anthropic");
  search.persona.own_login = true;
  search.keys.Put("t1", {{search.provider.api_key_env, "key-of-the-session"}});
  SECTION("with it") {
    search.caller.own_authorization = "Bearer sk-ant-oat01-of-the-user";
    search.Find();
    REQUIRE(search.found);
    CHECK(search.key().empty());
    CHECK(search.found->login.authorization == "Bearer sk-ant-oat01-of-the-user");
    CHECK(search.finder().with_login());
    CHECK(search.finder().name() == "client's login");
    CHECK_FALSE(search.Renew(Refused()));  // nobody but the client has another
  }
  SECTION("without it") {
    search.Find();
    REQUIRE(search.missing);
    CHECK(search.missing->failure == Failure::kAuthentication);
  }
  CHECK(search.said == 1);
}

TEST_CASE("a command's key is found when the command has ended, and the next time at once") {
  Search search;
  search.GoByCommand();
  search.Print("key-one\n");
  search.Find();
  CHECK(search.said == 0);
  search.RunCommands();
  CHECK(search.key() == "key-one");
  CHECK(search.finder().name() == "command of first");
  search.Print("key-two\n");
  search.Find();
  CHECK(search.key() == "key-one");
  CHECK(search.said == 2);
}

TEST_CASE("a command that fails, or prints no key, leaves the candidate without one") {
  Search search;
  search.GoByCommand();
  std::string said;
  SECTION("it fails") { said = "ended with exit code 1"; }
  SECTION("no key is in its output") {
    search.Print(R"({"user":"sam"})");
    said = "printed JSON without a key";
  }
  search.Find();
  search.RunCommands();
  REQUIRE(search.missing);
  CHECK(search.missing->failure == Failure::kNoKey);
  CHECK(Holds(search.missing->message, "no key for First: "));
  CHECK(Holds(search.missing->message, said));
  CHECK(search.said == 1);
}

TEST_CASE("a refused key of a command is replaced by the one that it prints then, once") {
  Search search;
  search.GoByCommand();
  search.Print("key-one");
  search.Find();
  search.RunCommands();
  search.Print("key-two");
  CHECK(search.Renew(Refused(), RawRefusal()));
  CHECK(search.left == nullptr);
  search.Find();
  search.RunCommands();
  CHECK(search.key() == "key-two");
  search.Print("key-three");
  CHECK_FALSE(search.Renew(Refused(), RawRefusal()));
  CHECK(search.left != nullptr);
  search.Find();  // as another request would: key-two is forgotten all the same
  search.RunCommands();
  CHECK(search.key() == "key-three");
}

TEST_CASE("a refusal stands when the command prints the same key again, or none") {
  Search search;
  search.GoByCommand();
  search.Print("key-one");
  search.Find();
  search.RunCommands();
  REQUIRE(search.Renew(Refused(Failure::kPermission), RawRefusal()));
  SECTION("the same") {
    search.Find();
    search.RunCommands();
    REQUIRE(search.stands);
    CHECK(search.stands->message == "bad key");
    REQUIRE(search.raw);
    CHECK(search.raw->body == "as it came");
  }
  SECTION("none") {
    std::remove(search.home.File("key").c_str());
    search.Find();
    search.RunCommands();
    REQUIRE(search.stands);
    CHECK(Holds(search.stands->message, "bad key; for another key, "));
    CHECK(Holds(search.stands->message, "ended with exit code 1"));
    CHECK(search.raw == nullptr);  // the provider's own words do not have it
  }
  CHECK_FALSE(search.found);
  CHECK(search.said == 2);
}

TEST_CASE("what is no refusal, or of a key that nobody prints, is not tried with another key") {
  Search search;
  SECTION("a limit") {
    search.GoByCommand();
    search.Print("key-one");
    search.Find();
    search.RunCommands();
    CHECK_FALSE(search.Renew(Refused(Failure::kRateLimit), RawRefusal()));
    CHECK(search.commands.Find(search.provider.key_command) != nullptr);
  }
  SECTION("a variable") {
    search.keys.Put("t1", {{"KEY", "key-of-the-first"}});
    search.Find();
    CHECK_FALSE(search.Renew(Refused(), RawRefusal()));
  }
  SECTION("before any search") { CHECK_FALSE(search.Renew(Refused(), RawRefusal())); }
  CHECK(search.left != nullptr);
}

TEST_CASE("a request that has ended is told nothing of the command that it waited for") {
  Search search;
  search.GoByCommand();
  search.Print("key-one");
  search.Find();
  search.finder().Cancel();
  search.RunCommands();
  CHECK(search.said == 0);
  CHECK(search.commands.Find(search.provider.key_command) != nullptr);  // for others
}

TEST_CASE("a GitHub login is exchanged, and its token goes where the exchange says") {
  Search search;
  search.GoToCopilot();
  search.keys.Put("t1", {{"KEY", "gho_login-of-sam"}});
  search.Find();
  CHECK(search.said == 0);
  REQUIRE(search.client.calls.size() == 1);
  CHECK(search.client.calls[0]->outgoing.url ==
        "https://api.github.test/copilot_internal/v2/token");
  CHECK(search.secrets->In("gho_login-of-sam"));
  search.ExchangeFor("token-one");
  CHECK(search.key() == "token-one");
  CHECK(search.found->base_url == "https://api.githubcopilot.com");
  CHECK(search.secrets->In("token-one"));
  search.Find();  // it is known now
  CHECK(search.key() == "token-one");
  CHECK(search.client.calls.size() == 1);
}

TEST_CASE(
    "a token that is refused is exchanged anew, once, and the same one lets the refusal stand") {
  Search search;
  search.GoToCopilot();
  search.keys.Put("t1", {{"KEY", "gho_login-of-sam"}});
  search.Find();
  search.ExchangeFor("token-one");
  REQUIRE(search.Renew(Refused(), RawRefusal()));
  search.Find();
  REQUIRE(search.client.calls.size() == 2);
  SECTION("another") {
    search.ExchangeFor("token-two");
    CHECK(search.key() == "token-two");
    CHECK_FALSE(search.Renew(Refused(), RawRefusal()));
  }
  SECTION("the same") {
    search.ExchangeFor("token-one");
    CHECK_FALSE(search.found);
    REQUIRE(search.stands);
    CHECK(search.raw != nullptr);
  }
}

TEST_CASE("an exchange that GitHub refuses or cannot make leaves the candidate without a token") {
  Search search;
  search.GoToCopilot();
  search.keys.Put("t1", {{"KEY", "gho_login-of-sam"}});
  search.Find();
  SECTION("refused") {
    search.Exchange(401, "{}");
    REQUIRE(search.missing);
    CHECK(search.missing->failure == Failure::kNoKey);
    CHECK(Holds(search.missing->message, "GitHub refused this login a Copilot token"));
  }
  SECTION("not made") {
    search.client.calls.back()->Fail(http::CallFailure::kConnect);
    REQUIRE(search.missing);
    CHECK(search.missing->failure == Failure::kNoAnswer);
    CHECK(Holds(search.missing->message, "first: GitHub cannot be reached for a token"));
  }
  SECTION("not awaited") {
    search.finder().Cancel();
    search.ExchangeFor("token-one");
    CHECK(search.said == 0);
    return;
  }
  CHECK(search.said == 1);
}

TEST_CASE("a login that a command printed is asked for once more when its exchange is refused") {
  Search search;
  search.GoByCommand();
  search.GoToCopilot();
  search.Print("gho_login-one");
  search.Find();
  search.RunCommands();
  REQUIRE(search.client.calls.size() == 1);
  search.Print("gho_login-two");
  search.Exchange(401, "{}");
  search.RunCommands();
  REQUIRE(search.client.calls.size() == 2);
  CHECK(Holds(search.client.calls[1]->Header("authorization"), "gho_login-two"));
  SECTION("and taken") {
    search.ExchangeFor("token-two");
    CHECK(search.key() == "token-two");
    CHECK(search.finder().name() == "command of first");
  }
  SECTION("and refused: each login once") {
    search.Exchange(401, "{}");
    search.RunCommands();
    REQUIRE(search.client.calls.size() == 3);
    search.Exchange(401, "{}");
    REQUIRE(search.missing);
    CHECK(search.missing->failure == Failure::kNoKey);
  }
  CHECK(search.said == 1);
}

TEST_CASE("keys for AWS that are not whole are found before anybody is asked") {
  Search search;
  search.provider = *router::FindBuiltIn("bedrock");
  search.provider.name = "first";
  search.provider.title = "First";
  search.provider.region = "eu-west-1";
  search.provider.messages_base_url = "https://bedrock-runtime.eu-west-1.amazonaws.test";
  search.GoByCommand();
  SECTION("not whole") {
    search.Print(R"({"AccessKeyId":"AKIAEXAMPLE0000000"})");
    search.Find();
    search.RunCommands();
    REQUIRE(search.missing);
    CHECK(search.missing->failure == Failure::kNoKey);
  }
  SECTION("whole") {
    search.Print(
        R"({"Version":1,"AccessKeyId":"AKIAEXAMPLE0000000","SecretAccessKey":"a-secret-of-aws"})");
    search.Find();
    search.RunCommands();
    REQUIRE(search.found);
    CHECK(search.secrets->In("a-secret-of-aws"));
    CHECK_FALSE(search.secrets->In(R"("Version")"));
  }
}

}  // namespace katra::testing
