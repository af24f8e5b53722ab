// Clients of OpenAI's formats: their requests as Messages requests, Messages answers as theirs.
#include <algorithm>
#include <set>

#include "router/translate/openai_clients/openai_client.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using translate::OpenAiClientFormat;
using translate::OpenAiClientIdentity;
using translate::OpenAiClientRequest;

OpenAiClientRequest Read(OpenAiClientFormat format, const json& body) {
  auto request = translate::ReadOpenAiClientRequest(format, body.dump());
  if (!request) FAIL(request.error().message);
  return *std::move(request);
}

json Messages(OpenAiClientFormat format, const json& body) {
  return json::parse(Read(format, body).messages_body);
}

std::string ErrorOf(OpenAiClientFormat format, const json& body) {
  const auto request = translate::ReadOpenAiClientRequest(format, body.dump());
  REQUIRE_FALSE(request);
  return request.error().message;
}

json Chat(json messages) { return {{"model", "m"}, {"messages", std::move(messages)}}; }

const OpenAiClientIdentity kIdentity = {"req_9", 1700000000};

// The events of a Messages stream with thinking, text and a call.
std::string Answer() {
  const auto event = [](const std::string& data) {
    return "event: " + json::parse(data)["type"].get<std::string>() + "\ndata: " + data + "\n\n";
  };
  return event(R"({"type":"message_start","message":{"id":"msg_1","model":"claude-z","usage":)"
               R"({"input_tokens":10,"cache_read_input_tokens":5,"output_tokens":1}}})") +
         "event: ping\ndata: {\"type\":\"ping\"}\n\n" +
         event(R"({"type":"content_block_start","index":0,"content_block":)"
               R"({"type":"thinking","thinking":"","signature":""}})") +
         event(R"({"type":"content_block_delta","index":0,"delta":)"
               R"({"type":"thinking_delta","thinking":"hm"}})") +
         event(R"({"type":"content_block_delta","index":0,"delta":)"
               R"({"type":"signature_delta","signature":"E123"}})") +
         event(R"({"type":"content_block_stop","index":0})") +
         event(
             R"({"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}})") +
         event(
             R"({"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hé\n"}})") +
         event(R"({"type":"content_block_stop","index":1})") +
         event(R"({"type":"content_block_start","index":2,"content_block":)"
               R"({"type":"tool_use","id":"tu_1","name":"f","input":{}}})") +
         event(R"({"type":"content_block_delta","index":2,"delta":)"
               R"({"type":"input_json_delta","partial_json":"{\"input\":"}})") +
         event(R"({"type":"content_block_delta","index":2,"delta":)"
               R"({"type":"input_json_delta","partial_json":"\"x\"}"}})") +
         event(R"({"type":"content_block_stop","index":2})") +
         event(R"({"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},)"
               R"("usage":{"output_tokens":20}})") +
         event(R"({"type":"message_stop"})");
}

const char* const kReply =
    R"({"id":"msg_1","type":"message","role":"assistant","model":"claude-z","content":[)"
    R"({"type":"thinking","thinking":"hm","signature":"E123"},{"type":"text","text":"Hé\n"},)"
    R"({"type":"tool_use","id":"tu_1","name":"f","input":{"input":"x"}}],"stop_reason":"tool_use",)"
    R"("stop_sequence":null,"usage":{"input_tokens":10,"cache_read_input_tokens":5,"output_tokens":20}})";

// The data of each event; every way to cut the input must give the same bytes.
std::vector<json> Stream(const OpenAiClientRequest& request, const std::string& input) {
  const auto run = [&](size_t cut) {
    auto stream = translate::MakeOpenAiClientStream(request, kIdentity);
    std::string out;
    stream->Feed(std::string_view(input).substr(0, cut), &out);
    stream->Feed(std::string_view(input).substr(cut), &out);
    stream->Finish(&out);
    return out;
  };
  const std::string whole = run(0);
  for (size_t cut = 1; cut < input.size(); ++cut) {
    const std::string out = run(cut);
    if (out != whole) REQUIRE(out == whole);
  }
  std::vector<json> events;
  size_t at = 0;
  while ((at = whole.find("data: ", at)) != std::string::npos) {
    const size_t end = whole.find("\n\n", at);
    const std::string data = whole.substr(at + 6, end - at - 6);
    events.push_back(data == "[DONE]" ? json(data) : json::parse(data));
    at = end;
  }
  return events;
}

