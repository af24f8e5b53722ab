// Who may answer a request: one candidate for each key, the session's key first, plans whose limit
// is reached last, and what attempts say of keys and plans.
#include <optional>

#include "router/gateway/proxy/candidate_list.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/gateway/proxy/fixture.h"

namespace katra::testing {
namespace {

using router::gateway::CandidateList;
using router::translate::Failure;

// An upstream that has refused.
class Refuser final : public router::gateway::UpstreamRequest {
 public:
  Refuser(int status, http::Headers headers) : status_(status), headers_(std::move(headers)) {}

  void Begin(http::Client&) override {}
  void Pause() override {}
  void Resume() override {}
  [[nodiscard]] router::translate::Usage usage() const override { return {}; }
  [[nodiscard]] std::string reported_model() const override { return {}; }
  [[nodiscard]] std::string upstream_id() const override { return {}; }
  [[nodiscard]] int status() const override { return status_; }
  [[nodiscard]] const http::Headers& reply_headers() const override { return headers_; }
  [[nodiscard]] const std::vector<std::string>& dropped() const override { return dropped_; }
  [[nodiscard]] bool same_format() const override { return true; }
  [[nodiscard]] std::string ErrorEvent(const router::translate::ApiError&) const override {
    return {};
  }

 private:
  int status_;
  http::Headers headers_;
  std::vector<std::string> dropped_;
};

// Persona "sam" is answered by "first" with up to three keys, and else by "second".
class Session final {
 public:
  Session() {
    for (const char* name : {"first", "second"}) {
      router::Provider provider;
      provider.name = name;
      provider.title = name;
      provider.api_key_env = std::string("KEY_OF_") + name;
      provider.messages_base_url = std::string("https://") + name + ".test";
      provider.interface = router::Interface::kMessages;
      config.providers.push_back(provider);
    }
    config.providers[0].more_key_envs = {"KEY_B", "KEY_C"};
    persona.name = "sam";
    persona.provider = "first";
    persona.model = "m-1";
    persona.fallbacks = {{"second", "m-2"}};
    caller.persona = "sam";
    caller.token_id = "t1";
    keys.Put("t1", {{"KEY_OF_first", "key-a"},
                    {"KEY_B", "key-b"},
                    {"KEY_C", "key-c"},
                    {"KEY_OF_second", "key-2"}});
  }

  // A request of `session`, and whom it may ask.
  std::optional<CandidateList::Refusal> Choose(const std::string& session = "s1",
                                               const std::string& agent = "") {
    sources_.emplace(keys, caller, persona, router::gateway::CallerFormat::kMessages);
    history_.emplace(traces, nullptr, caller.persona, session, agent);
    list_.emplace(
        CandidateList::Deps{*policy, rests, plan_limits, clock, caller, *sources_, *history_});
    router::translate::RequestPeek peek;
    peek.model = "m-1";
    return list_->Choose({config, persona, peek}, headers);
  }
  [[nodiscard]] CandidateList& list() { return *list_; }
  [[nodiscard]] const router::policy::Candidate& at(size_t index) { return list_->all().at(index); }
  // The variables of the keys, in the order in which they are asked.
  [[nodiscard]] std::string Order() {
    std::string order;
    for (const auto& candidate : list_->all()) order += candidate.key_env + " ";
    return order;
  }

  ManualClock clock;
  router::RouterConfig config;
  router::PersonaConfig persona;
  router::gateway::Caller caller;
  http::Headers headers;
  router::gateway::KeyRing keys;
  router::credentials::KeyRests rests;
  router::gateway::PlanLimits plan_limits;
  router::gateway::SessionTraces traces;
  std::unique_ptr<router::policy::Policy> policy = router::policy::MakePersonaPolicy();

