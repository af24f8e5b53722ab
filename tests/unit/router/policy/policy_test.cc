// Whom a request goes to, in which order, and when it is tried again.
#include <map>

#include "router/policy/retry_state.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                  // NOLINT: a test file
using namespace katra::router::policy;  // NOLINT
using namespace std::chrono_literals;

namespace {

class FixedRandom final : public Random {
 public:
  uint64_t Next() override { return 0; }
};

Candidate At(const std::string& provider, const std::string& model) {
  Candidate candidate;
  static std::map<std::string, router::Provider> providers;
  providers[provider].name = provider;
  candidate.provider = &providers[provider];
  candidate.model = model;
  return candidate;
}

router::translate::ApiError Transient() { return router::translate::NoAnswer("gone"); }
router::translate::ApiError Of(int status, const router::translate::Headers& headers = {},
                               std::string_view body = "{}") {
  return router::translate::FromUpstream(status, headers, body, "p");
}

struct Rig {
  std::vector<Candidate> candidates = {At("a", "1"), At("b", "2")};
  Circuits circuits{Circuits::Options{}};
  FixedRandom random;
  RetryOptions options;
  SteadyTime now{};

  RetryState Begin() { return RetryState(candidates, circuits, random, options, now); }
};

}  // namespace

TEST_CASE("the next candidate is asked at once, and the first again after a delay") {
  Rig rig;
  RetryState attempts = rig.Begin();
  auto next = attempts.Next(rig.now);
  CHECK(next->candidate->model == "1");
  attempts.Failed(Transient(), rig.now);
  next = attempts.Next(rig.now);
  CHECK(next->candidate->model == "2");
  CHECK(next->delay == 0ms);
  attempts.Failed(Transient(), rig.now);
  next = attempts.Next(rig.now);
  CHECK(next->candidate->model == "1");
  CHECK(next->delay > 0ms);
  attempts.Failed(Transient(), rig.now);
  next = attempts.Next(rig.now);
  attempts.Failed(Transient(), rig.now);
  CHECK_FALSE(attempts.Next(rig.now));
  CHECK(attempts.tried() == 4);
}

TEST_CASE("a wrong request is tried nowhere else") {
  Rig rig;
  RetryState attempts = rig.Begin();
  REQUIRE(attempts.Next(rig.now));
  attempts.Failed(Of(400), rig.now);
  CHECK_FALSE(attempts.Next(rig.now));
  CHECK(attempts.error().status == 400);
}

TEST_CASE("a provider whose quota is used up is not asked again") {
  Rig rig;
  rig.candidates = {At("a", "1"), At("a", "2"), At("b", "3")};
  RetryState attempts = rig.Begin();
  REQUIRE(attempts.Next(rig.now));
  attempts.Failed(Of(429, {}, R"({"error":{"code":"insufficient_quota","message":"pay"}})"),
                  rig.now);
  CHECK(attempts.Next(rig.now)->candidate->model == "3");
}

TEST_CASE("a candidate without a key gives way to the next, once, and its circuit stays closed") {
  Rig rig;
  RetryState attempts = rig.Begin();
  REQUIRE(attempts.Next(rig.now)->candidate->model == "1");
  attempts.Failed(router::translate::NoKey("no key for a"), rig.now);
  REQUIRE(attempts.Next(rig.now)->candidate->model == "2");
  attempts.Failed(Transient(), rig.now);
  CHECK(attempts.error().message == "gone");  // what a provider said tells more
  CHECK(attempts.Next(rig.now)->candidate->model == "2");
  for (int i = 0; i < 5; ++i) {
    RetryState other = rig.Begin();
    REQUIRE(other.Next(rig.now)->candidate->model == "1");
    other.Failed(router::translate::NoKey("no key for a"), rig.now);
  }
  CHECK(rig.circuits.Admits("a/1", rig.now));
}

