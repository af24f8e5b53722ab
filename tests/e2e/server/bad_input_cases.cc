// Lines, messages and methods. The ids of a case are its own, so that a late answer is noticed.
#include "tests/e2e/server/bad_input_cases.h"

namespace katra::testing {
namespace {

using nlohmann::json;

constexpr int kParse = -32700;
constexpr int kRequest = -32600;
constexpr int kMethod = -32601;
constexpr int kParams = -32602;
constexpr int kLegacyNotFound = -32002;
constexpr int kVersion = -32022;
constexpr const char* kVersionKey = "io.modelcontextprotocol/protocolVersion";
constexpr const char* kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";

BadInput Line(std::string name, std::string line, std::vector<ExpectedAnswer> answers) {
  return {std::move(name), std::move(line) + "\n", std::move(answers)};
}

BadInput NoJson(std::string name, std::string line, json id = nullptr) {
  return Line(std::move(name), std::move(line), {{std::move(id), {kParse}, false, ""}});
}

BadInput NoRequest(std::string name, std::string line, json id = nullptr) {
  return Line(std::move(name), std::move(line), {{std::move(id), {kRequest}, false, ""}});
}

BadInput Ignored(std::string name, std::string line) {
  return Line(std::move(name), std::move(line), {});
}

std::string Request(const json& id, const std::string& method, const json& params) {
  return json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}}.dump();
}

BadInput Refused(const std::string& name, const std::string& method, const json& params,
                 std::vector<int> codes, const std::string& words = "") {
  return Line(name, Request(name, method, params), {{name, std::move(codes), false, words}});
}

std::string Nested(const char* open, const char* close, int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += open;
  text += "1";
  for (int i = 0; i < depth; ++i) text += close;
  return text;
}

const std::string kPing7 = R"({"jsonrpc":"2.0","id":7,"method":"ping"})";

}  // namespace

