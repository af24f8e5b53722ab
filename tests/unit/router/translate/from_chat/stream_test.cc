// Text, thinking, ends and failures of streams, rule by rule (S1-S16, S28-S43 of
// docs/translation.md).
#include "router/translate/signature.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using translate::Failure;
using translate::StreamState;

const char* const kUsage =
    R"(,"usage":{"prompt_tokens":100,"completion_tokens":7,"total_tokens":107,)"
    R"("prompt_tokens_details":{"cached_tokens":60}})";

std::string UsageChunk() {
  return std::string(R"(data: {"id":"chatcmpl-1","model":"up-1","choices":[])") + kUsage + "}\n\n";
}

std::string Text(const std::string& text) { return Chunk(R"({"content":")" + text + "\"}"); }

TEST_CASE("S1 S2 S4 B52 a text answer has all its events in order, with an estimate first") {
  const StreamRun run = FeedEverySplit(Chunk(R"({"role":"assistant","content":""})") + Text("Hel") +
                                       Text("lo") + Chunk("{}", "stop") + UsageChunk() + Done());
  CHECK(run.Types() == std::vector<std::string>{"message_start", "content_block_start",
                                                "content_block_delta", "content_block_delta",
                                                "content_block_stop", "message_delta",
                                                "message_stop"});
  CHECK(run.Blocks() == json::parse(R"([{"type":"text","text":"Hello"}])"));
  const json start = run.Event("message_start")["message"];
  CHECK(start["usage"]["input_tokens"] == 123);
  CHECK(start["id"] == "msg_chatcmpl-1");
  CHECK(start["model"] == "up-1");
  CHECK(start["content"] == json::array());
  CHECK(run.state == StreamState::kDone);
}

TEST_CASE("S5 S6 B30 B31 B51 usage after the finish is told without what came from the cache") {
  const StreamRun run = FeedEverySplit(Text("x") + Chunk("{}", "stop") + UsageChunk() + Done());
  const json usage = run.Event("message_delta")["usage"];
  CHECK(usage["input_tokens"] == 40);
  CHECK(usage["cache_read_input_tokens"] == 60);
  CHECK(usage["cache_creation_input_tokens"] == 0);
  CHECK(usage["output_tokens"] == 7);
  CHECK(run.usage.known);
}

TEST_CASE("S5 the names that providers have for cached tokens") {
  const auto usage = [](const std::string& members) {
    return Feed(Text("x") + Chunk("{}", "stop", ",\"usage\":{" + members + "}") + Done())
        .Event("message_delta")["usage"];
  };
  CHECK(usage(R"("prompt_tokens":10,"completion_tokens":1,"prompt_cache_hit_tokens":4)")
            ["cache_read_input_tokens"] == 4);
  CHECK(usage(R"("prompt_tokens":10,"completion_tokens":1,"cached_tokens":3)")
            ["cache_read_input_tokens"] == 3);
  const json written = usage(
      R"("prompt_tokens":10,"completion_tokens":1,"prompt_tokens_details":{"cache_write_tokens":6})");
  CHECK(written["cache_creation_input_tokens"] == 6);
  CHECK(written["input_tokens"] == 4);
  // Reasoning counted beside the completion is output too.
  CHECK(usage(R"("prompt_tokens":10,"completion_tokens":1,"total_tokens":16,)"
              R"("completion_tokens_details":{"reasoning_tokens":5})")["output_tokens"] == 6);
}

TEST_CASE("S7 usage in every chunk, or in the choice: the last one counts") {
  const auto with = [](int out) {
    return ",\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":" + std::to_string(out) + "}";
  };
  const StreamRun every =
      Feed(Chunk(R"({"content":"a"})", "", with(1)) + Chunk(R"({"content":"b"})", "", with(2)) +
           Chunk("{}", "stop", with(3)) + Done());
  CHECK(every.Event("message_delta")["usage"]["output_tokens"] == 3);
  const StreamRun inside = Feed(
      Text("a") +
      R"(data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":9,"completion_tokens":4}}]})"
      "\n\n" +
      Done());
  CHECK(inside.Event("message_delta")["usage"]["input_tokens"] == 9);
}