TEST_CASE("when no candidate has a key the client is told so, and not to try again") {
  Rig rig;
  RetryState attempts = rig.Begin();
  for (int i = 0; i < 2; ++i) {
    REQUIRE(attempts.Next(rig.now));
    attempts.Failed(router::translate::NoKey("no key"), rig.now);
  }
  CHECK_FALSE(attempts.Next(rig.now));
  CHECK(attempts.error().status == 400);
  CHECK(attempts.error().headers == router::translate::Headers{{"x-should-retry", "false"}});
}

TEST_CASE("a candidate that is left alone for a moment tells more than a missing key") {
  Rig rig;
  rig.options.last_resort = false;
  for (int i = 0; i < 5; ++i) rig.circuits.Failed("b/2", rig.now);
  RetryState attempts = rig.Begin();
  REQUIRE(attempts.Next(rig.now));
  attempts.Failed(router::translate::NoKey("no key"), rig.now);
  CHECK_FALSE(attempts.Next(rig.now));
  CHECK(attempts.error().status == 529);
}

TEST_CASE("a long retry-after is the client's to wait for") {
  Rig rig;
  rig.candidates = {At("a", "1")};
  RetryState attempts = rig.Begin();
  REQUIRE(attempts.Next(rig.now));
  SECTION("long") {
    attempts.Failed(Of(429, {{"retry-after", "60"}}), rig.now);
    CHECK_FALSE(attempts.Next(rig.now));
  }
  SECTION("short") {
    attempts.Failed(Of(429, {{"retry-after", "2"}}), rig.now);
    CHECK(attempts.Next(rig.now)->delay >= 2s);
  }
}

TEST_CASE("after the budget no new attempt begins") {
  Rig rig;
  RetryState attempts = rig.Begin();
  REQUIRE(attempts.Next(rig.now));
  attempts.Failed(Transient(), rig.now);
  CHECK_FALSE(attempts.Next(rig.now + rig.options.budget + 1ms));
}

TEST_CASE("the most telling error is reported") {
  Rig rig;
  RetryState attempts = rig.Begin();
  REQUIRE(attempts.Next(rig.now));
  attempts.Failed(Of(429), rig.now);
  REQUIRE(attempts.Next(rig.now));
  attempts.Failed(Of(502), rig.now);
  CHECK(attempts.error().status == 429);
}

TEST_CASE("a circuit opens after failures in a row, and lets one through when its time has come") {
  Circuits circuits({3, 10s, 60s});
  const SteadyTime start{};
  for (int i = 0; i < 2; ++i) circuits.Failed("x", start);
  CHECK(circuits.Admits("x", start));
  circuits.Failed("x", start);
  CHECK_FALSE(circuits.Admits("x", start + 9s));
  CHECK(circuits.OpenFor("x", start + 9s) == 1s);
  CHECK(circuits.Admits("x", start + 10s));
  CHECK_FALSE(circuits.Admits("x", start + 10s));
  SECTION("a failed trial opens it for longer") {
    circuits.Failed("x", start + 10s);
    CHECK_FALSE(circuits.Admits("x", start + 29s));
    CHECK(circuits.Admits("x", start + 30s));
  }
  SECTION("a good one closes it") {
    circuits.Succeeded("x");
    CHECK(circuits.Admits("x", start + 10s));
    CHECK_FALSE(circuits.OpenFor("x", start + 10s));
  }
  SECTION("one without a word leaves the trial to the next") {
    circuits.Undecided("x");
    CHECK(circuits.Admits("x", start + 10s));
  }
}

namespace {

router::translate::ApiError Unreachable() {
  router::translate::ApiError error = Transient();
  error.unreachable = true;
  return error;
}

// Whether somebody with `credential` may ask after somebody with "mal" failed often with `error`.
bool MayAsk(const std::string& credential, const router::translate::ApiError& error) {
  Rig rig;
  rig.candidates = {At("a", "1")};
  rig.options.rounds = 1;
  rig.candidates.front().credential = "mal";
  for (int i = 0; i < 6; ++i) {
    RetryState attempts = rig.Begin();
    if (attempts.Next(rig.now)) attempts.Failed(error, rig.now);
  }
  rig.candidates.front().credential = credential;
  RetryState attempts = rig.Begin();
  const auto next = attempts.Next(rig.now);
  REQUIRE(next);  // nobody else is left
  return !next->despite_circuit;
}

}  // namespace

