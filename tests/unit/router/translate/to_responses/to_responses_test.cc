// Messages requests -> requests of the Responses API (R70-R78).
#include "router/translate/signature.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using translate::Target;
using translate::ToResponses;

Target ResponsesTarget(const std::string& model = "gpt-5.6-sol") {
  Target target = PlainTarget();
  target.model = model;
  target.quirks = router::ResponsesQuirks();
  return target;
}

Translated Made(const json& request, const Target& target = ResponsesTarget()) {
  auto result = ToResponses(request.dump(), target);
  if (!result) FAIL(result.error().message);
  json body = json::parse(result->body);
  return {std::move(body), *std::move(result)};
}

using Blocks = std::vector<json>;

json Asked(const Blocks& messages) {
  return {{"model", "m"}, {"max_tokens", 1000}, {"messages", messages}};
}

json User(const char* text) { return {{"role", "user"}, {"content", text}}; }
json User(const Blocks& content) { return {{"role", "user"}, {"content", content}}; }
json Assistant(const Blocks& content) { return {{"role", "assistant"}, {"content", content}}; }
json Text(const char* text) { return {{"type", "text"}, {"text", text}}; }
json Use(const char* id) {
  return {{"type", "tool_use"}, {"id", id}, {"name", "look"}, {"input", {{"at", id}}}};
}
json ResultOf(const char* id, const json& content) {
  return {{"type", "tool_result"}, {"tool_use_id", id}, {"content", content}};
}

json Thinking(const std::string& upstream, const std::string& id) {
  const json item = {{"type", "reasoning"},
                     {"id", id},
                     {"summary", json::array()},
                     {"encrypted_content", "secret of " + id}};
  const json kept = {{"provider", upstream}, {"items", Blocks{item}}};
  return {
      {"type", "thinking"}, {"thinking", ""}, {"signature", translate::MakeSignature(kept.dump())}};
}

std::vector<std::string> Types(const json& items) {
  std::vector<std::string> types;
  for (const json& item : items) types.push_back(item["type"]);
  return types;
}

bool Lists(const Translated& made, const std::string& name) {
  const auto& dropped = made.result.dropped;
  return std::find(dropped.begin(), dropped.end(), name) != dropped.end();
}

TEST_CASE("R70: system is the instructions, and each message an item of its own kind") {
  json request = Asked({User("hi"),
                        Assistant({Text("a"), Text("b")}),
                        {{"role", "system"}, {"content", "be short"}},
                        User({Text("go on")})});
  request["system"] = json::array(
      {Text("x-anthropic-billing-header: cc_version=1; cch=1;"), Text("one"), Text("two")});
  const Translated made = Made(request);
  CHECK(made.body["instructions"] == "one\n\ntwo");
  CHECK(made.body["model"] == "gpt-5.6-sol");
  CHECK(made.body["max_output_tokens"] == 1000);
  const json& input = made.body["input"];
  REQUIRE(input.size() == 4);
  CHECK(input[0] == json({{"type", "message"},
                          {"role", "user"},
                          {"content", Blocks{{{"type", "input_text"}, {"text", "hi"}}}}}));
  CHECK(input[1] == json({{"type", "message"}, {"role", "assistant"}, {"content", "ab"}}));
  CHECK(input[2] == json({{"type", "message"}, {"role", "system"}, {"content", "be short"}}));
  CHECK(input[3]["content"][0]["text"] == "go on");
}

TEST_CASE("R71: nothing is stored, and reasoning comes back encrypted") {
  json request = Asked({User("hi")});
  request["stream"] = true;
  const json body = Made(request).body;
  CHECK(body["store"] == false);
  CHECK(body["include"] == json::array({"reasoning.encrypted_content"}));
  CHECK(body["stream"] == true);
  CHECK_FALSE(body.contains("stream_options"));
  CHECK_FALSE(body.contains("previous_response_id"));
  CHECK_FALSE(Made(Asked({User("hi")}), ResponsesTarget("gpt-4.1")).body.contains("include"));
  CHECK(Made(Asked({User("hi")}), ResponsesTarget("m1")).body.contains("include"));
}