TEST_CASE("B13 every system message of a Chat client is kept, and stop may be a string") {
  json body = Chat(json::array({{{"role", "system"}, {"content", "one"}},
                                {{"role", "developer"}, {"content", "two"}},
                                {{"role", "user"}, {"content", "q"}}}));
  body["stop"] = "END";
  body["temperature"] = 1.7;
  const json out = Messages(OpenAiClientFormat::kChat, body);
  CHECK(out["system"][0]["text"] == "one");
  CHECK(out["system"][1]["text"] == "two");
  CHECK(out["stop_sequences"] == json::array({"END"}));
  CHECK(out["temperature"] == 1);  // R47
  CHECK(out["max_tokens"] == 32000);
  CHECK(out["messages"][0]["content"][0]["text"] == "q");
}

TEST_CASE("B14 results that follow each other are one message of the user") {
  const json out = Messages(
      OpenAiClientFormat::kChat,
      Chat(json::array(
          {{{"role", "user"}, {"content", "go"}},
           {{"role", "assistant"},
            {"content", nullptr},
            {"tool_calls", json::array({{{"id", "a"},
                                         {"type", "function"},
                                         {"function", {{"name", "f"}, {"arguments", "{\"x\":1}"}}}},
                                        {{"id", "b"},
                                         {"type", "function"},
                                         {"function", {{"name", "f"}, {"arguments", ""}}}},
                                        {{"id", "c"},
                                         {"type", "function"},
                                         {"function", {{"name", "f"}, {"arguments", "oops"}}}}})}},
           {{"role", "tool"}, {"tool_call_id", "a"}, {"content", "1"}},
           {{"role", "tool"}, {"tool_call_id", "b"}, {"content", "2"}},
           {{"role", "tool"}, {"tool_call_id", "c"}, {"content", "3"}},
           {{"role", "user"}, {"content", "and"}}})));
  REQUIRE(out["messages"].size() == 3);
  CHECK(out["messages"][1]["content"][0]["input"]["x"] == 1);
  CHECK(out["messages"][1]["content"][1]["input"] == json::object());  // B23
  CHECK(out["messages"][1]["content"][2]["input"]["raw_arguments"] == "oops");
  REQUIRE(out["messages"][2]["content"].size() == 4);
  CHECK(out["messages"][2]["content"][2]["tool_use_id"] == "c");
  CHECK(out["messages"][2]["content"][3]["text"] == "and");
}

TEST_CASE("a Chat client's tools, choice, pictures and format") {
  json body = Chat(json::array(
      {{{"role", "user"},
        {"content", json::array({{{"type", "text"}, {"text", "see"}},
                                 {{"type", "image_url"},
                                  {"image_url", {{"url", "data:image/png;base64,QUJD"}}}}})}}}));
  body["tools"] =
      json::array({{{"type", "function"},
                    {"function", {{"name", "f"}, {"parameters", {{"type", "object"}}}}}}});
  body["tool_choice"] = "required";
  body["parallel_tool_calls"] = false;
  body["seed"] = 7;
  body["stream"] = true;
  const OpenAiClientRequest request = Read(OpenAiClientFormat::kChat, body);
  const json out = json::parse(request.messages_body);
  CHECK(out["tools"][0]["name"] == "f");
  CHECK(out["tools"][0]["input_schema"]["properties"] == json::object());
  CHECK(out["tool_choice"] == json::parse(R"({"type":"any","disable_parallel_tool_use":true})"));
  CHECK(out["messages"][0]["content"][1]["source"]["media_type"] == "image/png");
  CHECK(out["stream"] == true);
  CHECK(request.dropped == std::vector<std::string>{"seed"});
  CHECK(
      ErrorOf(OpenAiClientFormat::kChat, {{"model", "m"}, {"n", 2}, {"messages", body["messages"]}})
          .find("capability_rejected: n") == 0);
  CHECK(ErrorOf(OpenAiClientFormat::kChat, {{"model", "m"}}).find("messages") == 0);
}