TEST_CASE("a circuit opens for the credential whose requests fail, and for no other") {
  for (const router::translate::ApiError& error :
       {Of(429), Of(500), Of(503), Of(529), Transient()}) {
    INFO(error.message);
    CHECK_FALSE(MayAsk("mal", error));
    CHECK(MayAsk("good", error));
  }
}

TEST_CASE("refused credentials, wrong requests and missing keys open no circuit") {
  for (const router::translate::ApiError& error :
       {Of(400), Of(401), Of(403), Of(404), Of(413), router::translate::NoKey("no key")}) {
    INFO(error.message);
    CHECK(MayAsk("mal", error));
    CHECK(MayAsk("good", error));
  }
}

TEST_CASE("a provider that cannot be reached is left alone by everybody") {
  CHECK_FALSE(MayAsk("mal", Unreachable()));
  CHECK_FALSE(MayAsk("good", Unreachable()));
}

TEST_CASE("an answer of any kind says that the provider can be reached") {
  Rig rig;
  rig.candidates = {At("a", "1")};
  rig.options.rounds = 1;
  for (int i = 0; i < 12; ++i) {
    rig.candidates.front().credential = "caller " + std::to_string(i);
    RetryState attempts = rig.Begin();
    REQUIRE(attempts.Next(rig.now));
    attempts.Failed(i % 4 == 3 ? Of(429) : Unreachable(), rig.now);
  }
}

TEST_CASE("the trial of a provider is not used up by a credential that may not ask") {
  Rig rig;
  rig.candidates = {At("a", "1")};
  rig.candidates.front().credential = "mal";
  for (int i = 0; i < 5; ++i) {
    rig.circuits.Failed("a/1", rig.now);
    rig.circuits.Failed(RetryState::CredentialKeyOf(rig.candidates.front()), rig.now + 5s);
  }
  rig.options.last_resort = false;
  CHECK_FALSE(rig.Begin().Next(rig.now + 12s));
  rig.candidates.front().credential = "good";
  CHECK(rig.Begin().Next(rig.now + 12s));
}

TEST_CASE("circuits are forgotten long after the last failure, and never become many") {
  Circuits::Options options;
  options.most = 3;
  Circuits circuits(options);
  SteadyTime now{};
  for (int i = 0; i < 4; ++i) circuits.Failed("old", now);
  now += options.keep_for + 1s;
  circuits.Failed("old", now);
  CHECK(circuits.Admits("old", now));  // it is the first failure again
  CHECK(circuits.size() == 1);
  for (int i = 0; i < 5; ++i) circuits.Failed("bad", now);
  for (int i = 0; i < 100; ++i) circuits.Failed(std::to_string(i), now);
  CHECK(circuits.size() == 3);
}

namespace {

// Opens the circuit of a candidate; `at`: of its last failure.
void Open(Rig& rig, size_t candidate, SteadyTime at, bool unreachable = false) {
  const Candidate& one = rig.candidates[candidate];
  for (int i = 0; i < 5; ++i) {
    rig.circuits.Failed(unreachable ? RetryState::KeyOf(one) : RetryState::CredentialKeyOf(one),
                        at);
  }
}

// The models that a request goes to when each of them fails with `error`, a "!" after those that
// are asked despite their circuits.
std::string Asked(Rig& rig, const router::translate::ApiError& error = Transient()) {
  RetryState attempts = rig.Begin();
  std::string asked;
  while (const auto next = attempts.Next(rig.now)) {
    asked += next->candidate->model + (next->despite_circuit ? "!" : "") + " ";
    attempts.Failed(error, rig.now);
  }
  return asked;
}

}  // namespace

