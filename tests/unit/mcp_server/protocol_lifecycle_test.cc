// Eras and versions: what is served when, and what is refused how.
#include "tests/support/cpp/catch.h"
#include "tests/unit/mcp_server/protocol_fixture.h"

namespace katra::mcp {
namespace {

json Initialization(const std::string& version) {
  return {{"protocolVersion", version}, {"capabilities", json::object()}};
}

TEST_CASE("initialize agrees on each handshake version that is asked for") {
  for (const char* version : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    Rig rig;
    rig.Request("initialize", Initialization(version));
    const json result = rig.TakeResult();
    CHECK(result["protocolVersion"] == version);
    CHECK(result["serverInfo"]["name"] == "katra");
    CHECK(result["serverInfo"]["version"] == "1.2.3");
    CHECK(result["capabilities"]["resources"]["subscribe"] == true);
    CHECK(result["capabilities"].contains("completions") == (std::string(version) > "2024-11-05"));
    CHECK_FALSE(result.contains("resultType"));
  }
}

TEST_CASE("initialize offers the newest handshake version when it does not know the asked one") {
  for (const char* version : {"2023-01-01", "2026-07-28", "latest", ""}) {
    Rig rig;
    rig.Request("initialize", Initialization(version));
    CHECK(rig.TakeResult()["protocolVersion"] == "2025-11-25");
  }
}

TEST_CASE("initialize answers before the store is open") {
  Rig rig;
  rig.host.Open();
  rig.Request("initialize", Initialization("2025-11-25"), false);
  CHECK(rig.TakeResult()["instructions"] == "You are nobody yet.");
  rig.Request("tools/list", json::object(), false);
  CHECK_FALSE(rig.TakeResult()["tools"].empty());
}

TEST_CASE("a second initialize is answered again, and its version holds") {
  Rig rig;
  rig.Initialize("2025-11-25");
  rig.Send(json::array({{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "ping"}}}));
  CHECK(rig.TakeError() == kInvalidRequest);
  rig.Request("initialize", Initialization("2025-03-26"));
  CHECK(rig.TakeResult()["protocolVersion"] == "2025-03-26");
  rig.Send(json::array({{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "ping"}}}));
  CHECK(rig.TakeOne().is_array());
}

TEST_CASE("before initialize a handshake client may only ping") {
  Rig rig;
  rig.Request("ping");
  CHECK(rig.TakeResult() == json::object());
  for (const char* method : {"tools/list", "tools/call", "resources/list", "prompts/list",
                             "logging/setLevel", "completion/complete", "resources/subscribe"}) {
    rig.Request(method);
    CHECK(rig.TakeError() == kInvalidRequest);
  }
  rig.Request("no/such/method");
  CHECK(rig.TakeError() == kMethodNotFound);
}

TEST_CASE("initialize without a version is refused") {
  Rig rig;
  rig.Request("initialize");
  CHECK(rig.TakeError() == kInvalidParams);
  rig.Request("initialize", {{"protocolVersion", 20251125}});
  CHECK(rig.TakeError() == kInvalidParams);
  rig.Request("tools/list");
  CHECK(rig.TakeError() == kInvalidRequest);
}

TEST_CASE("discover says which version is served per request, at once") {
  Rig rig;
  rig.ModernRequest("server/discover", json::object(), false);
  const json result = rig.TakeResult();
  CHECK(result["resultType"] == "complete");
  CHECK(result["supportedVersions"] == json::array({"2026-07-28"}));
  CHECK(result["capabilities"].contains("tools"));
  CHECK(result["ttlMs"] == 0);
  CHECK(result["cacheScope"] == "private");
  CHECK(result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "katra");
  CHECK(result["instructions"].is_string());
}

TEST_CASE("every stateless result names its type and the server; lists say how long they hold") {
  Rig rig;
  rig.world.resources["katra://rooms"] = "1";
  const std::vector<std::pair<std::string, json>> requests = {
      {"tools/list", json::object()},
      {"prompts/list", json::object()},
      {"resources/list", json::object()},
      {"resources/templates/list", json::object()},
      {"resources/read", {{"uri", "katra://rooms"}}},
      {"tools/call", {{"name", "katra_echo"}}},
      {"prompts/get", {{"name", "standup"}}},
  };
  for (const auto& [method, params] : requests) {
    CAPTURE(method);
    rig.ModernRequest(method, params);
    const json result = rig.TakeResult();
    CHECK(result["resultType"] == "complete");
    CHECK(result["_meta"]["io.modelcontextprotocol/serverInfo"]["version"] == "1.2.3");
    const bool cached = method != "tools/call" && method != "prompts/get";
    CHECK(result.contains("ttlMs") == cached);
    CHECK(result.contains("cacheScope") == cached);
  }
}