TEST_CASE("S8 a finish_reason told twice ends once") {
  const StreamRun run = FeedEverySplit(Text("x") + Chunk("{}", "stop") +
                                       Chunk(R"({"content":""})", "stop", kUsage) + Done());
  CHECK(run.Count("message_delta") == 1);
  CHECK(run.Event("message_delta")["usage"]["output_tokens"] == 7);
}

TEST_CASE("S9 B42 content in the chunk that finishes comes out first") {
  const StreamRun run = FeedEverySplit(Chunk(R"({"content":"all"})", "length", kUsage) + Done());
  CHECK(run.Blocks()[0]["text"] == "all");
  CHECK(run.Event("message_delta")["delta"]["stop_reason"] == "max_tokens");
}

TEST_CASE("S10 thinking, text and a call in one chunk come out in that order") {
  const StreamRun run = FeedEverySplit(
      Chunk(R"({"content":"text","reasoning_content":"why","tool_calls":[{"index":0,"id":"c1",)"
            R"("function":{"name":"f","arguments":"{}"}}]})",
            "tool_calls") +
      Done());
  const json blocks = run.Blocks();
  REQUIRE(blocks.size() == 3);
  CHECK(blocks[0]["thinking"] == "why");
  CHECK(blocks[1]["text"] == "text");
  CHECK(blocks[2]["name"] == "f");
}

TEST_CASE("S11 S12 B57 the first piece of a block is kept and empty ones are not sent") {
  const StreamRun run = FeedEverySplit(Chunk(R"({"reasoning":"a"})") + Chunk(R"({"content":""})") +
                                       Chunk(R"({"reasoning":"b","content":null})") + Text("c") +
                                       Text("") + Chunk("{}", "stop") + Done());
  CHECK(run.Blocks()[0]["thinking"] == "ab");
  CHECK(run.Blocks()[1]["text"] == "c");
  CHECK(run.Count("content_block_start") == 2);
}

TEST_CASE("S14 B48 thinking has one signature before its end, which the next turn knows again") {
  const StreamRun run = FeedEverySplit(Chunk(R"({"reasoning_content":"hm"})") + Text("ok") +
                                       Chunk("{}", "stop") + Done());
  const json block = run.Blocks()[0];
  CHECK(block["type"] == "thinking");
  CHECK(translate::IsOurSignature(block["signature"].get<std::string>()));
  size_t signatures = 0;
  for (const json& event : run.events) {
    if (event["type"] == "content_block_delta" && event["delta"]["type"] == "signature_delta") {
      ++signatures;
    }
  }
  CHECK(signatures == 1);
}

TEST_CASE("S15 every place where providers put their reasoning") {
  const auto thought = [](const std::string& delta) {
    return Feed(Chunk(delta) + Text("x") + Chunk("{}", "stop") + Done())
        .Blocks()[0]
        .value("thinking", "");
  };
  CHECK(thought(R"({"reasoning_content":"a"})") == "a");
  CHECK(thought(R"({"reasoning":"b"})") == "b");
  CHECK(thought(R"({"reasoning_details":[{"type":"reasoning.text","text":"c"}]})") == "c");
  CHECK(thought(R"({"reasoning_details":[{"type":"reasoning.summary","summary":"d"}]})") == "d");
  // Told twice it counts once.
  CHECK(thought(R"({"reasoning":"e","reasoning_details":[{"text":"e"}]})") == "e");
  CHECK(thought(R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"f"}]}]})") ==
        "f");
}

TEST_CASE("S15 think tags become thinking, however they are split") {
  translate::ReplyContext context = PlainContext();
  context.think_tags = true;
  const StreamRun run =
      FeedEverySplit(Text("<th") + Text("ink>why \\\"so\\\"</thi") +
                         Text("nk>because <think> is text") + Chunk("{}", "stop") + Done(),
                     context);
  CHECK(run.Blocks()[0]["thinking"] == "why \"so\"");
  CHECK(run.Blocks()[1]["text"] == "because <think> is text");
  CHECK(Feed(Text("<b>bold") + Chunk("{}", "stop") + Done(), context).Blocks()[0]["text"] ==
        "<b>bold");
  CHECK(
      Feed(Text("<think>cut") + Chunk("{}", "length") + Done(), context).Blocks()[0]["thinking"] ==
      "cut");
  CHECK(Feed(Text("<thi") + Chunk("{}", "stop") + Done(), context).Blocks()[0]["text"] == "<thi");
}