TEST_CASE("G20: a circuit that leaves nobody lets the request try all the same") {
  Rig rig;
  rig.candidates = {At("a", "1"), At("b", "2"), At("c", "3")};
  rig.now += 5s;
  SECTION("the only one") {
    rig.candidates.pop_back();
    rig.candidates.pop_back();
    Open(rig, 0, rig.now);
    CHECK(Asked(rig) == "1! ");
    CHECK(Asked(rig) == "1! ");  // and the next request, too
  }
  SECTION("the one whose trial is due first, then the others, each once") {
    Open(rig, 0, rig.now);
    Open(rig, 1, rig.now - 2s);
    Open(rig, 2, rig.now - 1s);
    CHECK(Asked(rig) == "2! 3! 1! ");
  }
  SECTION("the first of equals") {
    for (size_t i = 0; i < 3; ++i) Open(rig, i, rig.now);
    CHECK(Asked(rig) == "1! 2! 3! ");
  }
  SECTION("one that can be reached before one that cannot") {
    Open(rig, 0, rig.now - 3s, true);
    Open(rig, 1, rig.now);
    Open(rig, 2, rig.now - 1s);
    CHECK(Asked(rig) == "3! 2! 1! ");
  }
  SECTION("when the others have failed, not before") {
    Open(rig, 0, rig.now);
    CHECK(Asked(rig) == "2 3 2 3 1! ");
  }
  SECTION("when the others want to be left alone for long") {
    Open(rig, 0, rig.now);
    CHECK(Asked(rig, Of(429, {{"retry-after", "60"}})) == "2 3 1! ");
  }
  SECTION("when the others have no key") {
    Open(rig, 2, rig.now);
    CHECK(Asked(rig, router::translate::NoKey("no key")) == "1 2 3! ");
  }
  SECTION("not when the request is at fault") {
    Open(rig, 0, rig.now);
    CHECK(Asked(rig, Of(400)) == "2 ");
  }
  SECTION("not one that was asked already") {
    rig.candidates.pop_back();
    rig.candidates.pop_back();
    for (int i = 0; i < 4; ++i)
      rig.circuits.Failed(RetryState::CredentialKeyOf(At("a", "1")), rig.now);
    CHECK(Asked(rig) == "1 ");  // which opens its circuit
  }
  SECTION("while another request is the trial") {
    rig.candidates.pop_back();
    rig.candidates.pop_back();
    Open(rig, 0, rig.now - 10s);
    RetryState trial = rig.Begin();
    REQUIRE_FALSE(trial.Next(rig.now)->despite_circuit);
    RetryState other = rig.Begin();
    REQUIRE(other.Next(rig.now)->despite_circuit);
    other.Succeeded();
    CHECK_FALSE(rig.Begin().Next(rig.now)->despite_circuit);  // it closed
  }
}

TEST_CASE("open circuits are told by provider and model, and no credential is") {
  Rig rig;
  rig.candidates = {At("a", "1"), At("b", "vendor/2")};
  Open(rig, 1, rig.now, true);
  for (const char* credential : {"mal", "good"}) {
    rig.candidates.front().credential = credential;
    Open(rig, 0, rig.now);
  }
  rig.circuits.Failed("c/once", rig.now);
  const auto open = OpenCircuits(rig.circuits, rig.now + 4s);
  REQUIRE(open.size() == 2);
  CHECK((open[0].provider == "a" && open[0].model == "1"));
  CHECK((open[0].credentials == 2 && !open[0].unreachable));
  CHECK((open[1].provider == "b" && open[1].model == "vendor/2"));
  CHECK((open[1].credentials == 0 && open[1].unreachable));
  CHECK(open[1].next_trial == 6s);
}

TEST_CASE("when every circuit is open a request that can wait is told when to come back") {
  Rig rig;
  rig.options.last_resort = false;
  rig.candidates = {At("a", "1")};
  for (int i = 0; i < 5; ++i) rig.circuits.Failed("a/1", rig.now);
  RetryState attempts = rig.Begin();
  CHECK_FALSE(attempts.Next(rig.now));
  CHECK(attempts.error().status == 529);
  CHECK(attempts.error().retry_after);
}

