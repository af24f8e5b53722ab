// Resources, prompts, completion, and who is told of changes, in both eras.
#include "tests/support/cpp/catch.h"
#include "tests/unit/mcp_server/protocol_fixture.h"

namespace katra::mcp {
namespace {

constexpr const char* kRoom = "katra://rooms/main/messages";
constexpr const char* kUpdated = "notifications/resources/updated";
constexpr const char* kListChanged = "notifications/resources/list_changed";
constexpr const char* kAcknowledged = "notifications/subscriptions/acknowledged";
constexpr const char* kSubscriptionId = "io.modelcontextprotocol/subscriptionId";

struct ReadyRig : Rig {
  ReadyRig() {
    world.resources["katra://rooms"] = "1";
    world.resources[kRoom] = "1";
    host.Open();
    Work();
  }
  int Listen(const json& filter) {
    return ModernRequest("subscriptions/listen", {{"notifications", filter}});
  }
  void Change(const std::string& uri) { world.resources[uri] += "+"; }
};

struct LegacyRig : ReadyRig {
  LegacyRig() { Initialize(); }
};

TEST_CASE("lists come in pages, whose cursors lead through all of them") {
  LegacyRig rig;
  rig.world.resources.clear();
  for (int i = 0; i < 250; ++i) rig.world.resources["katra://r/" + std::to_string(1000 + i)] = "1";
  std::vector<std::string> seen;
  json params = json::object();
  do {
    rig.Request("resources/list", params);
    const json page = rig.TakeResult();
    CHECK(page["resources"].size() <= 100);
    for (const json& entry : page["resources"]) seen.push_back(entry["uri"]);
    params = json::object();
    if (page.contains("nextCursor")) params["cursor"] = page["nextCursor"];
  } while (!params.empty());
  CHECK(seen.size() == 250);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
}

TEST_CASE("a cursor of nobody, or of another list, is refused") {
  LegacyRig rig;
  for (int i = 0; i < 150; ++i) rig.world.resources["katra://r/" + std::to_string(i)] = "1";
  rig.Request("resources/list");
  const json cursor = rig.TakeResult()["nextCursor"];
  for (const json& wrong : {json("garbage"), json(""), json(5), json("00"), json("7a7a")}) {
    rig.Request("resources/list", {{"cursor", wrong}});
    CHECK(rig.TakeError() == kInvalidParams);
  }
  for (const char* method : {"tools/list", "prompts/list", "resources/templates/list"}) {
    rig.Request(method, {{"cursor", cursor}});
    CHECK(rig.TakeError() == kInvalidParams);
  }
}

TEST_CASE("a resource that is not there is reported as its era wants it") {
  LegacyRig rig;
  rig.Request("resources/read", {{"uri", "katra://nothing"}});
  json error = rig.TakeOne()["error"];
  CHECK(error["code"] == kResourceNotFoundLegacy);
  CHECK(error["data"]["uri"] == "katra://nothing");
  rig.ModernRequest("resources/read", {{"uri", "katra://nothing"}});
  error = rig.TakeOne()["error"];
  CHECK(error["code"] == kInvalidParams);
  CHECK(error["data"]["uri"] == "katra://nothing");
  rig.Request("resources/read");
  CHECK(rig.TakeError() == kInvalidParams);
}

TEST_CASE("resources, templates and prompts are listed and read") {
  LegacyRig rig;
  rig.Request("resources/read", {{"uri", kRoom}});
  CHECK(rig.TakeResult()["contents"] ==
        json::array({{{"uri", kRoom}, {"mimeType", "text/plain"}, {"text", "1"}}}));
  rig.Request("resources/templates/list");
  CHECK(rig.TakeResult()["resourceTemplates"][0]["uriTemplate"] == "katra://rooms/{room}/messages");
  rig.Request("prompts/list");
  CHECK(rig.TakeResult()["prompts"][0]["arguments"][0]["name"] == "room");
  rig.Request("prompts/get", {{"name", "standup"}, {"arguments", {{"room", "dev"}}}});
  const json prompt = rig.TakeResult();
  CHECK(prompt["messages"][0]["role"] == "user");
  CHECK(prompt["messages"][0]["content"]["text"] == "dev");
}

TEST_CASE("wrong prompts and completions are wrong parameters") {
  LegacyRig rig;
  rig.Request("prompts/get", {{"name", "sing"}});
  CHECK(rig.TakeError() == kInvalidParams);
  rig.Request("prompts/get", {{"name", "standup"}, {"arguments", {{"room", 5}}}});
  CHECK(rig.TakeError() == kInvalidParams);
  const json argument = {{"name", "room"}, {"value", "ma"}};
  for (const json& wrong :
       {json::object(), json{{"ref", {{"type", "ref/song"}}}, {"argument", argument}},
        json{{"ref", {{"type", "ref/prompt"}}}, {"argument", argument}},
        json{{"ref", {{"type", "ref/prompt"}, {"name", "standup"}}}},
        json{{"ref", {{"type", "ref/prompt"}, {"name", "nothing"}}}, {"argument", argument}}}) {
    rig.Request("completion/complete", wrong);
    CHECK(rig.TakeError() == kInvalidParams);
  }
}

TEST_CASE("variables of templates and arguments of prompts are completed") {
  LegacyRig rig;
  for (const json& ref : {json{{"type", "ref/resource"}, {"uri", "katra://rooms/{room}/messages"}},
                          json{{"type", "ref/prompt"}, {"name", "standup"}}}) {
    rig.Request("completion/complete",
                {{"ref", ref}, {"argument", {{"name", "room"}, {"value", "ma"}}}});
    CHECK(rig.TakeResult()["completion"] ==
          json{{"values", {"room=max"}}, {"total", 1}, {"hasMore", false}});
  }
}

TEST_CASE("a subscriber is told of changes that it can see, and of no others") {
  LegacyRig rig;
  rig.Request("resources/subscribe", {{"uri", kRoom}});
  CHECK(rig.TakeResult() == json::object());
  rig.Bell();
  CHECK(rig.Take().empty());
  rig.Change("katra://rooms");
  rig.Bell();
  CHECK(rig.Take().empty());
  rig.Change(kRoom);
  rig.Bell();
  const json update = rig.TakeOne();
  CHECK(update["method"] == kUpdated);
  CHECK(update["params"] == json{{"uri", kRoom}});
  rig.Request("resources/unsubscribe", {{"uri", kRoom}});
  rig.Take();
  rig.Change(kRoom);
  rig.Bell();
  CHECK(rig.Take().empty());
}

TEST_CASE("a subscription to what is not there is refused, and to what goes away ends in news") {
  LegacyRig rig;
  rig.Request("resources/subscribe", {{"uri", "katra://nothing"}});
  CHECK(rig.TakeError() == kResourceNotFoundLegacy);
  rig.Request("resources/subscribe", {{"uri", kRoom}});
  rig.Take();
  rig.world.resources.erase(kRoom);
  rig.Bell();
  CHECK(Notifications(rig.Take(), kUpdated).size() == 1);
  rig.Bell();
  CHECK(Notifications(rig.Take(), kUpdated).empty());
}

TEST_CASE("a change between reading and subscribing is not lost") {
  LegacyRig rig;
  rig.Request("resources/subscribe", {{"uri", kRoom}}, false);
  rig.executor.WorkOne(Lane::kRead);  // the version is read
  rig.Change(kRoom);
  rig.Bell(false);
  rig.Work();
  CHECK(Notifications(rig.Take(), kUpdated).size() == 1);
}

TEST_CASE("updates coalesce for a client that does not read") {
  LegacyRig rig;
  rig.Request("resources/subscribe", {{"uri", kRoom}});
  rig.Take();
  for (int i = 0; i < 1000; ++i) {
    rig.Change(kRoom);
    rig.Bell();
  }
  CHECK(Notifications(rig.Take(), kUpdated).size() == 1);
}

TEST_CASE("a handshake client is told when there are other resources, once a second at most") {
  LegacyRig rig;
  rig.Pass(std::chrono::seconds(2));
  rig.world.resources["katra://rooms/new/messages"] = "1";
  rig.Bell();
  CHECK(Notifications(rig.Take(), kListChanged).size() == 1);
  rig.world.resources["katra://rooms/newer/messages"] = "1";
  rig.Bell();
  CHECK(rig.Take().empty());
  rig.Pass(std::chrono::seconds(1));
  CHECK(Notifications(rig.Take(), kListChanged).size() == 1);
}

TEST_CASE("a list that the client has read itself is no news") {
  LegacyRig rig;
  rig.Pass(std::chrono::seconds(2));
  rig.world.resources["katra://rooms/new/messages"] = "1";
  rig.Request("resources/list");
  rig.Take();
  rig.Bell();
  CHECK(rig.Take().empty());
}

TEST_CASE("listening is acknowledged first, with what is honoured") {
  ReadyRig rig;
  const int id = rig.Listen({{"toolsListChanged", true},
                             {"promptsListChanged", true},
                             {"resourcesListChanged", true},
                             {"resourceSubscriptions", {kRoom, "katra://nothing"}}});
  const json line = rig.TakeOne();
  CHECK(line["method"] == kAcknowledged);
  CHECK(line["params"]["_meta"][kSubscriptionId] == id);
  CHECK(line["params"]["notifications"] ==
        json{{"resourcesListChanged", true}, {"resourceSubscriptions", {kRoom}}});
}

TEST_CASE("a stream carries what its filter asked for, with its id, and nothing else") {
  ReadyRig rig;
  const int room = rig.Listen({{"resourceSubscriptions", {kRoom}}});
  const int list = rig.Listen({{"resourcesListChanged", true}});
  rig.Listen(json::object());
  rig.Take();
  rig.Change(kRoom);
  rig.world.resources["katra://rooms/new/messages"] = "1";
  rig.Bell();
  rig.Pass(Subscriptions::kListPeriod);
  const std::vector<json> lines = rig.Take();
  REQUIRE(lines.size() == 2);
  const json update = Notifications(lines, kUpdated).at(0)["params"];
  CHECK(update["uri"] == kRoom);
  CHECK(update["_meta"][kSubscriptionId] == room);
  CHECK(Notifications(lines, kListChanged).at(0)["params"]["_meta"][kSubscriptionId] == list);
}

TEST_CASE("a list that changed before anyone listened is looked at now, not at the end of time") {
  ReadyRig rig;
  rig.Bell();
  rig.Listen({{"resourcesListChanged", true}});
  const SteadyTime now = rig.clock.Steady();
  const SteadyTime next = rig.server.NextDeadline();
  // A timer can be set for it: the two can be subtracted.
  CHECK((next == SteadyTime::max() || next >= now - std::chrono::hours(1)));
}

TEST_CASE("a stream's id keeps its type") {
  ReadyRig rig;
  json params = {{"notifications", json::object()}, {"_meta", ModernMeta()}};
  rig.Send({{"jsonrpc", "2.0"},
            {"id", "listen:0"},
            {"method", "subscriptions/listen"},
            {"params", params}});
  CHECK(rig.TakeOne()["params"]["_meta"][kSubscriptionId] == "listen:0");
}

TEST_CASE("a cancelled stream ends silently; one that the server ends has a result") {
  ReadyRig rig;
  const int cancelled = rig.Listen({{"resourceSubscriptions", {kRoom}}});
  const int ended = rig.Listen({{"resourceSubscriptions", {kRoom}}});
  rig.Take();
  rig.Cancel(cancelled);
  rig.Change(kRoom);
  rig.Bell();
  CHECK(rig.TakeOne()["params"]["_meta"][kSubscriptionId] == ended);
  rig.server.EndInput();
  const json line = rig.TakeOne();
  CHECK(line["id"] == ended);
  CHECK(line["result"]["resultType"] == "complete");
  CHECK(line["result"]["_meta"][kSubscriptionId] == ended);
}

TEST_CASE("streams do not count as requests in flight") {
  ReadyRig rig;
  rig.Listen(json::object());
  CHECK(rig.server.IsIdle());
}

TEST_CASE("a wrong filter and too many streams are refused") {
  ReadyRig rig;
  rig.ModernRequest("subscriptions/listen");
  CHECK(rig.TakeError() == kInvalidParams);
  rig.Listen({{"resourceSubscriptions", "text"}});
  CHECK(rig.TakeError() == kInvalidParams);
  rig.Listen({{"resourceSubscriptions", {1}}});
  CHECK(rig.TakeError() == kInvalidParams);
  for (size_t i = 0; i < Subscriptions::kMaxListens; ++i) rig.Listen(json::object());
  rig.Take();
  rig.Listen(json::object());
  CHECK(rig.TakeError() == 1507);
}

TEST_CASE("listening is acknowledged although the store cannot be opened, and tells when it can") {
  Rig rig;
  rig.world.resources["katra://rooms"] = "1";
  rig.open_error = Error{ErrorCode::kPermissionDenied, "closed", {}, false};
  rig.ModernRequest("subscriptions/listen", {{"notifications", {{"resourcesListChanged", true}}}});
  CHECK(rig.TakeOne()["method"] == kAcknowledged);
  rig.open_error.reset();
  rig.host.Open();
  rig.Work();
  CHECK(rig.TakeOne()["method"] == kListChanged);
}

}  // namespace
}  // namespace katra::mcp