TEST_CASE("S16 citations become a web search and its result") {
  const StreamRun run = FeedEverySplit(
      Text("It rains.") +
      Chunk(R"({"annotations":[{"type":"url_citation","url_citation":{"url":"https://w.example",)"
            R"("title":"Weather"}}]})",
            "stop") +
      Done());
  const json blocks = run.Blocks();
  REQUIRE(blocks.size() == 3);
  CHECK(blocks[1]["type"] == "server_tool_use");
  CHECK(blocks[2]["type"] == "web_search_tool_result");
  CHECK(blocks[2]["tool_use_id"] == blocks[1]["id"]);
  CHECK(blocks[2]["content"][0]["url"] == "https://w.example");
  CHECK(blocks[2]["content"][0].contains("encrypted_content"));
  CHECK(run.Event("message_delta")["delta"]["stop_reason"] == "end_turn");
  CHECK(run.Event("message_delta")["usage"]["server_tool_use"]["web_search_requests"] == 1);
}

TEST_CASE("S28 B40 B41 what a finish_reason means") {
  const auto reason = [](const std::string& word) {
    return Feed(Text("x") + Chunk("{}", word) + Done())
        .Event("message_delta")["delta"]["stop_reason"]
        .get<std::string>();
  };
  CHECK(reason("stop") == "end_turn");
  CHECK(reason("length") == "max_tokens");
  CHECK(reason("content_filter") == "refusal");
  for (const char* word : {"sensitive", "SAFETY", "PROHIBITED_CONTENT", "content_policy_violation",
                           "RECITATION", "guardrail_intervened"}) {
    INFO("G13 " << word);
    CHECK(reason(word) == "refusal");
  }
  CHECK(reason("STOP") == "end_turn");
  CHECK(reason("MAX_TOKENS") == "max_tokens");
  CHECK(reason("model_context_window_exceeded") == "max_tokens");
  CHECK(reason("never_heard_of") == "end_turn");
  CHECK_FALSE(Feed(Text("x") + Chunk("{}", "never_heard_of") + Done()).notes.empty());
}

TEST_CASE("S30 a refusal is text and stops as one") {
  const StreamRun run =
      FeedEverySplit(Chunk(R"({"refusal":"I can"})") + Chunk(R"({"refusal":"not."})") +
                     Chunk("{}", "stop") + Done());
  CHECK(run.Blocks()[0]["text"] == "I cannot.");
  CHECK(run.stop_reason == "refusal");
}

TEST_CASE("S33 R46 a stop sequence that the upstream does not know ends the answer, and is named") {
  translate::ReplyContext context = PlainContext();
  context.emulated_stops = {"END", "STOP!"};
  const StreamRun run = FeedEverySplit(
      Text("one ST") + Text("OP two E") + Text("ND three") + Chunk("{}", "stop") + Done(), context);
  CHECK(run.Blocks()[0]["text"] == "one STOP two ");
  CHECK(run.Event("message_delta")["delta"]["stop_reason"] == "stop_sequence");
  CHECK(run.Event("message_delta")["delta"]["stop_sequence"] == "END");
  CHECK(run.state == StreamState::kDone);
  const StreamRun plain = Feed(Text("x") + Chunk("{}", "stop") + Done(), context);
  CHECK(plain.Event("message_delta")["delta"]["stop_sequence"].is_null());
}

TEST_CASE("S34 an error before any content fails the attempt and sends nothing of it") {
  const std::string error =
      R"(data: {"error":{"message":"Overloaded","code":529,"type":"overloaded_error"}})"
      "\n\n";
  const StreamRun run = FeedEverySplit(Chunk(R"({"role":"assistant"})") + error);
  CHECK(run.state == StreamState::kFailedBeforeContent);
  CHECK(run.error.status == 529);
  CHECK(run.error.retryable);
  CHECK(run.Count("error") == 0);
  const StreamRun named = Feed("event: error\ndata: {\"message\":\"no\"}\n\n");
  CHECK(named.state == StreamState::kFailedBeforeContent);
}