TEST_CASE("effort becomes thinking where it may, and reaches a Chat upstream as it was") {
  json body = Chat(json::array({{{"role", "user"}, {"content", "q"}}}));
  body["reasoning_effort"] = "high";
  body["max_completion_tokens"] = 500;
  const OpenAiClientRequest request = Read(OpenAiClientFormat::kChat, body);
  const json out = json::parse(request.messages_body);
  CHECK(out["thinking"]["budget_tokens"] < out["max_tokens"]);
  translate::Target target = PlainTarget();
  target.model = "gpt-5";
  target.quirks = router::Quirks();
  target.quirks.max_tokens_field = router::MaxTokensField::kByModel;
  target.quirks.reasoning_request = router::ReasoningRequest::kEffort;
  target.effort = request.effort;
  const auto chat = translate::ToChat(request.messages_body, target);
  REQUIRE(chat);
  CHECK(json::parse(chat->body)["reasoning_effort"] == "high");
}

TEST_CASE("a Messages reply for a Chat client") {
  const OpenAiClientRequest request =
      Read(OpenAiClientFormat::kChat, Chat(json::array({{{"role", "user"}, {"content", "q"}}})));
  const auto reply = translate::WriteOpenAiClientReply(request, kReply, kIdentity);
  REQUIRE(reply);
  const json out = json::parse(*reply);
  CHECK(out["object"] == "chat.completion");
  CHECK(out["created"] == 1700000000);
  CHECK(out["model"] == "claude-z");
  const json& choice = out["choices"][0];
  CHECK(choice["message"]["content"] == "Hé\n");  // B55: without the thinking
  CHECK(choice["message"]["reasoning_content"] == "hm");
  CHECK(choice["message"]["tool_calls"][0]["function"]["arguments"] == "{\"input\":\"x\"}");
  CHECK(choice["finish_reason"] == "tool_calls");
  CHECK(out["usage"]["prompt_tokens"] == 15);
  CHECK(out["usage"]["prompt_tokens_details"]["cached_tokens"] == 5);
  CHECK_FALSE(translate::WriteOpenAiClientReply(request, "{}", kIdentity));
}

TEST_CASE("B55 a Messages stream for a Chat client: thinking beside the content, one finish") {
  json body = Chat(json::array({{{"role", "user"}, {"content", "q"}}}));
  body["stream"] = true;
  body["stream_options"] = {{"include_usage", true}};
  const std::vector<json> events = Stream(Read(OpenAiClientFormat::kChat, body), Answer());
  std::string content;
  std::string thinking;
  std::string arguments;
  int finishes = 0;
  for (const json& event : events) {
    if (!event.is_object() || event["choices"].empty()) continue;
    const json& choice = event["choices"][0];
    content += choice["delta"].value("content", "");
    thinking += choice["delta"].value("reasoning_content", "");
    for (const json& call : choice["delta"].value("tool_calls", json::array())) {
      CHECK(call["index"] == 0);
      arguments += call["function"].value("arguments", "");
    }
    if (!choice["finish_reason"].is_null()) ++finishes;
  }
  CHECK(content == "Hé\n");
  CHECK(thinking == "hm");
  CHECK(arguments == "{\"input\":\"x\"}");
  CHECK(finishes == 1);
  CHECK(events[events.size() - 2]["usage"]["completion_tokens"] == 20);
  CHECK(events.back() == "[DONE]");
}

