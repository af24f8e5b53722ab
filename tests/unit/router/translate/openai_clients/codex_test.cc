// What Codex sends, as 0.169 and 0.171 were recorded with each family of its models, and what it
// gets back.
#include "router/translate/openai_clients/openai_client.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using translate::OpenAiClientFormat;
using translate::OpenAiClientIdentity;
using translate::OpenAiClientOptions;
using translate::OpenAiClientRequest;

const OpenAiClientIdentity kIdentity = {"req_9", 1700000000};

OpenAiClientRequest Read(const json& body, OpenAiClientOptions options = {},
                         OpenAiClientFormat format = OpenAiClientFormat::kResponses) {
  auto request = translate::ReadOpenAiClientRequest(format, body.dump(), options);
  if (!request) FAIL(request.error().message);
  return *std::move(request);
}

json BodyOf(const OpenAiClientRequest& request) { return json::parse(request.messages_body); }

json Items(const std::string& items) {
  return {{"model", "gpt-6-sol"}, {"stream", true}, {"input", json::parse("[" + items + "]")}};
}

const std::string kUser =
    R"({"type":"message","role":"user","content":[{"type":"input_text","text":"list the files"}]})";

// gpt-5.6 and later: no top-level tools.
const std::string kAdditionalTools =
    R"({"type":"additional_tools","role":"developer","id":"at_1","tools":[
  {"type":"namespace","name":"functions","description":"","tools":[
    {"type":"custom","name":"exec","description":"Run JavaScript.",
     "format":{"type":"grammar","syntax":"lark","definition":"start: SOURCE"}},
    {"type":"function","name":"wait","description":"Waits.","strict":false,
     "parameters":{"type":"object","properties":{"cell_id":{"type":"string"}}}}]},
  {"type":"namespace","name":"collaboration","description":"Agents.","tools":[
    {"type":"function","name":"list_agents","description":"Lists.","strict":false,
     "parameters":{"type":"object","properties":{}}}]}]})";

// gpt-5.5: MCP tools are found by the client's own search.
const std::string kSearchTool = R"({"type":"tool_search","execution":"client",
  "description":"Searches over deferred tools.",
  "parameters":{"type":"object","properties":{"query":{"type":"string"},"limit":{"type":"number"}},
  "required":["query"],"additionalProperties":false}})";
const std::string kSearchCall = R"({"type":"tool_search_call","id":"tsc_1","call_id":"call_1",
  "status":"completed","execution":"client","arguments":{"query":"keep a note","limit":5}})";
const std::string kSearchOutput = R"({"type":"tool_search_output","id":"tso_1","call_id":"call_1",
  "status":"completed","execution":"client","tools":[
  {"type":"namespace","name":"mcp__notes","description":"Notes.","tools":[
    {"type":"function","name":"note_add","description":"Keep a note.","strict":false,
     "defer_loading":true,"parameters":{"type":"object","properties":{"text":{"type":"string"}}}}]}]})";

std::string Event(const json& data) {
  return "event: " + data["type"].get<std::string>() + "\ndata: " + data.dump() + "\n\n";
}

// The events of a Messages stream of one block.
std::string BlockStream(const json& block, const json& delta, const std::string& stop_reason) {
  return Event({{"type", "message_start"},
                {"message",
                 {{"id", "msg_1"},
                  {"model", "m"},
                  {"usage", {{"input_tokens", 10}, {"output_tokens", 1}}}}}}) +
         Event({{"type", "content_block_start"}, {"index", 0}, {"content_block", block}}) +
         Event({{"type", "content_block_delta"}, {"index", 0}, {"delta", delta}}) +
         Event({{"type", "content_block_stop"}, {"index", 0}}) +
         Event({{"type", "message_delta"},
                {"delta", {{"stop_reason", stop_reason}, {"stop_sequence", nullptr}}},
                {"usage", {{"output_tokens", 20}}}}) +
         Event({{"type", "message_stop"}});
}

std::string CallStream(const std::string& tool, const std::string& arguments) {
  return BlockStream(
      {{"type", "tool_use"}, {"id", "tu_1"}, {"name", tool}, {"input", json::object()}},
      {{"type", "input_json_delta"}, {"partial_json", arguments}}, "tool_use");
}