TEST_CASE("S35 B43 an error after content is one error event and no message_stop") {
  const StreamRun run =
      FeedEverySplit(Text("half") + R"(data: {"error":{"message":"boom","code":502}})" + "\n\n" +
                     Text("more") + Chunk("{}", "stop") + Done());
  CHECK(run.state == StreamState::kFailedAfterContent);
  CHECK(run.events.back()["type"] == "error");
  CHECK(run.events.back()["error"]["type"] == "api_error");
  CHECK(run.Count("message_stop") == 0);
  CHECK(run.Count("message_delta") == 0);
}

TEST_CASE("S35 an error in the choice and a finish_reason of error are failures too") {
  const StreamRun inside = Feed(
      Text("a") +
      R"(data: {"choices":[{"index":0,"delta":{},"error":{"code":429,"message":"slow down"}}]})" +
      "\n\n");
  CHECK(inside.state == StreamState::kFailedAfterContent);
  CHECK(inside.error.failure == Failure::kRateLimit);
  CHECK(Feed(Text("a") + Chunk("{}", "error")).state == StreamState::kFailedAfterContent);
}

TEST_CASE("S36 B44 an end without finish_reason and end mark is an error, never a faked end") {
  for (const bool cut : {false, true}) {
    const StreamRun run = FeedEverySplit(Text("half"), PlainContext(), cut);
    CHECK(run.state == StreamState::kFailedAfterContent);
    CHECK(run.events.back()["error"]["message"].get<std::string>().find(
              "closed the stream early") != std::string::npos);
  }
  CHECK(Feed(Text("all") + Done()).state == StreamState::kDone);
}

TEST_CASE("S37 a finish_reason without an end mark closes normally") {
  const StreamRun run = FeedEverySplit(Text("x") + Chunk("{}", "stop"));
  CHECK(run.state == StreamState::kDone);
  CHECK(run.Event("message_delta")["usage"]["input_tokens"] == 123);  // S39: the estimate
}

TEST_CASE("S38 B56 an empty answer with status 200 is a failed attempt") {
  for (const std::string& input :
       {std::string(), Done(), std::string("data: {\"id\":\"x\",\"choices\":null}\n\n") + Done(),
        std::string("<html><body>Bad gateway</body></html>"), std::string("OK"),
        std::string(": comment\n\n"), Chunk(R"({"role":"assistant"})") + Done()}) {
    INFO(input);
    const StreamRun run = FeedEverySplit(input);
    CHECK(run.state == StreamState::kFailedBeforeContent);
    CHECK(run.error.retryable);
    CHECK(run.error.message.find("<html") == std::string::npos);
  }
}

TEST_CASE("E16 a JSON error with status 200 instead of a stream is that error") {
  const StreamRun run = FeedEverySplit(R"({"error":{"message":"Rate limit exceeded","code":429}})");
  CHECK(run.state == StreamState::kFailedBeforeContent);
  CHECK(run.error.failure == Failure::kRateLimit);
}

TEST_CASE("a whole reply in place of a stream is an answer all the same") {
  const StreamRun run = FeedEverySplit(
      R"({"id":"r","object":"chat.completion","model":"m","choices":[{"index":0,"message":)"
      R"({"role":"assistant","content":"hi"},"finish_reason":"stop"}]})");
  CHECK(run.state == StreamState::kDone);
  CHECK(run.Blocks()[0]["text"] == "hi");
}

TEST_CASE("S40 B45 data without a space, CRLF, CR, comments and data over several lines") {
  const std::string tight = R"(data:{"choices":[{"delta":{"content":"a"}}]})";
  const std::string end = R"(data:{"choices":[{"delta":{},"finish_reason":"stop"}]})";
  for (const std::string& line : {std::string("\n"), std::string("\r\n"), std::string("\r")}) {
    const StreamRun run =
        FeedEverySplit("\xEF\xBB\xBF: hello" + line + line + "id: 7" + line + "retry: 10" + line +
                       tight + line + line + end + line + line + "data:[DONE]" + line + line);
    CHECK(run.Blocks()[0]["text"] == "a");
    CHECK(run.state == StreamState::kDone);
  }
  const StreamRun lines = FeedEverySplit(
      "data: {\"choices\":[{\"delta\":\ndata: {\"content\":\"b\"}}]}\n\n" + end + "\n\n");
  CHECK(lines.Blocks()[0]["text"] == "b");
  // Without the empty line between events.
  const StreamRun packed = FeedEverySplit(tight + "\n" + end + "\ndata: [DONE]\n");
  CHECK(packed.Blocks()[0]["text"] == "a");
  CHECK(packed.state == StreamState::kDone);
}