TEST_CASE("a stream that breaks off is an error for a Chat client, without an end mark") {
  json body = Chat(json::array({{{"role", "user"}, {"content", "q"}}}));
  body["stream"] = true;
  const std::string half = Answer().substr(0, 900);
  CHECK(Stream(Read(OpenAiClientFormat::kChat, body), half).back().contains("error"));
  const std::vector<json> failed = Stream(
      Read(OpenAiClientFormat::kChat, body),
      "event: error\ndata: "
      "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n\n");
  CHECK(failed.back()["error"]["message"] == "busy");
}

json ResponsesBody(json input) {
  return {
      {"model", "m"}, {"instructions", "Be good."}, {"input", std::move(input)}, {"stream", true}};
}

TEST_CASE("a Responses request with calls, outputs and a custom tool") {
  json body = ResponsesBody(json::array(
      {{{"type", "message"},
        {"role", "developer"},
        {"content", json::array({{{"type", "input_text"}, {"text", "dev"}}})}},
       {{"role", "user"}, {"content", "go"}},
       {{"type", "function_call"}, {"call_id", "a"}, {"name", "shell"}, {"arguments", "{\"c\":1}"}},
       {{"type", "custom_tool_call"}, {"call_id", "b"}, {"name", "patch"}, {"input", "*** \"x\""}},
       {{"type", "function_call_output"}, {"call_id", "a"}, {"output", "ok"}},
       {{"type", "custom_tool_call_output"},
        {"call_id", "b"},
        {"output", json::array({{{"type", "input_text"}, {"text", "done"}}})}}}));
  body["tools"] = json::array(
      {{{"type", "function"},
        {"name", "shell"},
        {"parameters", {{"type", "object"}}},
        {"strict", false}},
       {{"type", "custom"},
        {"name", "patch"},
        {"description", "d"},
        {"format", {{"type", "grammar"}, {"syntax", "lark"}, {"definition", "start: x"}}}},
       {{"type", "web_search"}},
       {{"type", "image_generation"}}});
  body["reasoning"] = {{"effort", "medium"}, {"summary", "auto"}};
  const OpenAiClientRequest request = Read(OpenAiClientFormat::kResponses, body);
  const json out = json::parse(request.messages_body);
  CHECK(out["system"][0]["text"] == "Be good.");
  CHECK(out["system"][1]["text"] == "dev");
  REQUIRE(out["messages"].size() == 3);
  CHECK(out["messages"][1]["content"][0]["input"]["c"] == 1);
  CHECK(out["messages"][1]["content"][1]["input"]["input"] == "*** \"x\"");
  CHECK(out["messages"][2]["content"][1]["content"][0]["text"] == "done");
  CHECK(out["tools"].size() == 3);
  CHECK(out["tools"][1]["description"].get<std::string>().find("start: x") != std::string::npos);
  CHECK_FALSE(out.contains("thinking"));  // within a turn
  CHECK(request.effort == "medium");
  CHECK(request.dropped == std::vector<std::string>{"tools.image_generation"});
}

TEST_CASE("a Responses request that leans on stored state is refused") {
  json body = ResponsesBody("hi");
  body["previous_response_id"] = "resp_1";
  CHECK(ErrorOf(OpenAiClientFormat::kResponses, body)
            .find("capability_rejected: previous_response_id") == 0);
}

