// Requests of OpenAI's formats that name what cannot be had here, that set or need points for a
// prompt cache, and that ask for a shorter conversation.
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
const json kPoint = {{"type", "ephemeral"}};

OpenAiClientRequest Read(OpenAiClientFormat format, const json& body,
                         OpenAiClientOptions options = {}) {
  auto request = translate::ReadOpenAiClientRequest(format, body.dump(), options);
  if (!request) FAIL(request.error().message);
  return *std::move(request);
}

json BodyOf(const OpenAiClientRequest& request) { return json::parse(request.messages_body); }

json Chat(const std::string& messages) {
  return {{"model", "m"}, {"messages", json::parse("[" + messages + "]")}};
}

json Responses(const std::string& items) {
  return {{"model", "m"}, {"input", json::parse("[" + items + "]")}};
}

std::string Part(const char* role, const std::string& part) {
  return R"({"role":")" + std::string(role) + R"(","content":[)" + part + "]}";
}

// How many cache points there are anywhere in `value`.
int Points(const json& value) {
  int points = value.is_object() && value.contains("cache_control") ? 1 : 0;
  for (const json& inner : value) {
    if (inner.is_structured()) points += Points(inner);
  }
  return points;
}

struct Missing {
  OpenAiClientFormat format;
  const char* part;
  const char* name;
};
const Missing kMissing[] = {
    {OpenAiClientFormat::kResponses, R"({"type":"input_file","file_id":"file_1"})", "file_id"},
    {OpenAiClientFormat::kResponses, R"({"type":"input_image","file_id":"file_1"})", "image_file"},
    {OpenAiClientFormat::kResponses, R"({"type":"input_audio","input_audio":{"data":"x"}})",
     "input_audio"},
    {OpenAiClientFormat::kChat, R"({"type":"file","file":{"file_id":"file_1"}})", "file_id"},
    {OpenAiClientFormat::kChat, R"({"type":"image_url","image_url":{}})", "image_file"},
    {OpenAiClientFormat::kChat, R"({"type":"input_audio","input_audio":{"data":"x"}})",
     "input_audio"},
};

TEST_CASE("F8 what cannot be had is told in words in earlier turns, and refused in this one") {
  for (const Missing& missing : kMissing) {
    INFO(missing.part);
    const bool chat = missing.format == OpenAiClientFormat::kChat;
    const std::string first = Part("user", missing.part);
    const std::string later = first + R"(,{"role":"assistant","content":"seen"},)" +
                              R"({"role":"user","content":"and now?"})";
    const OpenAiClientRequest request = Read(missing.format, chat ? Chat(later) : Responses(later));
    CHECK(request.dropped == std::vector<std::string>{missing.name});
    CHECK(BodyOf(request)["messages"][0]["content"][0]["text"].get<std::string>().find(
              "[Here was ") == 0);
    const auto refused = translate::ReadOpenAiClientRequest(
        missing.format, (chat ? Chat(first) : Responses(first)).dump());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find("capability_rejected: ") == 0);
  }
}

