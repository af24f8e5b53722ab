// Answers that are not whole, or told in another form than was asked for: nothing is left out in
// silence (G12-G23 of docs/dev/rules.md).
#include "router/translate/from_chat/reply.h"
#include "router/translate/messages/usage_tap.h"
#include "router/translate/openai_clients/openai_client.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using translate::OpenAiClientFormat;
using translate::StreamState;

std::string Text(const std::string& text) { return Chunk(R"({"content":")" + text + "\"}"); }

std::string Call(const std::string& arguments) {
  return Chunk(R"({"tool_calls":[{"index":0,"id":"c1","function":{"name":"run","arguments":")" +
               arguments + "\"}}]}");
}

// A Messages stream, event by event.
std::string Event(const std::string& data) {
  return "event: " + json::parse(data)["type"].get<std::string>() + "\ndata: " + data + "\n\n";
}

const char* const kStart =
    R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",)"
    R"("model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}})";
const char* const kTextBlock =
    R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})";
const char* const kStop = R"({"type":"message_stop"})";

std::string Delta(const std::string& text) {
  return Event(R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")" +
               text + "\"}}");
}
std::string BlockEnd() { return Event(R"({"type":"content_block_stop","index":0})"); }
std::string Ending(const std::string& reason) {
  return Event(R"({"type":"message_delta","delta":{"stop_reason":")" + reason +
               R"(","stop_sequence":null},"usage":{"output_tokens":3}})") +
         Event(kStop);
}

translate::OpenAiClientRequest Front(OpenAiClientFormat format) {
  const json body = format == OpenAiClientFormat::kChat
                        ? json{{"model", "m"},
                               {"stream", true},
                               {"messages", {{{"role", "user"}, {"content", "q"}}}}}
                        : json{{"model", "m"}, {"stream", true}, {"input", "q"}};
  return *translate::ReadOpenAiClientRequest(format, body.dump());
}

// The data of the events that a client of the format gets; the same for every way to cut the input.
std::vector<json> FrontEvents(OpenAiClientFormat format, const std::string& sse) {
  const auto run = [&](size_t split) {
    const auto stream = translate::MakeOpenAiClientStream(Front(format), {"req_1", 1});
    std::string out;
    stream->Feed(std::string_view(sse).substr(0, split), &out);
    stream->Feed(std::string_view(sse).substr(split), &out);
    stream->Finish(&out);
    return out;
  };
  const std::string whole = run(0);
  for (size_t i = 1; i < sse.size(); ++i) {
    INFO("split at byte " << i);
    REQUIRE(run(i) == whole);
  }
  std::vector<json> events;
  for (size_t at = whole.find("data: "); at != std::string::npos;
       at = whole.find("\ndata: ", at + 1)) {
    at = whole.find("data: ", at);
    const std::string data = whole.substr(at + 6, whole.find('\n', at) - at - 6);
    events.push_back(data == "[DONE]" ? json(data) : json::parse(data));
  }
  return events;
}

TEST_CASE("G16 S46 an event that cannot be read is an error, never a hole in the answer") {
  const std::string cut = R"(data: {"choices":[{"index":0,"delta":{"content":"two "})";
  const std::string tail = Text("three") + Chunk("{}", "stop") + Done();
  for (const std::string& bad :
       {cut + "\n\n", cut + "\r\n\r\n", std::string("data: {\"choices\n\n"),
        std::string("data: content\":\"two \"}}]}\n\n"), std::string("data: not json\n\n"),
        std::string("data: 5\n\n"), std::string("data: [1]\n\n"),
        // Without the empty line after it, and broken by a line feed within.
        cut + "\n",
        std::string("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\nb\"}}]}\n\n"),
        std::string("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\\q\"}}]}\n\n")}) {
    INFO(bad);
    const StreamRun run = FeedEverySplit(Text("one ") + bad + tail);
    CHECK(run.state == StreamState::kFailedAfterContent);
    CHECK(run.events.back()["type"] == "error");
    CHECK(run.Blocks()[0]["text"] == "one ");
    CHECK(run.Count("message_stop") == 0);
    // Nothing is out yet: another model may answer.
    CHECK(FeedEverySplit(bad + tail).state == StreamState::kFailedBeforeContent);
  }
}