TEST_CASE("stateless requests need no handshake, and handshake ones none of the other's fields") {
  Rig rig;
  rig.ModernRequest("tools/list");
  CHECK(rig.TakeResult().contains("resultType"));
  rig.Initialize();
  rig.Request("tools/list");
  CHECK_FALSE(rig.TakeResult().contains("resultType"));
  rig.ModernRequest("tools/list");
  CHECK(rig.TakeResult().contains("resultType"));
}

TEST_CASE("methods that the stateless version removed are not found in it") {
  Rig rig;
  rig.Initialize();
  for (const char* method : {"initialize", "ping", "logging/setLevel", "resources/subscribe",
                             "resources/unsubscribe", "no/such/method"}) {
    rig.ModernRequest(method, {{"protocolVersion", "2025-11-25"}});
    CHECK(rig.TakeError() == kMethodNotFound);
  }
}

TEST_CASE("a stateless request that lacks a required field is refused by name") {
  const auto refuse = [](const std::string& method, const json& meta) {
    Rig rig;
    rig.Request(method, {{"_meta", meta}});
    const json line = rig.TakeOne();
    CHECK(line["error"]["code"] == kInvalidParams);
    return line["error"]["message"].get<std::string>();
  };
  json meta = ModernMeta();
  meta.erase("io.modelcontextprotocol/clientCapabilities");
  CHECK(refuse("tools/list", meta).find("clientCapabilities") != std::string::npos);
  meta = ModernMeta();
  meta.erase("io.modelcontextprotocol/protocolVersion");
  CHECK(refuse("tools/list", meta).find("protocolVersion") != std::string::npos);
  CHECK(refuse("server/discover", json::object()).find("protocolVersion") != std::string::npos);
  meta = ModernMeta();
  meta["io.modelcontextprotocol/logLevel"] = "loud";
  CHECK(refuse("tools/list", meta).find("logLevel") != std::string::npos);
  CHECK(refuse("tools/list", "text").find("_meta") != std::string::npos);
}

TEST_CASE("a version that is not served per request names those that are") {
  for (const char* version : {"2031-01-01", "2025-11-25", ""}) {
    Rig rig;
    json meta = ModernMeta();
    meta["io.modelcontextprotocol/protocolVersion"] = version;
    rig.Request("tools/list", {{"_meta", meta}});
    const json error = rig.TakeOne()["error"];
    CHECK(error["code"] == kUnsupportedVersion);
    CHECK(error["data"] == json{{"supported", {"2026-07-28"}}, {"requested", version}});
  }
}

TEST_CASE("with --legacy there is no stateless version at all") {
  Rig rig(true);
  rig.ModernRequest("server/discover");
  CHECK(rig.TakeError() == kMethodNotFound);
  rig.ModernRequest("subscriptions/listen");
  CHECK(rig.TakeError() == kMethodNotFound);
  rig.ModernRequest("tools/list");
  const json error = rig.TakeOne()["error"];
  CHECK(error["code"] == kUnsupportedVersion);
  CHECK(error["data"]["supported"] ==
        json::array({"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"}));
  rig.Initialize();
  rig.Request("tools/list");
  CHECK(rig.TakeResult().contains("tools"));
}

TEST_CASE("the store is told who the client is, by handshake or by request") {
  Rig rig;
  rig.Initialize();
  rig.host.Open();
  rig.Work();
  CHECK(rig.store->start.client == "test");
  json params;
  params["_meta"]["io.modelcontextprotocol/clientInfo"] = {{"name", "claude-code"},
                                                           {"version", "2.1"}};
  rig.ModernRequest("tools/list", params);
  rig.ModernRequest("tools/list", params);
  CHECK(rig.store->descriptions == std::vector<std::string>{"claude-code 2.1"});
}

TEST_CASE("log levels are honoured by each era's own rule") {
  Rig rig;
  rig.Initialize();
  const auto logged = [&] { return Notifications(rig.Take(), "notifications/message").size(); };
  rig.CallTool("katra_echo", json::object());
  CHECK(logged() == 0);
  rig.Request("logging/setLevel", {{"level", "debug"}});
  rig.CallTool("katra_echo", json::object());
  CHECK(logged() == 1);
  rig.ModernRequest("tools/call", {{"name", "katra_echo"}});
  CHECK(logged() == 0);
  json params = {{"name", "katra_echo"}};
  params["_meta"]["io.modelcontextprotocol/logLevel"] = "debug";
  rig.ModernRequest("tools/call", params);
  CHECK(logged() == 1);
  params["_meta"]["io.modelcontextprotocol/logLevel"] = "error";
  rig.ModernRequest("tools/call", params);
  CHECK(logged() == 0);
  rig.Request("logging/setLevel", {{"level", "loud"}});
  CHECK(rig.TakeError() == kInvalidParams);
}

}  // namespace
}  // namespace katra::mcp
