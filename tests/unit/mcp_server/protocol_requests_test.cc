// Requests as such: ids, batches, limits, cancelling, a client that does not read.
#include "tests/support/cpp/catch.h"
#include "tests/unit/mcp_server/protocol_fixture.h"

namespace katra::mcp {
namespace {

json Ping(const json& id) { return {{"jsonrpc", "2.0"}, {"id", id}, {"method", "ping"}}; }

json Hear(int id) {
  return {{"jsonrpc", "2.0"},
          {"id", id},
          {"method", "tools/call"},
          {"params", {{"name", "katra_hear"}, {"arguments", {{"wait_seconds", 50}}}}}};
}

TEST_CASE("an id in flight may not be used again, and is free after the answer") {
  Rig rig;
  rig.Initialize();
  rig.Send(Hear(7));
  CHECK(rig.Take().empty());
  rig.Send(Ping(7));
  const json refused = rig.TakeOne();
  CHECK(refused["id"] == 7);
  CHECK(refused["error"]["code"] == kInvalidRequest);
  rig.Send(Ping("7"));
  CHECK(rig.TakeOne()["id"] == "7");
  rig.Cancel(7);
  rig.Send(Ping(7));
  CHECK(rig.TakeResult() == json::object());
}

TEST_CASE("a bad line is answered, and the next request works") {
  Rig rig;
  rig.Initialize();
  rig.server.Handle({"", true});
  CHECK(rig.TakeError() == kInvalidRequest);
  rig.SendLine("not JSON");
  const json line = rig.TakeOne();
  CHECK(line["id"] == nullptr);
  CHECK(line["error"]["code"] == kParseError);
  rig.Request("ping");
  CHECK(rig.TakeResult() == json::object());
}

TEST_CASE("notifications and responses are never answered") {
  Rig rig;
  rig.Send({{"jsonrpc", "2.0"}, {"method", "tools/call"}, {"params", {{"name", "katra_say"}}}});
  rig.Send({{"jsonrpc", "2.0"}, {"method", "no/such"}});
  rig.Send({{"jsonrpc", "2.0"}, {"id", 1}, {"result", json::object()}});
  for (const json& id : {json(4711), json(nullptr), json::array({1}), json("x")}) rig.Cancel(id);
  rig.Send({{"jsonrpc", "2.0"}, {"method", "notifications/cancelled"}});
  CHECK(rig.Take().empty());
}

TEST_CASE("batches are answered as one line, in the one version that has them") {
  Rig rig;
  rig.Initialize("2025-03-26");
  rig.Send(json::array({Ping(1), {{"jsonrpc", "2.0"}, {"method", "x"}}, 5, Ping("b")}));
  const json answer = rig.TakeOne();
  REQUIRE(answer.is_array());
  REQUIRE(answer.size() == 3);
  CHECK(answer[0]["id"] == 1);
  CHECK(answer[1]["error"]["code"] == kInvalidRequest);
  CHECK(answer[2]["id"] == "b");
}

TEST_CASE("a batch waits for its last answer, and forgets what is cancelled") {
  Rig rig;
  rig.Initialize("2025-03-26");
  rig.Send(json::array({Ping(1), Hear(2), Hear(3)}));
  CHECK(rig.Take().empty());
  rig.Cancel(2);
  CHECK(rig.Take().empty());
  rig.SomeoneSays("hello");
  rig.Bell();
  const json answer = rig.TakeOne();
  REQUIRE(answer.size() == 2);
  CHECK(answer[0]["id"] == 1);
  CHECK(Text(answer[1]["result"]) == "heard: hello");
}

TEST_CASE("a batch of nothing that asks is not answered") {
  Rig rig;
  rig.Initialize("2025-03-26");
  rig.Send(json::array({{{"jsonrpc", "2.0"}, {"method", "x"}}}));
  CHECK(rig.Take().empty());
  rig.SendLine("[]");
  CHECK(rig.TakeError() == kInvalidRequest);
}

TEST_CASE("neither initialize nor a stateless request may be in a batch") {
  Rig rig;
  rig.Initialize("2025-03-26");
  json modern = {{"jsonrpc", "2.0"}, {"id", 2}, {"method", "tools/list"}};
  modern["params"]["_meta"] = ModernMeta();
  rig.Send(json::array({{{"jsonrpc", "2.0"},
                         {"id", 1},
                         {"method", "initialize"},
                         {"params", {{"protocolVersion", "2025-11-25"}}}},
                        modern}));
  const json answer = rig.TakeOne();
  REQUIRE(answer.size() == 2);
  CHECK(answer[0]["error"]["code"] == kInvalidRequest);
  CHECK(answer[1]["error"]["code"] == kInvalidRequest);
}

TEST_CASE("no more than so many requests work at once; the others wait their turn") {
  Rig rig;
  rig.Initialize();
  rig.host.Open();
  rig.Work();
  const size_t more = Server::kMaxInFlight + 10;
  for (size_t i = 0; i < more; ++i) rig.CallTool("katra_echo", json::object(), false);
  CHECK(rig.executor.Jobs(Lane::kRead) == Server::kMaxInFlight);
  rig.Request("ping", json::object(), false);
  CHECK(rig.TakeOne()["id"] == rig.last_id);
  rig.Work();
  CHECK(rig.Take().size() == more);
}

TEST_CASE("a cancelled request counts as long as its work is stuck in the store") {
  Rig rig;
  rig.Initialize();
  rig.host.Open();
  rig.Work();
  for (size_t i = 0; i < 3 * Server::kMaxInFlight; ++i) {
    const int id = rig.CallTool("katra_say", {{"message", "x"}}, false);
    rig.Cancel(id, false);
  }
  CHECK(rig.executor.Jobs(Lane::kWrite) == Server::kMaxInFlight);
  rig.Work();
  CHECK(rig.world.said.empty());
  CHECK(rig.Take().empty());
}

TEST_CASE("what waits its turn can be cancelled") {
  Rig rig;
  rig.Initialize();
  rig.host.Open();
  rig.Work();
  for (size_t i = 0; i < Server::kMaxInFlight; ++i) rig.CallTool("katra_echo", {}, false);
  const int waiting = rig.CallTool("katra_say", {{"message", "never"}}, false);
  rig.Cancel(waiting, false);
  rig.Work();
  CHECK(rig.Take().size() == Server::kMaxInFlight);
  CHECK(rig.world.said.empty());
}

TEST_CASE("input is not wanted while the client reads nothing, or asks for too much") {
  Rig rig;
  rig.Initialize();
  const std::string text(300'000, 'x');
  for (int i = 0; i < 4; ++i) {
    CHECK(rig.server.WantsInput());
    rig.CallTool("katra_echo", {{"text", text}});
  }
  CHECK_FALSE(rig.server.WantsInput());
  CHECK(rig.Take().size() == 4);
  CHECK(rig.server.WantsInput());

  for (size_t i = 0; i < Server::kMaxInFlight + 4; ++i) {
    rig.CallTool("katra_echo", {{"text", text}}, false);
  }
  CHECK_FALSE(rig.server.WantsInput());
  rig.Work();
  rig.Take();
  CHECK(rig.server.WantsInput());
}

TEST_CASE("the end of input drops who waits, and answers the others") {
  Rig rig;
  rig.Initialize();
  rig.Send(Hear(1));
  rig.CallTool("katra_say", {{"message", "last words"}}, false);
  const int answered = rig.last_id;
  rig.server.EndInput();
  CHECK_FALSE(rig.server.IsIdle());
  rig.Work();
  CHECK(rig.server.IsIdle());
  CHECK(rig.TakeOne()["id"] == answered);
}

TEST_CASE("aborting ends everything at once and lets the store know") {
  Rig rig;
  rig.Initialize();
  rig.host.Open();
  rig.Work();
  rig.Send(Hear(1));
  rig.CallTool("katra_say", {{"message", "too late"}}, false);
  rig.server.Abort();
  CHECK(rig.server.IsIdle());
  rig.Work();
  CHECK(rig.world.said.empty());
  CHECK(rig.Take().empty());
}

}  // namespace
}  // namespace katra::mcp