TEST_CASE("G16 S46 a broken event within a call's arguments is an error") {
  const std::string more =
      Chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"ls\"}"}}]})") +
      Chunk("{}", "tool_calls") + Done();
  const std::string bad =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\n\n";
  const StreamRun run = FeedEverySplit(Call(R"({\"comm)") + bad + more);
  CHECK(run.state == StreamState::kFailedAfterContent);
  CHECK(run.Count("message_stop") == 0);
  // The event that told the name is the broken one: the rest belongs to no call.
  CHECK(FeedEverySplit(Text("x") + more).state == StreamState::kFailedAfterContent);
  const std::string nameless = Chunk(
      R"({"tool_calls":[{"index":0,"id":"c1","function":{"arguments":"{}"}}]})", "tool_calls");
  CHECK(FeedEverySplit(Text("x") + nameless + Done()).state == StreamState::kFailedAfterContent);
}

TEST_CASE("G16 S46 what keeps a connection alive is no part of the answer") {
  for (const std::string& quiet :
       {std::string("data: \n\n"), std::string("data:\n\n"), std::string("data: ping\n\n"),
        std::string("event: ping\ndata: now\n\n"), std::string("data: [PING]\n\n"),
        std::string("data: keep-alive\n\n"), std::string("data: {}\n\n"),
        std::string("data: null\n\n"), std::string(": hello\n\n")}) {
    INFO(quiet);
    const StreamRun run =
        FeedEverySplit(Text("one ") + quiet + Text("two") + Chunk("{}", "stop") + Done());
    CHECK(run.state == StreamState::kDone);
    CHECK(run.Blocks()[0]["text"] == "one two");
  }
}

TEST_CASE(
    "G16 S36 a stream that ends within an event is an early end, after the finish a whole one") {
  const std::string cut = R"(data: {"choices":[{"index":0,"delta":{"content":"tw)";
  for (const std::string& end : {std::string(), std::string("\n")}) {
    const StreamRun run = FeedEverySplit(Text("one ") + cut + end);
    CHECK(run.state == StreamState::kFailedAfterContent);
    CHECK(run.error.message.find("closed the stream early") != std::string::npos);
  }
  const StreamRun run =
      FeedEverySplit(Text("one") + Chunk("{}", "stop") + "data: {\"usage\":{\"pr");
  CHECK(run.state == StreamState::kDone);
  CHECK_FALSE(run.notes.empty());
}

TEST_CASE("G16 S46 a broken event of a Messages stream is an error for clients of other formats") {
  const std::string before = Event(kStart) + Event(kTextBlock) + Delta("one ");
  const std::string after = Delta("three") + BlockEnd() + Ending("end_turn");
  const std::string bad =
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
      "{\"type\":\"text_delta\",\"text\":\"two \"}\n\n";
  const std::vector<json> chat = FrontEvents(OpenAiClientFormat::kChat, before + bad + after);
  CHECK(chat.back().contains("error"));
  const std::vector<json> responses =
      FrontEvents(OpenAiClientFormat::kResponses, before + bad + after);
  CHECK(responses.back()["type"] == "response.failed");
  CHECK(responses.back()["response"]["status"] == "failed");
  // Nothing is wrong with a ping without data that could be read, and with the rest.
  CHECK(FrontEvents(OpenAiClientFormat::kChat, before + "event: ping\ndata: \n\n" + after).back() ==
        "[DONE]");
}