TEST_CASE("S41 B46 UTF-8, escapes and emoji survive every split") {
  const StreamRun run =
      FeedEverySplit(Text("Grüße, \\u4e16界 \\\"q\\\" \\ud83d\\ude00 \xF0\x9F\x98\x80\\n\\\\") +
                     Chunk("{}", "stop") + Done());
  CHECK(run.Blocks()[0]["text"] == "Grüße, 世界 \"q\" 😀 😀\n\\");
}

TEST_CASE("S42 missing members and unknown ones do no harm") {
  const StreamRun run = FeedEverySplit(
      "data: {\"choices\":[{\"delta\":{\"content\":\"a\",\"x\":[1,{}]},\"y\":2}],\"z\":null}\n\n"
      "data: {\"choices\":[{\"finish_reason\":\"stop\"}]}\n\n"
      "data: not json\n\ndata: 5\n\ndata: []\n\n");
  CHECK(run.Blocks()[0]["text"] == "a");
  CHECK(run.Event("message_start")["message"]["model"] == "model-1");
  CHECK(run.Event("message_start")["message"]["id"] == "msg_req_1");
}

TEST_CASE("S43 B53 a line of two megabytes passes, one beyond the limit is an early end") {
  const std::string big(size_t{2} << 20U, 'x');
  CHECK(Feed(Text(big) + Chunk("{}", "stop") + Done()).Blocks()[0]["text"] == big);
  translate::StreamOptions options;
  options.max_event_bytes = 1000;
  const StreamRun run = Feed(Text("a") + Text(big), PlainContext(), false, options);
  CHECK(run.state == StreamState::kFailedAfterContent);
}

TEST_CASE("B54 what comes after the end is not answered") {
  const StreamRun run = FeedEverySplit(Text("x") + Chunk("{}", "stop") + UsageChunk() + Done() +
                                       Text("ghost") + Done());
  CHECK(run.Count("message_stop") == 1);
  CHECK(run.events.back()["type"] == "message_stop");
}

TEST_CASE("S3 the message may be begun early, and a second attempt does not begin it again") {
  translate::ChatStreamReader reader(PlainContext());
  std::string out;
  CHECK_FALSE(reader.Started());
  reader.Start(&out);
  CHECK(reader.Started());
  CHECK_FALSE(reader.ContentSent());
  reader.Feed(Chunk(R"({"role":"assistant"})"), &out);
  CHECK(ParseEvents(out).size() == 1);
  CHECK(reader.Finish(true, &out) == StreamState::kFailedBeforeContent);

  translate::StreamOptions options;
  options.message_started = true;
  const StreamRun second =
      Feed(Text("x") + Chunk("{}", "stop") + Done(), PlainContext(), false, options);
  CHECK(second.Count("message_start") == 0);
  CHECK(second.state == StreamState::kDone);
}

TEST_CASE("J6 chunks that look like the one before are read as they are written") {
  const std::string head = R"(data: {"choices":[{"index":0,"delta":{"content":")";
  const std::string tail = "\"},\"finish_reason\":null}]}\n\n";
  const auto same = [&](const std::string& content) { return head + content + tail; };
  const StreamRun run = FeedEverySplit(
      same("a") + same("") + same("\\\"b\\\\") +
      // The same beginning and end, and more between.
      same(R"(c","reasoning":"why","x":")") + same(R"(d"},"delta":{"content":"e)") + same("f") +
      head + "g\"},\"finish_reason\":\"stop\"}]}\n\n" + same("h") + Done());
  const json blocks = run.Blocks();
  REQUIRE(blocks.size() == 3);
  CHECK(blocks[0]["text"] == "a\"b\\");
  CHECK(blocks[1]["thinking"] == "why");
  CHECK(blocks[2]["text"] == "cefgh");
}

}  // namespace
}  // namespace katra::testing
