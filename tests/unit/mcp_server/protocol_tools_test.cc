// tools/list and tools/call: what is shown, what is checked, and the calls that wait.
#include "tests/support/cpp/catch.h"
#include "tests/unit/mcp_server/protocol_fixture.h"

namespace katra::mcp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct ReadyRig : Rig {
  ReadyRig() {
    Initialize();
    host.Open();
    Work();
  }
  int Hear(double wait_seconds, bool work = true) {
    return CallTool("katra_hear", {{"wait_seconds", wait_seconds}}, work);
  }
};

TEST_CASE("a tool is listed with all four hints, and without an output schema") {
  ReadyRig rig;
  rig.Request("tools/list");
  const json tools = rig.TakeResult()["tools"];
  REQUIRE(tools.size() == 4);
  const json& echo = tools[0];
  CHECK(echo["name"] == "katra_echo");
  CHECK(echo["title"] == "Title of katra_echo");
  CHECK(echo["inputSchema"]["type"] == "object");
  CHECK(echo["annotations"]["readOnlyHint"] == true);
  CHECK(echo["annotations"]["destructiveHint"] == false);
  CHECK(echo["annotations"]["idempotentHint"] == false);
  CHECK(echo["annotations"]["openWorldHint"] == false);
  CHECK(echo["_meta"]["anthropic/alwaysLoad"] == true);
  CHECK(echo["_meta"]["anthropic/maxResultSizeChars"] == 200000);
  CHECK_FALSE(echo.contains("outputSchema"));
}

TEST_CASE("an unknown tool is a wrong parameter, and the nearest is named") {
  ReadyRig rig;
  rig.CallTool("katra_ech", json::object());
  const json error = rig.TakeOne()["error"];
  CHECK(error["code"] == kInvalidParams);
  CHECK(error["message"].get<std::string>().find("katra_echo") != std::string::npos);
  rig.CallTool("shout", json::object());
  CHECK(rig.TakeOne()["error"]["message"].get<std::string>().find("katra_hear") !=
        std::string::npos);
  rig.Request("tools/call", {{"name", 5}});
  CHECK(rig.TakeError() == kInvalidParams);
}

TEST_CASE("null arguments are as left out, and no arguments as an empty object") {
  ReadyRig rig;
  rig.CallTool("katra_echo", {{"text", nullptr}});
  CHECK(Text(rig.TakeResult()) == "echo: ");
  rig.CallTool("katra_echo", nullptr);
  CHECK(Text(rig.TakeResult()) == "echo: ");
  CHECK(rig.world.calls == std::vector<std::string>{"katra_echo {}", "katra_echo {}"});
}

TEST_CASE("arguments that break the schema are an error that the model sees") {
  ReadyRig rig;
  for (const json& wrong :
       {json{{"text", 5}}, json{{"unknown", 1}}, json("text"), json::array({1})}) {
    rig.CallTool("katra_echo", wrong);
    const json result = rig.TakeResult();
    CHECK(result["isError"] == true);
    CHECK(Text(result).find("katra_echo: wrong") == 0);
  }
  CHECK(rig.world.calls.empty());
}

TEST_CASE("a structured result has both the text and the structure") {
  ReadyRig rig;
  rig.CallTool("katra_echo", {{"text", "a"}, {"format", "json"}});
  const json result = rig.TakeResult();
  CHECK(result["structuredContent"]["text"] == "a");
  CHECK(Text(result) == "echo: a");
}

TEST_CASE("a defect of a tool is an error of that call alone") {
  ReadyRig rig;
  rig.world.throws = true;
  rig.CallTool("katra_echo", json::object());
  const json result = rig.TakeResult();
  CHECK(result["isError"] == true);
  CHECK(Text(result) == "error: a defect");
  rig.Request("ping");
  CHECK(rig.TakeResult() == json::object());
}

TEST_CASE("a slow store call stops no other lane, and no ping") {
  ReadyRig rig;
  rig.CallTool("katra_say", {{"message", "slow"}}, false);
  const int echo = rig.CallTool("katra_echo", json::object(), false);
  rig.Request("ping", json::object(), false);
  CHECK(rig.TakeResult() == json::object());
  while (rig.executor.RunOne(Lane::kRead)) {
  }
  CHECK(rig.TakeOne()["id"] == echo);
}