TEST_CASE("G16 S46 the tap of a Messages stream sees events that cannot be read") {
  const std::string before = Event(kStart) + Event(kTextBlock) + Delta("one ");
  const auto broken = [](const std::string& sse) {
    translate::UsageTap whole;
    whole.Feed(sse);
    for (size_t i = 1; i < sse.size(); ++i) {
      translate::UsageTap tap;
      tap.Feed(std::string_view(sse).substr(0, i));
      tap.Feed(std::string_view(sse).substr(i));
      INFO("split at byte " << i);
      REQUIRE(tap.answer().broken == whole.answer().broken);
    }
    return whole.answer().broken;
  };
  CHECK_FALSE(broken(before + Delta("two") + BlockEnd() + Ending("end_turn")));
  CHECK_FALSE(broken(before + "event: ping\ndata: {\"type\": \"ping\"}\n\ndata: \n\n"));
  CHECK_FALSE(broken("data: {\"type\":\ndata: \"ping\"}\n\n"));
  CHECK(broken(before + "data: {\"type\":\"content_block_delta\",\"index\":0,\"del\n\n"));
  CHECK(broken(before + "data: {\"type\":\"content_block_delta\",\"index\":0,\"del\r\n\r\n"));
  CHECK(broken(before + "data: {\"type\":\"message_delta\",\"delta\":{\"stop_rea\n\n"));
  CHECK(broken("event: message_start\ndata: {\"type\":\"message_sta\n\n"));
}

TEST_CASE("G13 S28 a finish_reason that tells of a failure is an error, in streams and replies") {
  for (const char* word :
       {"network_error", "error", "insufficient_system_resource", "abort", "cancelled", "timeout",
        "server_error", "MALFORMED_FUNCTION_CALL", "overloaded"}) {
    INFO(word);
    const StreamRun run = FeedEverySplit(Text("half") + Chunk("{}", word) + Done());
    CHECK(run.state == StreamState::kFailedAfterContent);
    CHECK(run.events.back()["type"] == "error");
    CHECK(FeedEverySplit(Chunk("{}", word) + Done()).state == StreamState::kFailedBeforeContent);
    const json reply = {{"choices",
                         {{{"index", 0},
                           {"message", {{"role", "assistant"}, {"content", "half"}}},
                           {"finish_reason", word}}}}};
    const auto made = translate::ToMessages(reply.dump(), {}, PlainContext());
    REQUIRE_FALSE(made);
    CHECK(made.error().message.find("finish_reason") != std::string::npos);
  }
}

// A chunk of another choice than the first.
std::string Other(const std::string& delta, const std::string& finish = "") {
  std::string chunk = Chunk(delta, finish);
  const std::string first = R"("index":0,"delta")";
  return chunk.replace(chunk.find(first), first.size(), R"("index":1,"delta")");
}

TEST_CASE("G12 S47 all choices are one answer, in streams and replies") {
  const std::string call =
      R"({"tool_calls":[{"index":0,"id":"c1","function":{"name":"run","arguments":"{\"a\":"}}]})";
  const std::string rest = R"({"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]})";
  for (const std::string& input : {Text("look") + Chunk("{}", "tool_calls") + Other(call) +
                                       Other(rest) + Other("{}", "tool_calls") + Done(),
                                   Text("lo") + Other(call) + Other(rest) + Text("ok") +
                                       Other("{}", "tool_calls") + Chunk("{}", "stop")}) {
    const StreamRun run = FeedEverySplit(input);
    CHECK(run.state == StreamState::kDone);
    CHECK(run.stop_reason == "tool_use");
    CHECK(run.bytes.find("run") != std::string::npos);
    json calls = json::array();
    for (const json& block : run.Blocks()) {
      if (block["type"] == "tool_use") calls.push_back(block["input"]);
    }
    CHECK(calls == json::parse(R"([{"a":1}])"));
  }
  // Each choice numbers its calls from 0.
  const StreamRun two = FeedEverySplit(
      Call(R"({\"x\":1})") +
      Other(R"({"tool_calls":[{"index":0,"function":{"name":"run","arguments":"{}"}}]})") +
      Chunk("{}", "tool_calls") + Other("{}", "tool_calls") + Done());
  CHECK(two.Blocks().size() == 2);
  // Texts that come in turns do not run into each other.
  const StreamRun texts = FeedEverySplit(Text("a") + Other(R"({"content":"x"})") + Text("b") +
                                         Other(R"({"content":"y"})") + Chunk("{}", "stop") +
                                         Other("{}", "stop") + Done());
  REQUIRE(texts.Blocks().size() == 2);
  CHECK(texts.Blocks()[0]["text"] == "ab");
  CHECK(texts.Blocks()[1]["text"] == "xy");
  // One choice has not ended: the stream broke off.
  CHECK(FeedEverySplit(Text("a") + Other(call) + Chunk("{}", "stop")).state ==
        StreamState::kFailedAfterContent);

  const auto reply = translate::ToMessages(
      R"({"choices":[{"index":0,"message":{"content":"look"},"finish_reason":"tool_calls"},)"
      R"({"index":1,"message":{"content":null,"tool_calls":[{"id":"c1","function":{"name":"run",)"
      R"("arguments":"{}"}}]},"finish_reason":"tool_calls"}]})",
      {}, PlainContext());
  REQUIRE(reply);
  const json message = json::parse(reply->body);
  CHECK(message["stop_reason"] == "tool_use");
  REQUIRE(message["content"].size() == 2);
  CHECK(message["content"][0]["text"] == "look");
  CHECK(message["content"][1]["name"] == "run");
}