namespace {

// What is chosen for a persona of provider "anthropic" at `address` with a model of its own.
std::string ChosenFor(const std::string& address, const std::string& asked) {
  router::RouterConfig config;
  config.providers = router::BuiltIns();
  for (router::Provider& provider : config.providers) {
    if (provider.name == "anthropic" && !address.empty()) provider.messages_base_url = address;
  }
  router::PersonaConfig persona;
  persona.provider = "anthropic";
  persona.model = "claude-opus-4-8";
  router::translate::RequestPeek request;
  request.model = asked;
  const auto chosen = MakePersonaPolicy()->Choose({config, persona, request});
  return chosen ? chosen->candidates.front().model : chosen.error().message;
}

}  // namespace

TEST_CASE("a model that the client names of itself means the persona's own, but not at Anthropic") {
  CHECK(ChosenFor("http://127.0.0.1:9", "claude-sonnet-5") == "claude-opus-4-8");
  CHECK(ChosenFor("http://127.0.0.1:9", "anthropic,claude-sonnet-5") == "claude-sonnet-5");
  CHECK(ChosenFor("", "claude-sonnet-5") == "claude-sonnet-5");
  CHECK(ChosenFor("", "claude-opus-4-8") == "claude-opus-4-8");
}

TEST_CASE("a provider that a request names answers, or no other does") {
  router::RouterConfig config;
  config.providers = router::BuiltIns();
  router::PersonaConfig persona;
  persona.provider = "openai";
  persona.model = "gpt-5";
  persona.fallbacks = {{"groq", "g"}, {"deepseek", "deepseek-v4-flash"}};
  const auto chosen = [&](const std::string& asked) {
    router::translate::RequestPeek request;
    request.model = asked;
    const auto all = MakePersonaPolicy()->Choose({config, persona, request});
    REQUIRE(all);
    std::string names;
    for (const Candidate& one : all->candidates)
      names += one.provider->name + "/" + one.model + " ";
    return names;
  };
  CHECK(chosen("claude-sonnet-5") == "openai/gpt-5 groq/g deepseek/deepseek-v4-flash ");
  CHECK(chosen("openai,gpt-4") == "openai/gpt-4 groq/g deepseek/deepseek-v4-flash ");
  CHECK(chosen("deepseek,deepseek-v4-pro") ==
        "deepseek/deepseek-v4-pro deepseek/deepseek-v4-flash ");
  CHECK(chosen("deepseek/deepseek-v4-pro") ==
        "deepseek/deepseek-v4-pro deepseek/deepseek-v4-flash ");
  CHECK(chosen("claude-gw-mistral--m") == "mistral/m ");
}

TEST_CASE("a client is told to wait for a time that is one") {
  struct Row {
    std::string name, value;
    bool told;
  };
  const std::vector<Row> rows = {
      {"retry-after", "7", true},
      {"Retry-After", "1.5", true},
      {"retry-after", "2592000", true},
      {"retry-after", "2592001", false},
      {"retry-after", "-5", false},
      {"retry-after", "nan", false},
      {"retry-after", "inf", false},
      {"retry-after", "", false},
      {"retry-after", "1e3", false},
      {"retry-after", "5m", false},
      {"retry-after", "99999999999999999999", false},
      {"retry-after", "Sun, 06 Nov 1994 08:49:37 GMT", true},
      {"retry-after", "Sun, 06 Nov 1994 08:49:37 CET", false},
      {"retry-after-ms", "250", true},
      {"retry-after-ms", "-250", false},
      {"retry-after-ms", "Sun, 06 Nov 1994 08:49:37 GMT", false},
      {"request-id", "anything", true},
  };
  for (const Row& row : rows) {
    INFO(row.name << ": " << row.value);
    CHECK(router::translate::IsSoundHeader(row.name, row.value) == row.told);
    if (row.told) continue;
    for (const auto& [name, value] : Of(429, {{row.name, row.value}}).headers) {
      CHECK(value != row.value);
    }
  }
}