TEST_CASE("hear without waiting answers at once, and with waiting when the bell rings") {
  ReadyRig rig;
  rig.Hear(0);
  CHECK(Text(rig.TakeResult()) == "nothing new");
  rig.Hear(50);
  CHECK(rig.Take().empty());
  rig.SomeoneSays("hello");
  rig.Bell();
  CHECK(Text(rig.TakeResult()) == "heard: hello");
}

TEST_CASE("a bell that brings nothing lets hear wait on, until its time is up") {
  ReadyRig rig;
  rig.Hear(2.5);
  CHECK((rig.server.NextDeadline() == rig.clock.Steady() + milliseconds(2500)));
  rig.Bell();
  CHECK(rig.Take().empty());
  rig.Pass(milliseconds(2499));
  CHECK(rig.Take().empty());
  rig.Pass(milliseconds(1));
  CHECK(Text(rig.TakeResult()) == "nothing new");
}

TEST_CASE("a bell while hear is looking makes it look again") {
  ReadyRig rig;
  rig.Hear(50, false);
  rig.executor.WorkOne(Lane::kHear);  // it has seen that there is nothing
  rig.SomeoneSays("just now");
  rig.Bell(false);
  CHECK(rig.Take().empty());
  rig.Work();
  CHECK(Text(rig.TakeResult()) == "heard: just now");
}

TEST_CASE("a message at the last moment is heard, not dropped") {
  ReadyRig rig;
  rig.Hear(1);
  rig.SomeoneSays("in time");
  rig.Pass(seconds(1));
  CHECK(Text(rig.TakeResult()) == "heard: in time");
}

TEST_CASE("cancelling a waiting hear ends it at once, without an answer") {
  ReadyRig rig;
  const int id = rig.Hear(50);
  rig.Cancel(id, false);
  CHECK(rig.server.IsIdle());
  rig.SomeoneSays("for the next");
  rig.Bell();
  rig.Pass(seconds(60));
  CHECK(rig.Take().empty());
  rig.Hear(0);
  CHECK(Text(rig.TakeResult()) == "heard: for the next");
  CHECK(rig.store->undelivered.empty());
}

TEST_CASE("what a cancelled hear had been given is given again, before anything newer") {
  ReadyRig rig;
  rig.SomeoneSays("first");
  const int id = rig.Hear(50, false);
  rig.executor.WorkOne(Lane::kHear);  // the store has delivered
  rig.Hear(0, false);
  rig.Cancel(id, false);
  rig.SomeoneSays("second");
  rig.Work();
  CHECK(rig.store->undelivered == std::vector<std::string>{"main"});
  CHECK(Text(rig.TakeResult()) == "heard: first second");
}

TEST_CASE("a hear acknowledges only what had been written before it was read") {
  ReadyRig rig;
  rig.SomeoneSays("one");
  rig.Hear(0);
  rig.Hear(0);  // sent before the first one's result was read
  CHECK(rig.world.acknowledged == std::vector<store::MessageId>{0, 0});
  rig.Take();
  rig.Hear(0);
  CHECK(rig.world.acknowledged.back() == 1);
  rig.SomeoneSays("two");
  rig.Hear(0);
  CHECK(rig.world.acknowledged.back() == 1);
  rig.Take();
  rig.CallTool("katra_hear", {{"room", "MAIN"}});
  CHECK(rig.world.acknowledged.back() == 2);
  rig.CallTool("katra_hear", {{"room", "other"}});
  CHECK(rig.world.acknowledged.back() == 0);
}

TEST_CASE("a hear that waits for its turn acknowledges what had been written when it came in") {
  ReadyRig rig;
  rig.SomeoneSays("one");
  rig.Hear(0, false);
  for (size_t i = 1; i < Server::kMaxInFlight; ++i) {
    rig.CallTool("katra_echo", {{"text", "busy"}}, false);
  }
  rig.Hear(0, false);  // before the client can have read the first one's result
  while (rig.executor.RunOne(Lane::kHear)) {
  }
  CHECK(rig.Take().size() == 1);
  rig.Work();
  CHECK(rig.world.acknowledged == std::vector<store::MessageId>{0, 0});
}