TEST_CASE("R72: tools are functions that are not strict, and choices name them") {
  json request = Asked({User("hi")});
  request["tools"] = {{{"name", "look"},
                       {"description", "d"},
                       {"input_schema", {{"type", "object"}, {"properties", json::object()}}},
                       {"strict", true}},
                      {{"name", "a.b"}, {"input_schema", {{"type", "object"}}}},
                      {{"type", "web_search_20250305"}, {"name", "web_search"}}};
  struct Case {
    json choice;
    json sent;
  };
  const std::vector<Case> cases = {
      {{{"type", "auto"}}, "auto"},
      {{{"type", "none"}}, "none"},
      {{{"type", "any"}}, "required"},
      {{{"type", "tool"}, {"name", "look"}}, {{"type", "function"}, {"name", "look"}}},
  };
  for (const Case& one : cases) {
    request["tool_choice"] = one.choice;
    CHECK(Made(request).body["tool_choice"] == one.sent);
  }
  request["tool_choice"] = {{"type", "auto"}, {"disable_parallel_tool_use", true}};
  const Translated made = Made(request);
  CHECK(made.body["parallel_tool_calls"] == false);
  const json& tools = made.body["tools"];
  REQUIRE(tools.size() == 2);
  CHECK(tools[0] == json({{"type", "function"},
                          {"name", "look"},
                          {"description", "d"},
                          {"parameters", {{"type", "object"}, {"properties", json::object()}}},
                          {"strict", false}}));
  CHECK(made.result.reply.tool_names.at(tools[1]["name"]) == "a.b");
  CHECK(Lists(made, "tools.web_search_20250305"));
  CHECK(Lists(made, "tools.strict"));

  Target searching = ResponsesTarget();
  searching.quirks.web_search = router::WebSearch::kOptions;
  CHECK(Made(request, searching).body["tools"][2] == json({{"type", "web_search"}}));
}

TEST_CASE("R73: effort is asked as it was, and summaries where the client wants thinking") {
  struct Case {
    const char* name;
    json request;
    json reasoning;  // null: none
  };
  const std::vector<Case> cases = {
      {"nothing", json::object(), nullptr},
      {"adaptive",
       {{"thinking", {{"type", "adaptive"}}}},
       {{"effort", "medium"}, {"summary", "auto"}}},
      {"xhigh",
       {{"thinking", {{"type", "adaptive"}}}, {"output_config", {{"effort", "xhigh"}}}},
       {{"effort", "xhigh"}, {"summary", "auto"}}},
      {"effort alone", {{"output_config", {{"effort", "low"}}}}, {{"effort", "low"}}},
      {"max is the most there is", {{"output_config", {{"effort", "max"}}}}, {{"effort", "xhigh"}}},
      {"a budget",
       {{"thinking", {{"type", "enabled"}, {"budget_tokens", 20000}}}},
       {{"effort", "high"}, {"summary", "auto"}}},
      {"omitted",
       {{"thinking", {{"type", "adaptive"}, {"display", "omitted"}}}},
       {{"effort", "medium"}}},
      {"disabled", {{"thinking", {{"type", "disabled"}}}}, nullptr},
  };
  for (const Case& one : cases) {
    INFO(one.name);
    json request = Asked({User("hi")});
    request.update(one.request);
    const json body = Made(request).body;
    CHECK((body.contains("reasoning") ? body["reasoning"] : json()) == one.reasoning);
  }
  json request = Asked({User("hi")});
  request["thinking"] = {{"type", "adaptive"}};
  Target quiet = ResponsesTarget();
  quiet.quirks.reasoning_summaries = false;
  CHECK(Made(request, quiet).body["reasoning"] == json({{"effort", "medium"}}));
  quiet.quirks.efforts = {"none", "low"};
  request["thinking"] = {{"type", "disabled"}};
  CHECK(Made(request, quiet).body["reasoning"] == json({{"effort", "none"}}));
  Target codex = ResponsesTarget();
  codex.effort = "xhigh";
  CHECK(Made(Asked({User("hi")}), codex).body["reasoning"]["effort"] == "xhigh");

  request["thinking"] = {{"type", "adaptive"}};
  request["output_config"] = {{"effort", "high"}};
  const Translated chatting = Made(request, ResponsesTarget("gpt-4.1"));
  CHECK_FALSE(chatting.body.contains("reasoning"));
  CHECK(Lists(chatting, "thinking"));
  CHECK(Lists(chatting, "output_config.effort"));
}