// The data of each event of the client's stream; every way to cut the input gives the same.
std::vector<json> Answer(const OpenAiClientRequest& request, const std::string& events) {
  const auto run = [&](size_t cut) {
    auto stream = translate::MakeOpenAiClientStream(request, kIdentity);
    std::string out;
    stream->Feed(std::string_view(events).substr(0, cut), &out);
    stream->Feed(std::string_view(events).substr(cut), &out);
    stream->Finish(&out);
    return out;
  };
  const std::string whole = run(0);
  for (size_t cut = 1; cut < events.size(); ++cut) {
    if (run(cut) != whole) FAIL("another answer when cut at " << cut);
  }
  std::vector<json> found;
  for (size_t at = whole.find("data: "); at != std::string::npos; at = whole.find("data: ", at)) {
    const size_t end = whole.find("\n\n", at);
    found.push_back(json::parse(whole.substr(at + 6, end - at - 6)));
    at = end;
  }
  return found;
}

json FirstItem(const OpenAiClientRequest& request, const std::string& events) {
  return Answer(request, events).back()["response"]["output"][0];
}

json WholeItem(const OpenAiClientRequest& request, const json& block) {
  const json reply = {{"id", "msg_1"},
                      {"type", "message"},
                      {"role", "assistant"},
                      {"model", "m"},
                      {"content", json::array({block})},
                      {"stop_reason", "tool_use"},
                      {"stop_sequence", nullptr},
                      {"usage", {{"input_tokens", 1}, {"output_tokens", 1}}}};
  const auto written = translate::WriteOpenAiClientReply(request, reply.dump(), kIdentity);
  if (!written) FAIL(written.error().message);
  return json::parse(*written)["output"][0];
}

std::vector<std::string> Names(const json& body) {
  std::vector<std::string> names;
  for (const json& tool : body.value("tools", json::array())) names.push_back(tool["name"]);
  return names;
}

TEST_CASE("F1 tools of the input are offered, wherever they stand") {
  const std::vector<std::string> all = {"functions__exec", "functions__wait",
                                        "collaboration__list_agents"};
  for (const std::string& items :
       {kAdditionalTools + "," + kUser, kUser + "," + kAdditionalTools}) {
    const OpenAiClientRequest request = Read(Items(items));
    CHECK(Names(BodyOf(request)) == all);
    CHECK(request.dropped.empty());
    CHECK(request.unknown.empty());
  }
}

TEST_CASE("F1 tools of the input join those of the request, and a later one replaces an earlier") {
  json body = Items(kUser + R"(,{"type":"additional_tools","tools":[
    {"type":"function","name":"b","description":"new","parameters":{"type":"object"}},
    {"type":"function","name":"c","parameters":{"type":"object"}}]})");
  body["tools"] = json::parse(R"([{"type":"function","name":"a","parameters":{"type":"object"}},
    {"type":"function","name":"b","description":"old","parameters":{"type":"object"}}])");
  const json out = BodyOf(Read(body));
  CHECK(Names(out) == std::vector<std::string>{"a", "b", "c"});
  CHECK(out["tools"][1]["description"] == "new");
}

TEST_CASE("F1 a custom tool of a namespace is called as it was offered") {
  const OpenAiClientRequest request = Read(Items(kAdditionalTools + "," + kUser));
  const json item =
      FirstItem(request, CallStream("functions__exec", "{\"input\":\"text('one')\"}"));
  CHECK(item["type"] == "custom_tool_call");
  CHECK(item["name"] == "exec");
  CHECK(item["namespace"] == "functions");
  CHECK(item["input"] == "text('one')");
}

TEST_CASE("F2 a search of the client's own is offered and called as one") {
  json body = Items(kUser);
  body["tools"] = json::array({json::parse(kSearchTool)});
  const OpenAiClientRequest request = Read(body);
  const json out = BodyOf(request);
  REQUIRE(Names(out) == std::vector<std::string>{"tool_search"});
  CHECK(out["tools"][0]["input_schema"]["required"] == json::array({"query"}));
  CHECK(request.dropped.empty());
  const std::vector<json> events =
      Answer(request, CallStream("tool_search", R"({"query":"note","limit":3})"));
  const json item = events.back()["response"]["output"][0];
  CHECK(item["type"] == "tool_search_call");
  CHECK(item["execution"] == "client");
  CHECK(item["call_id"] == "tu_1");
  CHECK(item["arguments"] == json::parse(R"({"query":"note","limit":3})"));
  CHECK_FALSE(item.contains("name"));
  for (const json& event : events) {
    CHECK(event["type"].get<std::string>().find("function_call") == std::string::npos);
  }
}