TEST_CASE("F8 a file by its address is a document") {
  const json out = BodyOf(
      Read(OpenAiClientFormat::kResponses,
           Responses(Part("user", R"({"type":"input_file","file_url":"https://h/a.pdf"})"))));
  CHECK(out["messages"][0]["content"][0]["type"] == "document");
  CHECK(out["messages"][0]["content"][0]["source"]["url"] == "https://h/a.pdf");
}

TEST_CASE("F9 a call without an id, and the function's answer to it") {
  const json out = BodyOf(Read(OpenAiClientFormat::kChat, Chat(R"({"role":"user","content":"go"},
        {"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{\"a\":1}"}},
        {"role":"function","name":"f","content":"42"},
        {"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},
        {"role":"function","name":"f","content":"43"})")));
  CHECK(out["messages"][1]["content"][0]["input"]["a"] == 1);
  CHECK(out["messages"][2]["content"][0]["tool_use_id"] == out["messages"][1]["content"][0]["id"]);
  CHECK(out["messages"][2]["content"][0]["content"][0]["text"] == "42");
  CHECK(out["messages"][4]["content"][0]["tool_use_id"] == out["messages"][3]["content"][0]["id"]);
  CHECK(out["messages"][3]["content"][0]["id"] != out["messages"][1]["content"][0]["id"]);
}

TEST_CASE("F19 each call has its result, and each result its call, in either format") {
  const auto texts = [](const json& body) {
    std::vector<std::string> all;
    for (const json& message : body["messages"]) {
      for (const json& block : message["content"]) {
        const std::string type = block["type"];
        all.push_back(type == "text" ? block["text"].get<std::string>()
                      : type == "tool_use"
                          ? "call " + block["id"].get<std::string>()
                          : "result " + block["tool_use_id"].get<std::string>() + " " +
                                block["content"][0]["text"].get<std::string>());
      }
    }
    return all;
  };
  const std::string lost = "No result: the call was interrupted.";
  const json responses = Responses(R"({"role":"user","content":"go"},
    {"type":"function_call_output","call_id":"gone","output":"late"},
    {"type":"function_call","call_id":"a","name":"f","arguments":"{}"},
    {"type":"function_call","call_id":"b","name":"f","arguments":"{}"},
    {"type":"function_call_output","call_id":"b","output":"ok"},
    {"role":"user","content":"on"},
    {"type":"custom_tool_call","call_id":"c","name":"g","input":"x"})");
  CHECK(texts(BodyOf(Read(OpenAiClientFormat::kResponses, responses))) ==
        std::vector<std::string>{"go", "[The result of an earlier call:]", "late", "call a",
                                 "call b", "result b ok", "result a " + lost, "on", "call c",
                                 "result c " + lost});
  const json chat = Chat(R"({"role":"user","content":"go"},
    {"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},
    {"role":"user","content":"on"},{"role":"tool","tool_call_id":"gone","content":"late"})");
  CHECK(texts(BodyOf(Read(OpenAiClientFormat::kChat, chat))) ==
        std::vector<std::string>{"go", "call a", "result a " + lost, "on",
                                 "[The result of an earlier call:]", "late"});
}

TEST_CASE("F20 a Responses client's wish for JSON is told, and its verbosity listed") {
  json body = Responses(R"({"role":"user","content":"a"})");
  body["text"] = json::parse(R"({"format":{"type":"json_object"},"verbosity":"low"})");
  const OpenAiClientRequest request = Read(OpenAiClientFormat::kResponses, body);
  CHECK(BodyOf(request)["system"][0]["text"] == "Answer with one JSON object.");
  CHECK(request.dropped == std::vector<std::string>{"text.verbosity"});
}

TEST_CASE("F10 a conversation of system texts alone") {
  for (const char* role : {"system", "developer"}) {
    const std::string one = R"({"role":")" + std::string(role) + R"(","content":"one"})";
    const std::string two = R"({"role":")" + std::string(role) + R"(","content":"two"})";
    const json alone = BodyOf(Read(OpenAiClientFormat::kChat, Chat(one)));
    CHECK(alone["messages"][0]["role"] == "user");
    CHECK(alone["messages"][0]["content"][0]["text"] == "one");
    CHECK_FALSE(alone.contains("system"));
    const json both = BodyOf(Read(OpenAiClientFormat::kResponses, Responses(one + "," + two)));
    CHECK(both["system"][0]["text"] == "one");
    CHECK(both["messages"][0]["content"][0]["text"] == "two");
  }
}

TEST_CASE("F15 a Chat client's own reasoning is the thinking of its turn") {
  const json out = BodyOf(Read(OpenAiClientFormat::kChat, Chat(R"({"role":"user","content":"go"},
        {"role":"assistant","content":"","reasoning_content":"I \"think\"",
         "tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"c1","content":"ok"})")));
  CHECK(out["messages"][1]["content"][0]["type"] == "thinking");
  CHECK(out["messages"][1]["content"][0]["thinking"] == "I \"think\"");
  CHECK(out["messages"][1]["content"][0]["signature"].get<std::string>().find("katra1.") == 0);
  CHECK(out["messages"][1]["content"][1]["type"] == "tool_use");
}

TEST_CASE("F12 a client's own cache points stay where they are, and no others come") {
  json body = Chat(
      R"({"role":"system","content":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}]},
      {"role":"user","content":[{"type":"text","text":"a"},
       {"type":"text","text":"b","cache_control":{"type":"ephemeral","ttl":"1h"}}]},
      {"role":"assistant","content":"c"},{"role":"user","content":"d"})");
  body["tools"] = json::parse(R"([{"type":"function","cache_control":{"type":"ephemeral"},
    "function":{"name":"f","parameters":{"type":"object"}}}])");
  const json out = BodyOf(Read(OpenAiClientFormat::kChat, body));
  CHECK(out["system"][0]["cache_control"] == kPoint);
  CHECK(out["messages"][0]["content"][1]["cache_control"]["ttl"] == "1h");
  CHECK(out["tools"][0]["cache_control"] == kPoint);
  CHECK(Points(out) == 3);
}

TEST_CASE("F12 one point of the client's, wherever it stands, means that it takes care itself") {
  const char* const bodies[] = {
      R"({"role":"system","content":"s","cache_control":{"type":"ephemeral"}},{"role":"user","content":"a"})",
      R"({"role":"user","content":"a","cache_control":{"type":"ephemeral"}})",
      R"({"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]})",
  };
  for (const char* messages : bodies) {
    INFO(messages);
    CHECK(Points(BodyOf(Read(OpenAiClientFormat::kChat, Chat(messages)))) == 1);
  }
}

TEST_CASE("F13 clients without cache points get some, unless that is switched off") {
  const char* const items = R"({"role":"developer","content":"s"},{"role":"user","content":"a"},
    {"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},
    {"type":"function_call_output","call_id":"c1","output":"ok"},
    {"role":"assistant","content":"b"},{"role":"user","content":"c"})";
  json body = Responses(items);
  body["tools"] = json::parse(R"([{"type":"function","name":"f","parameters":{"type":"object"}},
    {"type":"function","name":"g","parameters":{"type":"object"}}])");
  const json out = BodyOf(Read(OpenAiClientFormat::kResponses, body));
  CHECK(out["tools"][1]["cache_control"] == kPoint);
  CHECK(out["system"][0]["cache_control"] == kPoint);
  CHECK(out["messages"][2]["content"][0]["cache_control"] == kPoint);
  CHECK(out["messages"][4]["content"][0]["cache_control"] == kPoint);
  CHECK(Points(out) == 4);
  CHECK(Points(BodyOf(Read(OpenAiClientFormat::kResponses, body, {.cache_points = false}))) == 0);
}

TEST_CASE("F14 the client's key of its prompt is known") {
  json body = Responses(R"({"role":"user","content":"a"})");
  body["prompt_cache_key"] = "session-1";
  CHECK(Read(OpenAiClientFormat::kResponses, body).cache_key == "session-1");
  json chat = Chat(R"({"role":"user","content":"a"})");
  chat["prompt_cache_key"] = "session-1";
  CHECK(Read(OpenAiClientFormat::kChat, chat).cache_key == "session-1");
}

// A Messages reply, whole, that says `text`.
std::string Said(const std::string& text) {
  return json{
      {"id", "msg_1"},
      {"type", "message"},
      {"role", "assistant"},
      {"model", "m"},
      {"content", json::array({{{"type", "thinking"}, {"thinking", "hm"}, {"signature", "s"}},
                               {{"type", "text"}, {"text", text}}})},
      {"stop_reason", "end_turn"},
      {"stop_sequence", nullptr},
      {"usage", {{"input_tokens", 1}, {"output_tokens", 1}}}}
      .dump();
}

const char* const kConversation =
    R"({"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"})";

TEST_CASE("F11 a compaction is one item, which a later request brings back") {
  json body = Responses(std::string(kConversation) + R"(,{"type":"compaction_trigger"})");
  body["tools"] = json::parse(R"([{"type":"function","name":"f","parameters":{"type":"object"}}])");
  body["reasoning"] = {{"effort", "high"}};
  for (const bool endpoint : {false, true}) {
    const OpenAiClientRequest request =
        Read(OpenAiClientFormat::kResponses, body, {.compact = endpoint});
    CHECK(request.compaction);
    CHECK(request.dropped.empty());
    const json asked = BodyOf(request);
    CHECK(asked["tool_choice"]["type"] == "none");
    CHECK(asked["tools"].size() == 1);  // which the history's calls need, and the cache
    CHECK(asked["messages"].back()["content"].back()["text"].get<std::string>().find("summary") !=
          std::string::npos);
    const auto written =
        translate::WriteOpenAiClientReply(request, Said("The \"user\" wants c.\n"), kIdentity);
    REQUIRE(written);
    const json reply = json::parse(*written);
    CHECK(reply["object"] == (endpoint ? "response.compaction" : "response"));
    REQUIRE(reply["output"].size() == 1);
    const json item = reply["output"][0];
    CHECK(item["type"] == "compaction");
    const OpenAiClientRequest later =
        Read(OpenAiClientFormat::kResponses,
             Responses(R"({"role":"user","content":"a"},)" + item.dump() +
                       R"(,{"role":"user","content":"go on"})"));
    const json content = BodyOf(later)["messages"][0]["content"];
    CHECK(content[1]["text"].get<std::string>().ends_with("\n\nThe \"user\" wants c.\n"));
    CHECK(later.dropped.empty());
  }
}

TEST_CASE("F11 a compaction in a stream: its one item, and the end") {
  json body = Responses(std::string(kConversation) + R"(,{"type":"compaction_trigger"})");
  body["stream"] = true;
  const OpenAiClientRequest request = Read(OpenAiClientFormat::kResponses, body);
  const auto event = [](const json& data) {
    return "event: " + data["type"].get<std::string>() + "\ndata: " + data.dump() + "\n\n";
  };
  const auto stream = [&](const std::string& text) {
    auto made = translate::MakeOpenAiClientStream(request, kIdentity);
    std::string out;
    made->Feed(
        event({{"type", "message_start"},
               {"message", {{"id", "m"}, {"model", "m"}, {"usage", {{"input_tokens", 1}}}}}}),
        &out);
    if (!text.empty()) {
      made->Feed(event({{"type", "content_block_start"},
                        {"index", 0},
                        {"content_block", {{"type", "text"}, {"text", ""}}}}) +
                     event({{"type", "content_block_delta"},
                            {"index", 0},
                            {"delta", {{"type", "text_delta"}, {"text", text}}}}) +
                     event({{"type", "content_block_stop"}, {"index", 0}}),
                 &out);
    }
    made->Feed(event({{"type", "message_delta"},
                      {"delta", {{"stop_reason", "end_turn"}}},
                      {"usage", {{"output_tokens", 1}}}}) +
                   event({{"type", "message_stop"}}),
               &out);
    made->Finish(&out);
    std::vector<json> events;
    for (size_t at = out.find("data: "); at != std::string::npos; at = out.find("data: ", at)) {
      const size_t end = out.find("\n\n", at);
      events.push_back(json::parse(out.substr(at + 6, end - at - 6)));
      at = end;
    }
    return events;
  };
  const std::vector<json> events = stream("short");
  int items = 0;
  for (const json& one : events) {
    CHECK(one["type"].get<std::string>().find("output_text") == std::string::npos);
    if (one["type"] == "response.output_item.done") ++items;
  }
  CHECK(items == 1);
  CHECK(events.back()["type"] == "response.completed");
  CHECK(events.back()["response"]["output"][0]["type"] == "compaction");
  CHECK(stream("").back()["type"] == "response.failed");  // nothing would be left
}

TEST_CASE("F11 a compaction of another provider is told in words") {
  const OpenAiClientRequest request = Read(
      OpenAiClientFormat::kResponses,
      Responses(
          R"({"type":"compaction","encrypted_content":"gAAAAABo"},{"role":"user","content":"a"})"));
  CHECK(request.dropped == std::vector<std::string>{"input.compaction"});
  CHECK(BodyOf(request)["messages"][0]["content"].size() == 2);
}

}  // namespace
}  // namespace katra::testing