TEST_CASE("hearing calls run one after another") {
  ReadyRig rig;
  rig.Hear(0, false);
  rig.Hear(0, false);
  CHECK(rig.executor.Jobs(Lane::kHear) == 1);
  rig.Work();
  CHECK(rig.Take().size() == 2);
}

TEST_CASE("progress is told every five seconds of waiting, to who gave a token") {
  ReadyRig rig;
  rig.Request("tools/call", {{"name", "katra_hear"},
                             {"arguments", {{"wait_seconds", 12}}},
                             {"_meta", {{"progressToken", "t"}}}});
  rig.Hear(12);
  rig.Pass(milliseconds(4999));
  CHECK(rig.Take().empty());
  rig.Pass(milliseconds(1));
  const json note = rig.TakeOne();
  CHECK(note["method"] == "notifications/progress");
  CHECK(note["params"]["progressToken"] == "t");
  CHECK(note["params"]["progress"] == 5);
  CHECK(note["params"]["total"] == 12);
  rig.Pass(seconds(5));
  CHECK(rig.TakeOne()["params"]["progress"] == 10);
  rig.Pass(seconds(2));
  CHECK(rig.Take().size() == 2);  // the results
}

TEST_CASE("nothing is due while the work is stuck or the session is not open") {
  Rig rig;
  rig.open_error = Error{ErrorCode::kUnavailable, "locked", {}, true};
  rig.host.Open();
  rig.Work();
  rig.Initialize();
  CHECK((rig.server.NextDeadline() == SteadyTime::max()));

  ReadyRig ready;
  ready.Request("tools/call",
                {{"name", "katra_hear"},
                 {"arguments", {{"wait_seconds", 8}}},
                 {"_meta", {{"progressToken", 1}}}},
                false);
  ready.clock.Pass(seconds(9));
  ready.server.Tick(ready.clock.Steady());
  CHECK(ready.server.NextDeadline() > ready.clock.Steady());
}

TEST_CASE("a token is repeated with its type, and a wrong one ignored") {
  ReadyRig rig;
  for (const json& token : {json(7), json(1.5), json(nullptr)}) {
    rig.Request("tools/call", {{"name", "katra_hear"},
                               {"arguments", {{"wait_seconds", 6}}},
                               {"_meta", {{"progressToken", token}}}});
  }
  rig.Pass(seconds(5));
  CHECK(rig.TakeOne()["params"]["progressToken"] == 7);
}

TEST_CASE("after a tool that changes the session its new name is known") {
  ReadyRig rig;
  CHECK(rig.host.session()->persona == "guest-1");
  rig.CallTool("katra_rename", json::object());
  CHECK(rig.host.session()->persona == "Charlie");
}

TEST_CASE("while the store cannot be opened, calls say why, and open it when it is mended") {
  Rig rig;
  rig.open_error = Error{ErrorCode::kPermissionDenied, "the home is open to others", {}, false};
  rig.host.Open();
  rig.Work();
  CHECK(rig.logger.errors == std::vector<std::string>{"the home is open to others"});
  rig.Initialize();
  for (int i = 0; i < 2; ++i) {
    rig.CallTool("katra_echo", json::object());
    const json result = rig.TakeResult();
    CHECK(result["isError"] == true);
    CHECK(Text(result) == "error: the home is open to others");
  }
  CHECK(rig.logger.errors.size() == 1);
  rig.Request("resources/list");
  CHECK(rig.TakeError() == 1403);
  rig.open_error.reset();
  rig.CallTool("katra_echo", {{"text", "again"}});
  CHECK(Text(rig.Take().back()["result"]) == "echo: again");
}

TEST_CASE("a call that waits for the store to open can be cancelled") {
  Rig rig;
  rig.Initialize();
  const int id = rig.CallTool("katra_say", {{"message", "x"}}, false);
  rig.Cancel(id);
  CHECK(rig.Take().empty());
  CHECK(rig.world.said.empty());
}

}  // namespace
}  // namespace katra::mcp