TEST_CASE("F2 what a search found is offered, and the search stays a call with its result") {
  json body = Items(kUser + "," + kSearchCall + "," + kSearchOutput);
  body["tools"] = json::array({json::parse(kSearchTool)});
  const OpenAiClientRequest request = Read(body);
  const json out = BodyOf(request);
  CHECK(Names(out) == std::vector<std::string>{"tool_search", "mcp__notes__note_add"});
  const json call = out["messages"][1]["content"][0];
  CHECK(call["name"] == "tool_search");
  CHECK(call["input"]["query"] == "keep a note");
  const json result = out["messages"][2]["content"][0];
  CHECK(result["tool_use_id"] == call["id"]);
  CHECK(result["content"][0]["text"] == "These tools can be called now: mcp__notes__note_add");
  CHECK(request.dropped.empty());
  const json item = FirstItem(request, CallStream("mcp__notes__note_add", R"({"text":"hi"})"));
  CHECK(item["type"] == "function_call");
  CHECK(item["name"] == "note_add");
  CHECK(item["namespace"] == "mcp__notes");
}

TEST_CASE("F2 a search that OpenAI's servers would make needs none here") {
  json body = Items(kUser);
  body["tools"] = json::parse(R"([{"type":"tool_search"},{"type":"function","name":"a",
    "defer_loading":true,"parameters":{"type":"object"}}])");
  const OpenAiClientRequest request = Read(body);
  CHECK(Names(BodyOf(request)) == std::vector<std::string>{"a"});
  CHECK(request.dropped == std::vector<std::string>{"tools.tool_search"});
}

TEST_CASE("F2 a search's arguments are an object whatever the model wrote") {
  json body = Items(kUser);
  body["tools"] = json::array({json::parse(kSearchTool)});
  const OpenAiClientRequest request = Read(body);
  CHECK(FirstItem(request, CallStream("tool_search", "notes"))["arguments"]["query"] == "notes");
  CHECK(FirstItem(request, CallStream("tool_search", ""))["arguments"].is_object());
  const json whole = WholeItem(request, {{"type", "tool_use"},
                                         {"id", "tu_1"},
                                         {"name", "tool_search"},
                                         {"input", {{"raw_arguments", "notes"}}}});
  CHECK(whole["arguments"]["query"] == "notes");
}

TEST_CASE("F3 a tool of free text gets its text in whatever form the model wrote it") {
  const std::string patch = "*** Begin Patch\n*** End Patch";
  const std::string quoted = json(patch).dump();
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"input":)" + quoted + "}", patch},
      {patch, patch},
      {R"({"patch":)" + quoted + "}", patch},
      {quoted, patch},
      {R"({"input":{"patch":)" + quoted + "}}", patch},
      {R"({"raw_arguments":)" + quoted + "}", patch},
      {json({{"raw_arguments", quoted}}).dump(), patch},
      {"{}", ""},
      {"", ""},
      {R"({"input":""})", ""},
      {R"({"input":"a","note":"b"})", "a"},
      {R"({"a":"1","b":"2"})", R"({"a":"1","b":"2"})"},
      {"[1]", "[1]"},
  };
  json body = Items(kUser);
  body["tools"] = json::array({{{"type", "custom"}, {"name", "apply_patch"}}});
  const OpenAiClientRequest request = Read(body);
  for (const auto& [arguments, text] : cases) {
    INFO(arguments);
    const std::vector<json> events = Answer(request, CallStream("apply_patch", arguments));
    const json item = events.back()["response"]["output"][0];
    CHECK(item["type"] == "custom_tool_call");
    CHECK(item["input"] == text);
    std::string streamed;
    for (const json& event : events) {
      if (event["type"] == "response.custom_tool_call_input.delta") streamed += event["delta"];
    }
    CHECK(streamed == text);
    const json input = json::parse(arguments, nullptr, false);
    if (!input.is_object()) continue;
    CHECK(WholeItem(request, {{"type", "tool_use"},
                              {"id", "tu_1"},
                              {"name", "apply_patch"},
                              {"input", input}})["input"] == text);
  }
}