TEST_CASE("a Messages stream for a Responses client") {
  json body = ResponsesBody("hi");
  body["tools"] = json::array({{{"type", "custom"}, {"name", "f"}}});
  const OpenAiClientRequest request = Read(OpenAiClientFormat::kResponses, body);
  const std::vector<json> events = Stream(request, Answer());
  CHECK(events.front()["type"] == "response.created");
  CHECK(events.back()["type"] == "response.completed");
  std::set<std::string> types;
  for (size_t i = 0; i < events.size(); ++i) {
    CHECK(events[i]["sequence_number"] == i);
    types.insert(events[i]["type"].get<std::string>());
  }
  for (const char* type :
       {"response.in_progress", "response.output_item.added",
        "response.reasoning_summary_text.delta", "response.content_part.added",
        "response.output_text.delta", "response.output_text.done", "response.content_part.done",
        "response.output_item.done", "response.custom_tool_call_input.done"}) {
    INFO(type);
    CHECK(types.count(type) == 1);
  }
  const json response = events.back()["response"];
  CHECK(response["status"] == "completed");
  CHECK(response["instructions"] == "Be good.");
  REQUIRE(response["output"].size() == 3);
  CHECK(response["output"][0]["type"] == "reasoning");
  CHECK(response["output"][1]["content"][0]["text"] == "Hé\n");
  CHECK(response["output"][2]["type"] == "custom_tool_call");
  CHECK(response["output"][2]["input"] == "x");
  CHECK(response["usage"]["input_tokens"] == 15);
  CHECK(response["usage"]["input_tokens_details"]["cached_tokens"] == 5);

  // The thinking comes back whole with the next request.
  json next = ResponsesBody(response["output"]);
  next["input"].push_back(
      {{"type", "custom_tool_call_output"}, {"call_id", "tu_1"}, {"output", "ok"}});
  const json out = Messages(OpenAiClientFormat::kResponses, next);
  CHECK(out["messages"][0]["content"][0] ==
        json::parse(R"({"type":"thinking","thinking":"hm","signature":"E123"})"));
  CHECK(out["messages"][0]["content"][2]["id"] == "tu_1");
}

TEST_CASE("tools in namespaces are offered flat, and called as they were offered") {
  const json tool = {{"type", "function"}, {"name", "f"}, {"parameters", {{"type", "object"}}}};
  json body = ResponsesBody(
      json::array({{{"role", "user"}, {"content", "go"}},
                   {{"type", "function_call"},
                    {"call_id", "a"},
                    {"name", "f"},
                    {"namespace", "mcp__katra"},
                    {"arguments", "{}"}},
                   {{"type", "function_call_output"}, {"call_id", "a"}, {"output", "ok"}}}));
  body["tools"] = json::array(
      {{{"type", "namespace"}, {"name", "mcp__katra"}, {"tools", json::array({tool})}}, tool});
  OpenAiClientRequest request = Read(OpenAiClientFormat::kResponses, body);
  const json out = json::parse(request.messages_body);
  CHECK(out["tools"][0]["name"] == "mcp__katra__f");
  CHECK(out["tools"][1]["name"] == "f");
  CHECK(out["messages"][1]["content"][0]["name"] == "mcp__katra__f");
  CHECK(request.dropped.empty());

  // The answer calls "f": as if that were the tool of the namespace.
  request.tools["f"] = request.tools["mcp__katra__f"];
  const json call = Stream(request, Answer()).back()["response"]["output"][2];
  CHECK(call["type"] == "function_call");
  CHECK(call["name"] == "f");
  CHECK(call["namespace"] == "mcp__katra");
}

TEST_CASE("a function call for a Responses client streams its arguments") {
  const std::vector<json> events =
      Stream(Read(OpenAiClientFormat::kResponses, ResponsesBody("hi")), Answer());
  std::string arguments;
  for (const json& event : events) {
    if (event["type"] == "response.function_call_arguments.delta") {
      arguments += event["delta"].get<std::string>();
    }
  }
  CHECK(arguments == "{\"input\":\"x\"}");
  CHECK(events.back()["response"]["output"][2]["call_id"] == "tu_1");
}

TEST_CASE("a Messages reply for a Responses client, and an answer that broke off") {
  const OpenAiClientRequest request = Read(OpenAiClientFormat::kResponses, ResponsesBody("hi"));
  const auto reply = translate::WriteOpenAiClientReply(request, kReply, kIdentity);
  REQUIRE(reply);
  const json response = json::parse(*reply);
  CHECK(response["object"] == "response");
  CHECK(response["output"][2]["arguments"] == "{\"input\":\"x\"}");
  const std::vector<json> cut = Stream(request, Answer().substr(0, 900));
  CHECK(cut.back()["type"] == "response.failed");
  CHECK(cut.back()["response"]["error"]["code"] == "server_error");
}

}  // namespace
}  // namespace katra::testing