TEST_CASE("G19 S48 a message that repeats the whole answer doubles nothing") {
  const auto last = [](const std::string& message) {
    return R"(data: {"choices":[{"index":0,"message":)" + message +
           R"(,"finish_reason":"stop"}]})" + "\n\n" + Done();
  };
  const StreamRun run = FeedEverySplit(Text("h\\u00e4") + Text("i") + last(R"({"content":"häi"})"));
  CHECK(run.Blocks() == json::parse(R"([{"type":"text","text":"häi"}])"));
  // What the deltas did not tell still counts.
  CHECK(FeedEverySplit(Text("h") + last(R"({"content":"hi"})")).Blocks()[0]["text"] == "hi");
  CHECK(FeedEverySplit(Chunk(R"({"role":"assistant"})") + last(R"({"content":"hi"})"))
            .Blocks()[0]["text"] == "hi");
  const std::string calls =
      R"({"content":"","tool_calls":[{"id":"c1","function":{"name":"run","arguments":"{\"a\":1}"}}]})";
  for (const std::string& before : {Call(R"({\"a\":1})"), Chunk(R"({"role":"assistant"})")}) {
    const json blocks = FeedEverySplit(before + last(calls)).Blocks();
    REQUIRE(blocks.size() == 1);
    CHECK(blocks[0]["input"] == json::parse(R"({"a":1})"));
  }
  const json thought = FeedEverySplit(Chunk(R"({"reasoning_content":"hm"})") + Text("hi") +
                                      last(R"({"content":"hi","reasoning_content":"hm"})"))
                           .Blocks();
  REQUIRE(thought.size() == 2);
  CHECK(thought[0]["thinking"] == "hm");
}

TEST_CASE("G18 G23 E19 the codes of errors within a stream, by client format") {
  struct Case {
    const char* type;
    const char* message;
    const char* chat_type;
    json chat;
    const char* responses;
  };
  const Case cases[] = {
      {"invalid_request_error", "prompt is too long: 9 tokens > 8 maximum", "invalid_request_error",
       "context_length_exceeded", "context_length_exceeded"},
      {"rate_limit_error", "slow down", "rate_limit_error", "rate_limit_exceeded",
       "rate_limit_exceeded"},
      {"billing_error", "no credit", "insufficient_quota", "insufficient_quota",
       "insufficient_quota"},
      {"overloaded_error", "busy", "server_error", "server_is_overloaded", "server_is_overloaded"},
      {"invalid_request_error", "no", "invalid_request_error", nullptr, "invalid_prompt"},
      {"api_error", "boom", "server_error", nullptr, "server_error"},
  };
  for (const Case& each : cases) {
    INFO(each.type << " " << each.message);
    const std::string sse =
        Event(kStart) + Event(kTextBlock) + Delta("x") +
        Event(json{{"type", "error"}, {"error", {{"type", each.type}, {"message", each.message}}}}
                  .dump());
    const json chat = FrontEvents(OpenAiClientFormat::kChat, sse).back()["error"];
    CHECK(chat["code"] == each.chat);
    CHECK(chat["type"] == each.chat_type);
    CHECK(chat["message"] == each.message);
    const json failed = FrontEvents(OpenAiClientFormat::kResponses, sse).back();
    CHECK(failed["type"] == "response.failed");
    CHECK(failed["response"]["error"]["code"] == each.responses);
  }
}