 private:
  std::optional<router::gateway::CredentialSources> sources_;
  std::optional<router::gateway::SessionHistory> history_;
  std::optional<CandidateList> list_;
};

router::translate::ApiError RateLimit() {
  return router::gateway::MakeError(Failure::kRateLimit, 429, "rate_limit_error", "slow down");
}

}  // namespace

TEST_CASE("each key of a provider is a candidate of its own, in the order of the configuration") {
  Session session;
  REQUIRE_FALSE(session.Choose());
  CHECK(session.Order() == "KEY_OF_first KEY_B KEY_C KEY_OF_second ");
  CHECK(session.at(0).credential != session.at(1).credential);
  CHECK(session.list().HasOtherKey(session.at(0)));
  CHECK_FALSE(session.list().HasOtherKey(session.at(3)));
}

TEST_CASE("a key that two variables hold is asked once, and one that none holds not at all") {
  Session session;
  session.keys.Put("t1",
                   {{"KEY_OF_first", "key-a"}, {"KEY_B", "key-a"}, {"KEY_OF_second", "key-2"}});
  REQUIRE_FALSE(session.Choose());
  CHECK(session.Order() == "KEY_OF_first KEY_OF_second ");
}

TEST_CASE("a key whose limit is reached rests, and all others are asked before it") {
  Session session;
  REQUIRE_FALSE(session.Choose());
  const Refuser refuser(429, {});
  session.list().NoteFailure(session.at(0), RateLimit(), &refuser);
  session.list().NoteFailure(session.at(3), RateLimit(), &refuser);  // the only one: no rest
  REQUIRE_FALSE(session.Choose());
  CHECK(session.Order() == "KEY_B KEY_C KEY_OF_second KEY_OF_first ");
}

TEST_CASE("a session stays with the key that has answered, its subagents too, and no other does") {
  Session session;
  REQUIRE_FALSE(session.Choose());
  session.list().NoteAnswer(session.at(1));
  REQUIRE_FALSE(session.Choose());
  CHECK(session.Order() == "KEY_B KEY_OF_first KEY_C KEY_OF_second ");
  REQUIRE_FALSE(session.Choose("s1", "subagent"));
  CHECK(session.Order() == "KEY_B KEY_OF_first KEY_C KEY_OF_second ");
  REQUIRE_FALSE(session.Choose("s2"));
  CHECK(session.Order() == "KEY_OF_first KEY_B KEY_C KEY_OF_second ");
}

TEST_CASE("sessions take keys by turns where that is configured, and keep theirs") {
  Session session;
  session.config.providers[0].key_order = router::KeyOrder::kRoundRobin;
  REQUIRE_FALSE(session.Choose("s1"));
  CHECK(session.Order() == "KEY_OF_first KEY_B KEY_C KEY_OF_second ");
  REQUIRE_FALSE(session.Choose("s2"));
  CHECK(session.Order() == "KEY_B KEY_C KEY_OF_first KEY_OF_second ");
  REQUIRE_FALSE(session.Choose("s1"));
  CHECK(session.Order() == "KEY_OF_first KEY_B KEY_C KEY_OF_second ");
}

TEST_CASE("a refusal to choose says whether the token is the reason") {
  Session session;
  SECTION("the token") {
    session.caller.permit.providers = {"other"};
    const auto refusal = session.Choose();
    REQUIRE(refusal);
    CHECK(refusal->not_allowed);
    CHECK(refusal->error.status == 403);
  }
  SECTION("two logins") {
    session.persona.own_login = true;
    session.headers = {{"authorization", "Bearer one-login"}, {"x-api-key", "another-login"}};
    const auto refusal = session.Choose();
    REQUIRE(refusal);
    CHECK_FALSE(refusal->not_allowed);
    CHECK(refusal->error.status == 400);
  }
}

TEST_CASE("a plan whose limit is reached goes last, and other candidates do not wait for it") {
  Session session;
  session.config.providers[0] = *router::FindBuiltIn("anthropic");
  session.persona.provider = "anthropic";
  session.persona.own_login = true;
  session.caller.own_authorization = "Bearer sk-ant-oat01-of-the-user";
  REQUIRE_FALSE(session.Choose());
  REQUIRE(session.at(0).provider->name == "anthropic");
  CHECK(session.at(0).key_env.empty());  // the login pays, whatever keys there are
  const int64_t reset = ToUnixMillis(session.clock.Now()) / 1000 + 3600;
  const Refuser plan(429, {{"anthropic-ratelimit-unified-status", "rejected"},
                           {"anthropic-ratelimit-unified-reset", std::to_string(reset)}});
  router::translate::ApiError error = RateLimit();
  SECTION("of the plan") {
    session.list().NotePlanLimit(session.at(0), plan, nullptr, &error);
    CHECK(error.failure == Failure::kQuota);
    REQUIRE_FALSE(session.Choose());
    CHECK(session.at(0).provider->name == "second");
    CHECK(session.at(0).reason.find("anthropic rests until") != std::string::npos);
    CHECK(session.at(1).provider->name == "anthropic");
    session.clock.Advance(std::chrono::seconds(3601));
    REQUIRE_FALSE(session.Choose());
    CHECK(session.at(0).provider->name == "anthropic");
  }
  SECTION("of a provider that is no plan") {
    session.list().NotePlanLimit(session.at(1), plan, nullptr, &error);
    CHECK(error.failure == Failure::kRateLimit);
    REQUIRE_FALSE(session.Choose());
    CHECK(session.at(0).provider->name == "anthropic");
  }
}

}  // namespace katra::testing
