// When a router model is asked, left alone and tried again: by a clock that stands still.
#include "router/gateway/proxy/router_model_client.h"

#include <string>

#include "tests/support/cpp/catch.h"
#include "tests/unit/router/gateway/proxy/fixture.h"

namespace katra::testing {
namespace {

using router::gateway::MakeRouterQuestion;
using router::gateway::RouterModelClient;
using router::gateway::RouterQuestion;
using router::gateway::RouterVerdict;

constexpr const char* kAnswer =
    R"({"choices":[{"message":{"role":"assistant","content":"{\"route\": \"review\"}"}}]})";

struct Rig {
  Rig() {
    provider.name = "guide";
    provider.chat_base_url = "http://127.0.0.1:11434/v1";
    provider.auth = router::Auth::kNone;
  }

  RouterQuestion Question(const std::string& text) const {
    const std::vector<router::RoutePreference> routes = {{"review", "judging changes", {}}};
    RouterQuestion question =
        MakeRouterQuestion(provider, "Arch-Router", routes, {{true, text}}, {});
    question.timeout = std::chrono::minutes(10);
    return question;
  }

  // Asks with a text of its own; nothing if there is no need to.
  void Ask() { Ask("request " + std::to_string(++number)); }
  void Ask(const std::string& text) {
    RouterQuestion question = Question(text);
    verdict = model.Known(question);
    if (verdict) return;
    asking = model.Ask(std::move(question), [this](const RouterVerdict& said) {
      verdict = said;
      asking.reset();
    });
  }
  void AskAndFail() {
    Ask();
    client.calls.back()->Reply(500, "");
  }

  [[nodiscard]] bool left_alone() const {
    return verdict && !verdict->decided &&
           verdict->reason.find("is not asked for 30 s") != std::string::npos;
  }

  std::unique_ptr<uv::Loop> loop = std::move(*uv::Loop::Make());
  ManualClock clock;
  FakeClient client;
  router::credentials::KeyCommands commands{*loop, clock};
  router::gateway::Metrics metrics;
  RouterModelClient model{{*loop, client, clock, commands, metrics}};
  router::Provider provider;
  std::optional<RouterVerdict> verdict;
  std::unique_ptr<RouterModelClient::Asking> asking;
  int number = 0;
};

TEST_CASE("a router model is tried again by one question after its rest") {
  Rig rig;
  for (int i = 0; i < 3; ++i) rig.AskAndFail();
  rig.Ask();
  CHECK(rig.left_alone());
  CHECK(rig.client.calls.size() == 3);

  rig.clock.Advance(std::chrono::milliseconds(29'999));
  rig.Ask();
  CHECK(rig.left_alone());
  rig.clock.Advance(std::chrono::milliseconds(1));
  rig.Ask();
  REQUIRE(rig.client.calls.size() == 4);
  CHECK_FALSE(rig.verdict);
  // While that one is on its way, nobody else asks.
  RouterQuestion other = rig.Question("another");
  const auto waiting = rig.model.Known(other);
  REQUIRE(waiting);
  CHECK_FALSE(waiting->decided);

  SECTION("its answer ends the rest") {
    rig.client.calls.back()->Reply(200, kAnswer);
    REQUIRE(rig.verdict);
    CHECK(rig.verdict->route == "review");
    rig.AskAndFail();
    rig.AskAndFail();
    rig.Ask();
    CHECK_FALSE(rig.verdict);  // two faults are not three
  }
  SECTION("its fault begins another") {
    rig.client.calls.back()->Reply(503, "");
    CHECK_FALSE(rig.verdict->decided);
    rig.clock.Advance(std::chrono::milliseconds(29'999));
    rig.Ask();
    CHECK(rig.left_alone());
    rig.clock.Advance(std::chrono::milliseconds(1));
    rig.Ask();
    CHECK_FALSE(rig.verdict);
  }
  SECTION("if its client leaves, the next one tries") {
    rig.asking.reset();
    rig.Ask();
    CHECK_FALSE(rig.verdict);
    CHECK(rig.client.calls.size() == 5);
  }
}

TEST_CASE("what a router model has said before is known even while it is left alone") {
  Rig rig;
  rig.Ask("review this");
  rig.client.calls.back()->Reply(200, kAnswer);
  for (int i = 0; i < 3; ++i) rig.AskAndFail();
  rig.Ask();
  CHECK(rig.left_alone());
  rig.Ask("review this");
  REQUIRE(rig.verdict);
  CHECK(rig.verdict->decided);
  CHECK(rig.verdict->route == "review");
}

TEST_CASE("other routes, words, models and addresses are other questions") {
  Rig rig;
  const std::string digest = rig.Question("review this").digest;
  CHECK(rig.Question("review this").digest == digest);
  CHECK(rig.Question("review that").digest != digest);
  const auto of = [&](const std::string& model, const std::string& description) {
    return MakeRouterQuestion(rig.provider, model, {{"review", description, {}}},
                              {{true, "review this"}}, {})
        .digest;
  };
  CHECK(of("Arch-Router", "judging changes") == digest);
  CHECK(of("Arch-Router", "judging") != digest);
  CHECK(of("Arch-Router-2", "judging changes") != digest);
  rig.provider.chat_base_url = "http://127.0.0.1:11435/v1";
  CHECK(rig.Question("review this").digest != digest);
}

TEST_CASE("a router model that does not speak Chat Completions is not asked") {
  Rig rig;
  rig.provider.chat_base_url.clear();
  rig.Ask();
  REQUIRE(rig.verdict);
  CHECK(rig.verdict->reason ==
        "router model guide/Arch-Router has no Chat Completions endpoint, so matched locally");
  CHECK(rig.client.calls.empty());
}

}  // namespace
}  // namespace katra::testing
