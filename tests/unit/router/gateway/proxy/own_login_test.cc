// Requests of sessions that use their client's own subscription: its limit, and who answers then.
#include <chrono>

#include "tests/support/cpp/catch.h"
#include "tests/unit/router/gateway/proxy/fixture.h"

namespace katra::testing {
namespace {

// A session that goes on its client's own plan at Anthropic, and else on a key.
void GoOnThePlan(ProxyRig& rig) {
  rig.config->providers.push_back(*router::FindBuiltIn("anthropic"));
  rig.persona().provider = "anthropic";
  rig.persona().model = "claude-sonnet-4-5";
  rig.persona().own_login = true;
  rig.caller.own_authorization = "Bearer sk-ant-oat01-of-the-user";
}

http::Headers LimitReached(const ManualClock& clock) {
  const int64_t reset = ToUnixMillis(clock.Now()) / 1000 + 3600;
  return {{"anthropic-ratelimit-unified-status", "rejected"},
          {"anthropic-ratelimit-unified-reset", std::to_string(reset)}};
}

bool Holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("the client's own login goes to the plan's host, and no key does") {
  ProxyRig rig;
  GoOnThePlan(rig);
  rig.BeginMessages();
  REQUIRE(rig.client.calls.size() == 1);
  CHECK(rig.call(0).outgoing.url.find("https://api.anthropic.com/") == 0);
  CHECK(rig.call(0).Header("authorization") == "Bearer sk-ant-oat01-of-the-user");
  CHECK(rig.call(0).Header("x-api-key").empty());
}

TEST_CASE(
    "a plan whose limit is reached is left until it is over, and others answer with their keys") {
  ProxyRig rig;
  GoOnThePlan(rig);
  rig.BeginMessages(false);
  rig.call(0).Reply(429, MessagesError("rate_limit_error", "limit"), LimitReached(rig.clock));
  rig.RunReady();
  REQUIRE(rig.client.calls.size() == 2);
  CHECK(Holds(rig.call(1).outgoing.url, "second.test"));
  CHECK(rig.call(1).Header("authorization") == "Bearer key-of-the-second");
  rig.call(1).Reply(200, MessagesReply("Hi"));
  CHECK(rig.record().answered);

  rig.BeginMessages(false);  // the plan is known to rest
  REQUIRE(rig.client.calls.size() == 3);
  CHECK(Holds(rig.call(2).outgoing.url, "second.test"));
  rig.call(2).Reply(200, MessagesReply("Hi"));
  CHECK(Holds(rig.record().attempts[0].reason, "rests until"));

  rig.clock.Advance(std::chrono::hours(2));
  rig.BeginMessages(false);
  REQUIRE(rig.client.calls.size() == 4);
  CHECK(Holds(rig.call(3).outgoing.url, "api.anthropic.com"));
}

TEST_CASE("the limit of one login is not that of another") {
  ProxyRig rig;
  GoOnThePlan(rig);
  rig.BeginMessages(false);
  rig.call(0).Reply(429, MessagesError("rate_limit_error", "limit"), LimitReached(rig.clock));
  rig.RunReady();
  rig.call(1).Reply(200, MessagesReply("Hi"));
  rig.caller.own_authorization = "Bearer sk-ant-oat01-of-somebody-else";
  rig.BeginMessages(false);
  REQUIRE(rig.client.calls.size() == 3);
  CHECK(Holds(rig.call(2).outgoing.url, "api.anthropic.com"));
}

TEST_CASE("where nobody else may answer, the plan's limit is what the client is told") {
  ProxyRig rig;
  GoOnThePlan(rig);
  rig.persona().fallbacks.clear();
  rig.BeginMessages(false);
  const std::string said = MessagesError("rate_limit_error", "limit");
  rig.call(0).Reply(429, said, LimitReached(rig.clock));
  rig.RunReady();
  CHECK(rig.client.calls.size() == 1);
  CHECK(rig.exchange->status == 429);
  CHECK(rig.exchange->body == said);
  CHECK(rig.finished == 1);
}

TEST_CASE("a session that goes on a login is told when none came, or two") {
  ProxyRig rig;
  GoOnThePlan(rig);
  rig.persona().fallbacks.clear();
  SECTION("none") {
    rig.caller.own_authorization.clear();
    rig.BeginMessages();
    CHECK(rig.exchange->status == 401);
  }
  SECTION("two") {
    rig.Begin(router::gateway::Endpoint::kMessages, R"({"model":"m","messages":[]})",
              {{"authorization", "Bearer sk-ant-oat01-of-the-user"}, {"x-api-key", "sk-ant-api"}});
    CHECK(rig.exchange->status == 400);
    CHECK(Holds(rig.exchange->body, "two logins"));
  }
  CHECK(rig.client.calls.empty());
  CHECK(rig.finished == 1);
}

}  // namespace katra::testing