TEST_CASE("F4 a choice of some tools leaves those, in either format") {
  const json function = {{"type", "object"}};
  json responses = Items(kUser + "," + kSearchCall + "," + kSearchOutput);
  responses["tools"] =
      json::array({{{"type", "function"}, {"name", "a"}, {"parameters", function}},
                   {{"type", "function"}, {"name", "b"}, {"parameters", function}}});
  responses["tool_choice"] = json::parse(R"({"type":"allowed_tools","mode":"required","tools":[
    {"type":"function","name":"b"},{"type":"function","namespace":"mcp__notes","name":"note_add"}]})");
  const OpenAiClientRequest read = Read(responses);
  CHECK(Names(BodyOf(read)) == std::vector<std::string>{"b", "mcp__notes__note_add"});
  CHECK(BodyOf(read)["tool_choice"]["type"] == "any");
  CHECK(read.dropped.empty());

  json chat = {{"model", "m"}, {"messages", {{{"role", "user"}, {"content", "go"}}}}};
  for (const char* name : {"a", "b"}) {
    chat["tools"].push_back(
        {{"type", "function"}, {"function", {{"name", name}, {"parameters", function}}}});
  }
  chat["tool_choice"] = json::parse(R"({"type":"allowed_tools","allowed_tools":{"mode":"auto",
    "tools":[{"type":"function","function":{"name":"a"}}]}})");
  const json out = BodyOf(Read(chat, {}, OpenAiClientFormat::kChat));
  CHECK(Names(out) == std::vector<std::string>{"a"});
  CHECK(out["tool_choice"]["type"] == "auto");
}

TEST_CASE("F4 a choice of tools that are not offered is dropped and listed") {
  for (const char* choice :
       {R"({"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"x"}]})",
        R"({"type":"function","name":"x"})", R"({"type":"file_search"})", R"("sometimes")"}) {
    json body = Items(kUser);
    body["tools"] =
        json::array({{{"type", "function"}, {"name", "a"}, {"parameters", {{"type", "object"}}}}});
    body["tool_choice"] = json::parse(choice);
    const OpenAiClientRequest request = Read(body);
    INFO(choice);
    CHECK(Names(BodyOf(request)) == std::vector<std::string>{"a"});
    CHECK_FALSE(BodyOf(request).contains("tool_choice"));
    CHECK(request.dropped == std::vector<std::string>{"tool_choice"});
  }
}

TEST_CASE("F5 types that are not understood are listed and counted, and end nothing") {
  json body = Items(R"({"type":"message","role":"user","content":[{"type":"input_text","text":"hi"},
    {"type":"input_smell","data":"x"}]},{"type":"dream","text":"x"})");
  body["tools"] = json::parse(R"([{"type":"local_shell"},{"type":"telepathy"}])");
  const OpenAiClientRequest request = Read(body);
  CHECK(request.dropped == std::vector<std::string>{"content.input_smell", "input.dream",
                                                    "tools.local_shell", "tools.telepathy"});
  CHECK(request.unknown == std::vector<std::string>{"tools.local_shell", "tools.telepathy",
                                                    "content.input_smell", "input.dream"});
}

TEST_CASE("F6 what one agent writes to another reaches its model") {
  const OpenAiClientRequest request =
      Read(Items(R"({"type":"agent_message","id":"amsg_1","author":"/lead",
    "recipient":"/lead/count","content":[{"type":"input_text","text":"Message Type: NEW_TASK"},
    {"type":"encrypted_content","encrypted_content":"count the files here"}]})"));
  const json content = BodyOf(request)["messages"][0]["content"];
  CHECK(content[0]["text"] == "Message Type: NEW_TASK");
  CHECK(content[1]["text"] == "count the files here");
  CHECK(request.dropped.empty());
  const OpenAiClientRequest secret = Read(Items(kUser + R"(,{"type":"agent_message","content":[
    {"type":"encrypted_content","encrypted_content":"gAAAAABo0xyz"}]})"));
  CHECK(secret.dropped == std::vector<std::string>{"content.encrypted_content"});
}

TEST_CASE("F7 calls that Codex carried out in older forms stay calls with results") {
  const json out =
      BodyOf(Read(Items(kUser + R"(,{"type":"local_shell_call","call_id":"c1","status":"completed",
      "action":{"type":"exec","command":["ls"]}},
      {"type":"function_call_output","call_id":"c1","output":"a.txt"},
      {"type":"shell_call","call_id":"c2","action":{"commands":["pwd"]}},
      {"type":"shell_call_output","call_id":"c2","output":[{"stdout":"/tmp"}]})")));
  CHECK(out["messages"][1]["content"][0]["name"] == "local_shell");
  CHECK(out["messages"][1]["content"][0]["input"]["command"][0] == "ls");
  CHECK(out["messages"][2]["content"][0]["tool_use_id"] == "c1");
  CHECK(out["messages"][3]["content"][0]["input"]["commands"][0] == "pwd");
  CHECK(out["messages"][4]["content"][0]["content"][0]["text"] == R"([{"stdout":"/tmp"}])");
}

}  // namespace
}  // namespace katra::testing