std::vector<BadInput> BadLines() {
  const std::string long_text(4U << 20U, 'x');
  return {
      NoJson("a word", "hello"),
      NoJson("an open brace", "{"),
      NoJson("a closing brace", "}"),
      NoJson("a truncated request", kPing7.substr(0, kPing7.size() - 1), 7),
      NoJson("half a literal", "tru"),
      NoJson("single quotes", "{'jsonrpc':'2.0','id':7,'method':'ping'}"),
      NoJson("a trailing comma", R"({"jsonrpc":"2.0","id":7,"method":"ping",})", 7),
      NoJson("two messages on a line", kPing7 + kPing7, 7),
      NoJson("a comment", "/* hi */ " + kPing7),
      NoJson("not a number", R"({"jsonrpc":"2.0","id":NaN,"method":"ping"})"),
      NoJson("an HTTP request", "GET / HTTP/1.1"),
      NoJson("a Content-Length header", "Content-Length: 40"),
      NoJson("a byte that is no UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"\xff\"}", 7),
      NoJson("overlong UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"\xc0\xaf\"}", 7),
      NoJson("a surrogate in UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"\xed\xa0\x80\"}",
             7),
      NoJson("UTF-8 cut short", "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"\xe2\x82\"}", 7),
      Line("M7 a lone surrogate escape", R"({"jsonrpc":"2.0","id":7,"method":"\ud800"})",
           {{7, {kMethod}, false, ""}}),
      NoJson("a NUL before the message", std::string(1, '\0') + kPing7),
      NoJson("a NUL in a string",
             "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"pi" + std::string(1, '\0') + "ng\"}", 7),
      NoJson("a raw control character", "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"pi\x01ng\"}",
             7),
      NoJson("binary bytes",
             "\x7f"
             "ELF\x02\x01\x01"),
      Line("a number that does not fit", R"({"jsonrpc":"2.0","id":1e99999,"method":"ping"})",
           {{nullptr, {kParse, kRequest}, false, ""}}),
      Line("M7 4 MiB and more", "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"" + long_text + "\"}",
           {{7, {kParse, kRequest}, false, ""}}),
      Line("M7 4 MiB and more, the id last",
           "{\"method\":\"" + long_text + "\",\"jsonrpc\":\"2.0\",\"id\":\"last\"}",
           {{"last", {kParse, kRequest}, false, ""}}),
      Line("16 MiB of nothing", std::string(16U << 20U, ' '),
           {{nullptr, {kParse, kRequest}, false, ""}}),
      Line("arrays 100,000 deep", Nested("[", "]", 100'000),
           {{nullptr, {kParse, kRequest}, false, ""}}),
      Line("objects 100,000 deep", Nested("{\"a\":", "}", 100'000),
           {{nullptr, {kParse, kRequest}, false, ""}}),
      Line("params 5,000 deep",
           R"({"jsonrpc":"2.0","id":"deep","method":"ping","params":{"a":)" +
               Nested("[", "]", 5'000) + "}}",
           {{"deep", {kParse, kRequest}, false, ""}}),
      Ignored("an empty line", ""),
      Ignored("white space", " \t  "),
      Ignored("a carriage return", "\r"),
      Line("a line that ends with CR LF", kPing7 + "\r", {{7, {}, false, ""}}),
      NoRequest("a number", "1"),
      NoRequest("a string", "\"ping\""),
      NoRequest("true", "true"),
      NoRequest("null", "null"),
      NoRequest("an empty object", "{}"),
      NoRequest("an empty array", "[]"),
      NoRequest("a batch, which this version has not", "[" + kPing7 + "]"),
      NoRequest("a batch of nonsense", "[1,2,3]"),
      NoRequest("no jsonrpc member", R"({"id":7,"method":"ping"})", 7),
      NoRequest("jsonrpc 1.0", R"({"jsonrpc":"1.0","id":7,"method":"ping"})", 7),
      NoRequest("jsonrpc as a number", R"({"jsonrpc":2.0,"id":7,"method":"ping"})", 7),
      NoRequest("neither method nor result", R"({"jsonrpc":"2.0","id":7})", 7),
      NoRequest("a method that is a number", R"({"jsonrpc":"2.0","id":7,"method":1})", 7),
      NoRequest("a method that is null", R"({"jsonrpc":"2.0","id":7,"method":null})", 7),
      NoRequest("a method that is a list", R"({"jsonrpc":"2.0","id":7,"method":["ping"]})", 7),
      NoRequest("an id that is null", R"({"jsonrpc":"2.0","id":null,"method":"ping"})"),
      NoRequest("an id that is true", R"({"jsonrpc":"2.0","id":true,"method":"ping"})"),
      NoRequest("an id that is an object", R"({"jsonrpc":"2.0","id":{},"method":"ping"})"),
      NoRequest("an id that is a list", R"({"jsonrpc":"2.0","id":[1],"method":"ping"})"),
      NoRequest("an id with a fraction", R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})"),
      Line("a negative id", R"({"jsonrpc":"2.0","id":-5,"method":"ping"})", {{-5, {}, false, ""}}),
      Line("an empty id", R"({"jsonrpc":"2.0","id":"","method":"ping"})", {{"", {}, false, ""}}),
      Ignored("a result nobody asked for", R"({"jsonrpc":"2.0","id":99,"result":{}})"),
      Ignored("an error nobody asked for",
              R"({"jsonrpc":"2.0","id":99,"error":{"code":-1,"message":"x"}})"),
      Ignored("an unknown notification", R"({"jsonrpc":"2.0","method":"notifications/unknown"})"),
      Ignored(
          "a cancel of nothing",
          R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":4711}})"),
      Ignored("a cancel without an id",
              R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{}})"),
      Ignored("a cancel without params", R"({"jsonrpc":"2.0","method":"notifications/cancelled"})"),
      Ignored("a cancel of a list",
              R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":[1]}})"),
      Ignored("a tool call without an id",
              R"({"jsonrpc":"2.0","method":"tools/call","params":{"name":"katra_whoami"}})"),
  };
}

std::vector<BadInput> BadMethods() {
  const json served = {{kVersionKey, "2026-07-28"}, {kCapabilitiesKey, json::object()}};
  return {
      Refused("an unknown method", "katra/shout", json::object(), {kMethod}),
      Refused("an empty method", "", json::object(), {kMethod, kRequest}),
      Refused("a method in the wrong case", "Tools/List", json::object(), {kMethod}),
      Refused("a very long method", std::string(100'000, 'm'), json::object(), {kMethod}),
      Refused("params that are a text", "ping", "text", {kParams, kRequest}),
      Refused("params that are a number", "tools/list", 3, {kParams, kRequest}),
      Refused("params that are a list", "tools/call", json::array({"katra_whoami"}),
              {kParams, kRequest}),
      Refused("discover without its fields", "server/discover", json::object(), {kParams, kMethod}),
      Refused("a version that is not served", "tools/list",
              {{"_meta", {{kVersionKey, "2031-01-01"}, {kCapabilitiesKey, json::object()}}}},
              {kVersion}),
      Refused("a version that is a number", "tools/list",
              {{"_meta", {{kVersionKey, 2026}, {kCapabilitiesKey, json::object()}}}},
              {kParams, kVersion}),
      Refused("a stateless request without capabilities", "tools/list",
              {{"_meta", {{kVersionKey, "2026-07-28"}}}}, {kParams}),
      Refused("a stateless ping", "ping", {{"_meta", served}}, {kMethod}),
      Refused("a stateless initialize", "initialize", {{"_meta", served}}, {kMethod}),
      Refused("a stateless unknown method", "katra/shout", {{"_meta", served}}, {kMethod}),
      Refused("a stateless unknown tool", "tools/call",
              {{"_meta", served}, {"name", "katra_shout"}}, {kParams}),
      Refused("a stateless unknown resource", "resources/read",
              {{"_meta", served}, {"uri", "katra://nothing"}}, {kParams}),
      Refused("a tool call without params", "tools/call", json::object(), {kParams}),
      Refused("a tool name that is a number", "tools/call", {{"name", 1}}, {kParams}),
      Refused("an empty tool name", "tools/call", {{"name", ""}}, {kParams}),
      Refused("an unknown tool", "tools/call", {{"name", "katra_shout"}}, {kParams}, "katra_shout"),
      Refused("a tool name with ../", "tools/call", {{"name", "../katra_say"}}, {kParams}),
      Refused("a cursor of nobody", "tools/list", {{"cursor", "garbage"}}, {kParams}),
      Refused("a cursor that is a number", "tools/list", {{"cursor", 5}}, {kParams}),
      Refused("an unknown resource", "resources/read", {{"uri", "katra://nothing"}},
              {kLegacyNotFound}),
      Refused("a file", "resources/read", {{"uri", "file:///etc/passwd"}}, {kLegacyNotFound}),
      Refused("a room with ../", "resources/read",
              {{"uri", "katra://rooms/../../etc/passwd/messages"}}, {kLegacyNotFound, kParams}),
      Refused("a room with %2e%2e%2f", "resources/read",
              {{"uri", "katra://rooms/%2e%2e%2fmain/messages"}}, {kLegacyNotFound, kParams}),
      Refused("an unknown memory", "resources/read", {{"uri", "katra://memories/4711"}},
              {kLegacyNotFound}),
      Refused("a memory that is no number", "resources/read", {{"uri", "katra://memories/x"}},
              {kLegacyNotFound, kParams}),
      Refused("a resource without uri", "resources/read", json::object(), {kParams}),
      Refused("a uri that is a number", "resources/read", {{"uri", 5}}, {kParams}),
      Refused("a subscription to nothing", "resources/subscribe", {{"uri", "katra://nothing"}},
              {kLegacyNotFound, kParams}),
      Refused("an unknown prompt", "prompts/get", {{"name", "sing"}}, {kParams}),
      Refused("a prompt without name", "prompts/get", json::object(), {kParams}),
      Refused("prompt arguments that are a list", "prompts/get",
              {{"name", "catch_up"}, {"arguments", json::array({1})}}, {kParams}),
      Refused("a completion of nothing", "completion/complete", json::object(), {kParams}),
      Refused("a completion of an unknown kind", "completion/complete",
              {{"ref", {{"type", "ref/song"}}}, {"argument", {{"name", "a"}, {"value", ""}}}},
              {kParams}),
      Refused("an unknown log level", "logging/setLevel", {{"level", "loud"}}, {kParams}),
      Refused("no log level", "logging/setLevel", json::object(), {kParams}),
  };
}

std::vector<BadInput> BadStarts() {
  const json client = {{"name", "test"}, {"version", "1"}};
  const std::string initialize = Request(1, "initialize",
                                         {{"protocolVersion", "2025-03-26"},
                                          {"capabilities", json::object()},
                                          {"clientInfo", client}});
  return {
      Refused("tools/list before initialize", "tools/list", json::object(), {kRequest}),
      Refused("tools/call before initialize", "tools/call", {{"name", "katra_whoami"}}, {kRequest}),
      Refused("resources/read before initialize", "resources/read", {{"uri", "katra://rooms"}},
              {kRequest}),
      Refused("an unknown method before initialize", "katra/shout", json::object(),
              {kRequest, kMethod}),
      Refused("initialize without params", "initialize", json::object(), {kParams}),
      Refused(
          "initialize with a version that is a number", "initialize",
          {{"protocolVersion", 20251125}, {"capabilities", json::object()}, {"clientInfo", client}},
          {kParams}),
      Refused("initialize with params that are a list", "initialize", json::array({1}),
              {kParams, kRequest}),
      NoRequest("initialize in a batch", "[" + initialize + "]"),
      Ignored(
          "initialize without an id",
          R"({"jsonrpc":"2.0","method":"initialize","params":{"protocolVersion":"2025-11-25"}})"),
      Ignored("initialized before initialize",
              R"({"jsonrpc":"2.0","method":"notifications/initialized"})"),
  };
}

}  // namespace katra::testing