TEST_CASE("G18 E19 an error after content keeps its type for who makes another format of it") {
  translate::StreamOptions options;
  options.exact_errors = true;
  const auto type = [&](const std::string& error) {
    return Feed(Text("x") + "data: {\"error\":" + error + "}\n\n", PlainContext(), false, options)
        .events.back()["error"]["type"];
  };
  CHECK(type(R"({"code":429,"message":"slow down"})") == "rate_limit_error");
  CHECK(
      type(
          R"({"code":"context_length_exceeded","message":"maximum context length is 8 tokens"})") ==
      "invalid_request_error");
}

TEST_CASE("G23 the ends of a Messages stream, by client format") {
  struct Case {
    const char* reason;
    const char* chat;
    const char* status;
  };
  const Case cases[] = {{"end_turn", "stop", "completed"},
                        {"stop_sequence", "stop", "completed"},
                        {"max_tokens", "length", "incomplete"},
                        {"model_context_window_exceeded", "length", "incomplete"},
                        {"pause_turn", "length", "incomplete"},
                        {"refusal", "content_filter", "incomplete"}};
  for (const Case& each : cases) {
    INFO(each.reason);
    const std::string sse =
        Event(kStart) + Event(kTextBlock) + Delta("x") + BlockEnd() + Ending(each.reason);
    json finish;
    for (const json& chunk : FrontEvents(OpenAiClientFormat::kChat, sse)) {
      if (!chunk.is_object() || chunk["choices"].empty()) continue;
      if (!chunk["choices"][0]["finish_reason"].is_null()) {
        finish = chunk["choices"][0]["finish_reason"];
      }
    }
    CHECK(finish == each.chat);
    const json response = FrontEvents(OpenAiClientFormat::kResponses, sse).back()["response"];
    CHECK(response["status"] == each.status);
    CHECK(response["output"][0]["content"][0]["text"] == "x");
  }
}

TEST_CASE("G23 a call that was cut for want of room is incomplete, with what it is") {
  const std::string call =
      Event(kStart) +
      Event(R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use",)"
            R"("id":"t1","name":"run","input":{}}})") +
      Event(R"({"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta",)"
            R"("partial_json":"{\"a\":\"b"}})") +
      BlockEnd() + Ending("max_tokens");
  const json response = FrontEvents(OpenAiClientFormat::kResponses, call).back()["response"];
  CHECK(response["status"] == "incomplete");
  CHECK(response["output"][0]["status"] == "incomplete");
  CHECK(response["output"][0]["arguments"] == "{\"a\":\"b");

  const auto reply = translate::WriteOpenAiClientReply(
      Front(OpenAiClientFormat::kResponses),
      R"({"id":"m","type":"message","role":"assistant","model":"m","content":[{"type":"tool_use",)"
      R"("id":"t1","name":"run","input":{"raw_arguments":"{\"a\":\"b"}}],"stop_reason":"max_tokens",)"
      R"("stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}})",
      {"req_1", 1});
  REQUIRE(reply);
  const json whole = json::parse(*reply);
  CHECK(whole["output"][0]["status"] == "incomplete");
  CHECK(whole["output"][0]["arguments"] == "{\"a\":\"b");
}

TEST_CASE("G23 an empty whole answer without a finish_reason is no answer") {
  for (const json& content : {json(), json("")}) {
    const json reply = {{"choices",
                         {{{"index", 0},
                           {"message", {{"role", "assistant"}, {"content", content}}},
                           {"finish_reason", nullptr}}}}};
    CHECK_FALSE(translate::ToMessages(reply.dump(), {}, PlainContext()));
  }
}

}  // namespace
}  // namespace katra::testing