TEST_CASE("R74: limits, formats and identities have the API's names") {
  json request = Asked({User("hi")});
  request["max_tokens"] = 1;
  request["temperature"] = 0.5;
  request["top_k"] = 3;
  request["stop_sequences"] = json::array({"END"});
  request["metadata"] = {{"user_id", "me"}};
  request["output_config"] = {
      {"format", {{"type", "json_schema"}, {"schema", {{"type", "object"}}}}}};
  request["context_management"] = json::object();
  Target target = ResponsesTarget();
  target.cache_key = "session-1";
  const Translated made = Made(request, target);
  CHECK(made.body["max_output_tokens"] == 16);
  CHECK(made.body["prompt_cache_key"] == "session-1");
  CHECK(made.body["safety_identifier"].get<std::string>().size() == 32);
  CHECK(made.body["text"]["format"] == json({{"type", "json_schema"},
                                             {"name", "output"},
                                             {"strict", true},
                                             {"schema", {{"type", "object"}}}}));
  CHECK_FALSE(made.body.contains("temperature"));
  CHECK_FALSE(made.body.contains("stop"));
  CHECK(made.result.reply.emulated_stops == std::vector<std::string>{"END"});
  for (const char* name : {"temperature", "top_k", "context_management"}) CHECK(Lists(made, name));
  CHECK(Made(request, ResponsesTarget("m1")).body["temperature"] == 0.5);
}

TEST_CASE("R76: pictures and files stand in the message or the output that they belong to") {
  const json image = {
      {"type", "image"},
      {"source", {{"type", "base64"}, {"media_type", "image/png"}, {"data", "QQ=="}}}};
  const json pdf = {
      {"type", "document"},
      {"title", "a.pdf"},
      {"source", {{"type", "base64"}, {"media_type", "application/pdf"}, {"data", "QQ=="}}}};
  const json far = {{"type", "document"},
                    {"source", {{"type", "url"}, {"url", "https://h/a.pdf"}}}};
  const json sent_image = {
      {"type", "input_image"}, {"detail", "auto"}, {"image_url", "data:image/png;base64,QQ=="}};
  const Translated made =
      Made(Asked({User({Text("see"), image, pdf, far}), Assistant({Use("c1"), Use("c2")}),
                  User({ResultOf("c1", {Text("seen"), image}), ResultOf("c2", "plain")})}));
  const json& input = made.body["input"];
  CHECK(input[0]["content"] ==
        json::array({{{"type", "input_text"}, {"text", "see"}},
                     sent_image,
                     {{"type", "input_file"},
                      {"filename", "a.pdf"},
                      {"file_data", "data:application/pdf;base64,QQ=="}},
                     {{"type", "input_file"}, {"file_url", "https://h/a.pdf"}}}));
  CHECK(Types(input) == std::vector<std::string>{"message", "function_call", "function_call",
                                                 "function_call_output", "function_call_output"});
  CHECK(input[1] == json({{"type", "function_call"},
                          {"call_id", "c1"},
                          {"name", "look"},
                          {"arguments", R"({"at":"c1"})"}}));
  CHECK(input[3]["output"] ==
        json::array({{{"type", "input_text"}, {"text", "seen"}}, sent_image}));
  CHECK(input[4]["output"] == "plain");
}

TEST_CASE("R21-R25: each call has its output, in the order of the calls") {
  json failed = ResultOf("c1", {Text("no"), Text("way")});
  failed["is_error"] = true;
  const Translated made =
      Made(Asked({Assistant({Use("c1"), Use("c2"), Use("c3")}),
                  User({ResultOf("c3", ""), failed, ResultOf("who", "x"), Text("so?")})}));
  const json& input = made.body["input"];
  REQUIRE(input.size() == 7);
  CHECK(input[3]["output"] == "ERROR: no\nway");
  CHECK(input[4]["output"] == "No result: the call was interrupted.");
  CHECK(input[5]["output"] == "");
  CHECK(input[6]["content"][0]["text"] == "so?");
  CHECK(Lists(made, "orphan_tool_result"));
}

