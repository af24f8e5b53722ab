// A room for tests of hooks, on a real store in a folder of its own.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/process.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/run_cli.h"

namespace katra::cli::testing {

using katra::testing::TempHome;
using nlohmann::json;

// A room with a live session of Sam, whose client's server this process is, and Dario.
class HookRoom {
 public:
  HookRoom() {
    auto opened = store::OpenStore(home.path(), {&clock_, &random_}, {});
    REQUIRE(opened);
    store = std::move(*opened);
    dario = Enter("Dario", "c-dario");
    sam = Enter("Sam", "c-sam");
  }

  store::Session Enter(const std::string& persona, const std::string& client_session) {
    store::SessionStart start;
    start.persona = persona;
    start.client = "claude-code";
    start.client_session_id = client_session;
    start.tag = {"openai", "gpt-4-turbo", store::TagSource::kLaunch};
    start.process = CurrentProcess();
    auto session = store->OpenSession(start, {});
    REQUIRE(session);
    return *session;
  }

  void Say(const std::string& body, const std::vector<std::string>& to = {}) {
    store::SayRequest request;
    request.session = dario.id;
    request.body = body;
    request.to = to;
    REQUIRE(store->Say(request, {}));
  }

  Outcome Run(const std::string& event, json input = json::object()) {
    input.emplace("session_id", "c-sam");
    Setting setting;
    setting.environment = environment;
    setting.input = input.dump();
    return RunCli(home, {"hook", event}, setting);
  }

  // What the model is given; the hook says it in the form that the client takes.
  std::string Given(const std::string& event, const std::string& clients_name,
                    const json& input = json::object()) {
    const Outcome outcome = Run(event, input);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    if (outcome.out.empty()) return {};
    const json output = json::parse(outcome.out);
    CHECK(output.size() == 1);
    CHECK(output["hookSpecificOutput"].size() == 2);
    CHECK(output["hookSpecificOutput"]["hookEventName"] == clients_name);
    return output["hookSpecificOutput"]["additionalContext"];
  }
  std::string Prompt() { return Given("prompt", "UserPromptSubmit"); }
  std::string PostTool(const json& input = json::object()) {
    return Given("post-tool", "PostToolUse", input);
  }
  std::string Stop(bool active = false) {
    return Given("stop", "Stop", {{"stop_hook_active", active}});
  }

  [[nodiscard]] store::Activity State() const { return store->GetSession(sam.id, {})->activity; }
  // What katra_hear would return to Sam's session, and to a new one of Sam.
  store::HearReply Hear(const store::Session& session) {
    store::HearRequest request;
    request.session = session.id;
    auto reply = store->Hear(request, {});
    REQUIRE(reply);
    return *reply;
  }
  store::HearReply HearNext() {
    REQUIRE(store->EndSession(sam.id, "left", {}));
    return Hear(Enter("Sam", "c-next"));
  }

  TempHome home;
  std::shared_ptr<store::Store> store;
  store::Session dario;
  store::Session sam;
  Environment environment;

 private:
  SystemClock clock_;
  SystemRandom random_;
};

}  // namespace katra::cli::testing