TEST_CASE("R77: reasoning goes back to where it came from, before what it led to") {
  Target target = ResponsesTarget();
  target.upstream = "openai 1";
  const Blocks turns = {User("hi"),
                        Assistant({Thinking("openai 1", "rs_1"), Text("I look"),
                                   Thinking("openai 1", "rs_2"), Use("c1")}),
                        User({ResultOf("c1", "x")})};
  const json input = Made(Asked(turns), target).body["input"];
  CHECK(Types(input) == std::vector<std::string>{"message", "reasoning", "message", "reasoning",
                                                 "function_call", "function_call_output"});
  CHECK(input[1] == json({{"type", "reasoning"},
                          {"id", "rs_1"},
                          {"summary", json::array()},
                          {"encrypted_content", "secret of rs_1"}}));
  target.upstream = "openai 2";
  const Translated elsewhere = Made(Asked(turns), target);
  CHECK(elsewhere.body.dump().find("secret") == std::string::npos);
}

TEST_CASE("R77: what the client did not keep, the store has by the call") {
  MapReasoningStore store;
  Target target = ResponsesTarget();
  target.upstream = "openai 1";
  target.reasoning = &store;
  const json item = {{"type", "reasoning"}, {"id", "rs_1"}, {"encrypted_content", "secret"}};
  store.Put("c1", json({{"provider", "openai 1"}, {"items", Blocks{item}}}).dump());
  store.Put("c2", json({{"provider", "elsewhere"}, {"items", Blocks{item}}}).dump());
  const Blocks bare = {Assistant({Use("c1"), Use("c2")})};
  CHECK(Types(Made(Asked(bare), target).body["input"]) ==
        std::vector<std::string>{"reasoning", "function_call", "function_call",
                                 "function_call_output", "function_call_output"});
  const Blocks carried = {Assistant({Thinking("openai 1", "rs_9"), Use("c1")})};
  const json input = Made(Asked(carried), target).body["input"];
  CHECK(Types(input) ==
        std::vector<std::string>{"reasoning", "function_call", "function_call_output"});
  CHECK(input[0]["id"] == "rs_9");
}

TEST_CASE("R79: no reasoning goes back once the upstream could not decrypt it") {
  MapReasoningStore store;
  Target target = ResponsesTarget();
  target.upstream = "openai 1";
  target.reasoning = &store;
  target.without_reasoning = true;
  const json item = {{"type", "reasoning"}, {"id", "rs_1"}, {"encrypted_content", "secret"}};
  store.Put("c2", json({{"provider", "openai 1"}, {"items", Blocks{item}}}).dump());
  const Blocks turns = {Assistant({Thinking("openai 1", "rs_2"), Use("c1")}),
                        User({ResultOf("c1", "x")}), Assistant({Use("c2")})};
  const Translated made = Made(Asked(turns), target);
  CHECK(made.body.dump().find("secret") == std::string::npos);
  CHECK(Types(made.body["input"]) ==
        std::vector<std::string>{"function_call", "function_call_output", "function_call",
                                 "function_call_output"});
}

TEST_CASE("R78: reasoning that nothing follows stays behind") {
  Target target = ResponsesTarget();
  target.upstream = "openai 1";
  const Blocks turns = {User("hi"), Assistant({Text("a"), Thinking("openai 1", "rs_1")}),
                        User("go")};
  CHECK(Types(Made(Asked(turns), target).body["input"]) ==
        std::vector<std::string>{"message", "message", "message"});
}

TEST_CASE("R27: a longer conversation begins with the bytes of the shorter one") {
  Target target = ResponsesTarget();
  target.upstream = "openai 1";
  Blocks turns = {User("hi"), Assistant({Thinking("openai 1", "rs_1"), Use("c1")}),
                  User({ResultOf("c1", "x")})};
  const std::string shorter = Made(Asked(turns), target).result.body;
  turns.push_back(Assistant({Text("done")}));
  turns.push_back(User("more"));
  const std::string longer = Made(Asked(turns), target).result.body;
  const size_t end = shorter.find("],\"max_output_tokens\"");
  REQUIRE(end != std::string::npos);
  CHECK(longer.substr(0, end) == shorter.substr(0, end));
}

TEST_CASE("a malformed request names the place") {
  const auto wrong = [](const json& request) {
    return ToResponses(request.dump(), ResponsesTarget()).error().message;
  };
  CHECK(wrong({{"messages", "hi"}}) == "messages: expected an array");
  CHECK(wrong(Asked(Blocks{{{"role", "robot"}, {"content", "x"}}})).find("messages.0.role") == 0);
  CHECK_FALSE(ToResponses("[1]", ResponsesTarget()));
  CHECK_FALSE(ToResponses("{\"a\":\"\xff\"}", ResponsesTarget()));
}

}  // namespace
}  // namespace katra::testing
