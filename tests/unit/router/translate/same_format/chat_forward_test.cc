// Answers of Chat Completions to a client of Chat Completions: they go as they came, but for what
// must change (C2-C5 of docs/translation.md). Every stream is cut in two at every place.
#include "router/translate/same_format/chat_forward.h"
#include "router/translate/kept_reasoning.h"
#include "router/translate/sse_parser.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using translate::ChatForward;
using translate::SameFormat;
using translate::StreamState;

// What the events hold, without the end mark.
std::vector<json> DataOf(const std::string& stream) {
  std::vector<json> found;
  translate::SseCutter cutter;
  cutter.Feed(stream, [&](std::string_view event) {
    const std::string data = translate::ReadSseEvent(event).data;
    if (data != "[DONE]") found.push_back(json::parse(data));
    return true;
  });
  return found;
}

struct Run {
  StreamState state = StreamState::kOpen;
  std::string bytes;
  translate::ApiError error;
  translate::Usage usage;
  std::string model;
  bool content = false;

  bool operator==(const Run& other) const {
    return state == other.state && bytes == other.bytes && error.type == other.error.type &&
           usage.output_tokens == other.usage.output_tokens && model == other.model;
  }
};

Run Forward(const std::string& stream, size_t cut_at, SameFormat same, bool broke_off,
            const translate::ReplyContext& context) {
  ChatForward forward(context, same, size_t{1} << 20U);
  Run run;
  const std::string_view all = stream;
  forward.Feed(all.substr(0, cut_at), &run.bytes);
  forward.Feed(all.substr(cut_at), &run.bytes);
  run.state = forward.Finish(broke_off, &run.bytes);
  run.error = forward.error();
  run.usage = forward.usage();
  run.model = forward.model();
  run.content = forward.ContentSent();
  return run;
}

// The same from every way to cut the input in two.
Run Everywhere(const std::string& stream, SameFormat same = {}, bool broke_off = false,
               const translate::ReplyContext& context = PlainContext()) {
  const Run whole = Forward(stream, stream.size(), same, broke_off, context);
  for (size_t at = 0; at < stream.size(); ++at) {
    const Run run = Forward(stream, at, same, broke_off, context);
    if (!(run == whole)) {
      INFO("cut at byte " << at << ": " << run.bytes);
      REQUIRE(run == whole);
    }
  }
  return whole;
}

const std::string kUsage =
    R"(data: {"id":"c1","model":"gpt-z","choices":[],"usage":{"prompt_tokens":9,)"
    R"("completion_tokens":4,"prompt_tokens_details":{"cached_tokens":5}}})"
    "\n\n";

TEST_CASE("G22 S44 a stream goes through byte for byte, however it is split") {
  const std::string stream =
      ": comment\n\n" + Chunk(R"({"role":"assistant","content":""})") +
      Chunk(R"({"content":"Hel"})") + Chunk(R"({"content":"lo \"x\""})") +
      "data:  {\"id\":\"c1\",\"model\":\"gpt-z\",\"choices\":[{\"index\":0,\"delta\":{\"content\":"
      "\"!\"},\"logprobs\":{\"content\":[]}}],\"obfuscation\":\"a\"}\r\n\r\n"
      "event: x\nid: 3\ndata: {\"choices\":[],\ndata: \"new\":1}\n\n" +
      Chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]})") +
      Chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]})") +
      Chunk(R"({"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{}"}}]})") +
      Chunk("{}", "tool_calls") + kUsage + Done();
  const Run run = Everywhere(stream);
  CHECK(run.state == StreamState::kDone);
  CHECK(run.bytes == stream);
  CHECK(run.usage.known);
  CHECK(run.usage.input_tokens == 4);
  CHECK(run.usage.cache_read_tokens == 5);
  CHECK(run.usage.output_tokens == 4);
  // Usage that the client did not ask for is not told.
  std::string hidden = stream;
  hidden.erase(hidden.find(kUsage), kUsage.size());
  CHECK(Everywhere(stream, {true, false}).bytes == hidden);
}

TEST_CASE("G22 S37 S40 ends and lines that clients could not read are mended") {
  const std::string body = Chunk(R"({"content":"a"})") + Chunk("{}", "stop");
  CHECK(Everywhere(body).bytes == body + Done());
  CHECK(Everywhere(body + kUsage, {true, false}).bytes == body + Done());
  CHECK(Everywhere(body, {}, true).state == StreamState::kDone);  // cut after its end
  // Without the empty line between events.
  std::string tight = body;
  tight.erase(tight.find("\n\n"), 1);
  const Run run = Everywhere(tight + Done());
  CHECK(run.bytes == body + Done());
  // Carriage returns alone; and a last event without its empty line.
  std::string returns = body;
  for (char& c : returns) c = c == '\n' ? '\r' : c;
  CHECK(Everywhere(returns).state == StreamState::kDone);
  const std::string open = body.substr(0, body.size() - 1);
  CHECK(Everywhere(open).bytes == body + Done());
  CHECK(Everywhere(Chunk(R"({"content":"a"})") + "data: ping\n\n" + Chunk("{}", "stop") + Done())
            .bytes == Chunk(R"({"content":"a"})") + ": ping\n\n" + Chunk("{}", "stop") + Done());
}

TEST_CASE("G22 G16 S34 S36 what is broken is an error, never a hole or a clean end") {
  struct Row {
    const char* name;
    std::string stream;
    bool content;
  };
  const std::string first = Chunk(R"({"content":"one"})");
  const std::string role = Chunk(R"({"role":"assistant","content":""})");
  const Row row = GENERATE_COPY(
      Row{"a broken event", first + "data: {\"choices\":[{\"delta\":{\"content\":\"t\n\n" + Done(),
          true},
      Row{"a broken event before content", role + "data: {\"choices\":\n\n", false},
      Row{"no object", first + "data: 7\n\n" + Done(), true}, Row{"an early end", first, true},
      Row{"an empty stream", ": hello\n\n", false}, Row{"an end mark alone", role + Done(), false},
      Row{"a page", "<html>no</html>", false},
      Row{"an error", first + "data: {\"error\":{\"message\":\"overloaded\"}}\n\n" + Done(), true},
      Row{"an error by its name", first + "event: error\ndata: {\"message\":\"m\"}\n\n", true},
      Row{"an error of a choice",
          first + "data: {\"choices\":[{\"index\":0,\"error\":{\"message\":\"m\"}}]}\n\n", true},
      Row{"an error before content", role + "data: {\"error\":{\"message\":\"no\"}}\n\n", false},
      Row{"a failure as a finish", first + Chunk("{}", "network_error") + Done(), true},
      Row{"a call without a name",
          first + Chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"arguments":"{}"}}]})") +
              Chunk("{}", "tool_calls") + Done(),
          true},
      Row{"an error after the finish",
          first + Chunk("{}", "stop") + "data: {\"error\":{\"message\":\"m\"}}\n\n", true});
  INFO(row.name);
  const Run run = Everywhere(row.stream);
  CHECK(run.bytes.find("[DONE]") == std::string::npos);
  CHECK(run.bytes.find("\"finish_reason\":\"") == std::string::npos);
  if (row.content) {
    CHECK(run.state == StreamState::kFailedAfterContent);
    CHECK(run.bytes.find("data: {\"error\":") != std::string::npos);
  } else {
    CHECK(run.state == StreamState::kFailedBeforeContent);
    CHECK_FALSE(run.content);
  }
}

TEST_CASE("G22 S36 an answer cut at any byte gives only events that a client can read") {
  const std::string stream =
      Chunk(R"({"content":"a"})") + "event: x\n\n" + Chunk(R"({"content":"b"})");
  for (size_t at = 1; at < stream.size(); ++at) {
    const std::string bytes = Everywhere(stream.substr(0, at), {}, true).bytes;
    INFO(at << ": " << bytes);
    size_t unreadable = 0;
    std::string_view left = bytes;
    while (!left.empty()) {
      const size_t end = left.find("\n\n");
      REQUIRE(end != std::string_view::npos);
      const std::string event(left.substr(0, end));
      left.remove_prefix(end + 2);
      const bool reads = event.starts_with("data:") && json::accept(event.substr(5));
      unreadable += reads || event.starts_with(":") ? 0 : 1;
    }
    CHECK(unreadable == 0);
  }
}

TEST_CASE("G22 E19 an error has the words that clients know") {
  const std::string first = Chunk(R"({"content":"one"})");
  const std::string own =
      R"(data: {"error":{"message":"slow down","type":"requests","param":null,"code":"rate_limit_exceeded"}})"
      "\n\n";
  CHECK(Everywhere(first + own).bytes == first + own);
  const Run other =
      Everywhere(first + R"(data: {"error":{"code":429,"message":"slow down"}})" + "\n\n");
  CHECK(other.bytes.find("\"code\":\"rate_limit_exceeded\"") != std::string::npos);
}

TEST_CASE("G22 G12 S47 choices that nobody asked for are one answer") {
  const std::string text = Chunk(R"({"content":"Looking"})");
  const auto second = [](const std::string& delta, const std::string& finish) {
    std::string chunk = Chunk(delta, finish);
    const size_t at = chunk.find("\"index\":0,\"delta\"");
    chunk.replace(at, 9, "\"index\":1");
    return chunk;
  };
  const std::string call =
      R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]})";
  const std::string stream =
      text + Chunk("{}", "tool_calls") + second(call, "") + second("{}", "tool_calls") + Done();
  const Run run = Everywhere(stream);
  CHECK(run.bytes == text + Chunk("{}") + Chunk(call) + Chunk("{}", "tool_calls") + Done());
  // Who asked for several gets them.
  CHECK(Everywhere(stream, {false, true}).bytes == stream);
  // In one chunk.
  const json both = json::parse(
      R"({"choices":[{"index":0,"delta":{"content":"L"},"finish_reason":"length"},)"
      R"({"index":1,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]},)"
      R"("finish_reason":"tool_calls"}]})");
  const auto events = DataOf(Everywhere("data: " + both.dump() + "\n\n").bytes);
  REQUIRE(events.size() >= 2);
  CHECK(events[0]["choices"].size() == 1);
  CHECK(events[0]["choices"][0]["finish_reason"].is_null());
  CHECK(events[1]["choices"][0]["index"] == 0);
  CHECK(events[1]["choices"][0]["finish_reason"] == "length");
}

TEST_CASE("G22 G19 S17 S24 what clients cannot read is mended") {
  const std::string whole =
      R"(data: {"choices":[{"index":0,"message":{"role":"assistant","content":"hi there"},"finish_reason":"stop"}]})"
      "\n\n";
  const auto told = [](const Run& run) {
    std::string text;
    for (const json& event : DataOf(run.bytes)) {
      text += event["choices"][0]["delta"].value("content", "");
      CHECK_FALSE(event["choices"][0].contains("message"));
    }
    return text;
  };
  CHECK(told(Everywhere(Chunk(R"({"content":"hi"})") + whole)) == "hi there");
  CHECK(told(Everywhere(Chunk(R"({"content":"hi there"})") + whole)) == "hi there");
  CHECK(told(Everywhere(whole)) == "hi there");

  const Run calls =
      Everywhere(Chunk(R"({"tool_calls":[{"function":{"name":"f","arguments":{"a":1}}}]})") +
                 Chunk(R"({"tool_calls":[{"id":"b","function":{"name":"g","arguments":"{}"}}]})") +
                 Chunk("{}", "tool_calls") + Done());
  const auto events = DataOf(calls.bytes);
  const json one = events[0]["choices"][0]["delta"]["tool_calls"][0];
  const json two = events[1]["choices"][0]["delta"]["tool_calls"][0];
  CHECK(one["index"] == 0);
  CHECK(one["function"]["arguments"] == "{\"a\":1}");
  CHECK_FALSE(one["id"].get<std::string>().empty());
  CHECK(two["index"] == 1);
  CHECK(two["id"] == "b");
  // Two calls at one index.
  const Run taken = Everywhere(
      Chunk(R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]})") +
      Chunk(R"({"tool_calls":[{"index":0,"id":"b","function":{"name":"g","arguments":""}}]})") +
      Chunk(R"({"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]})") +
      Chunk("{}", "tool_calls") + Done());
  CHECK(DataOf(taken.bytes)[2]["choices"][0]["delta"]["tool_calls"][0]["index"] == 1);
}

TEST_CASE("G22 G14 a whole reply where a stream was asked for is told as one") {
  const std::string reply =
      R"({"id":"c","object":"chat.completion","created":5,"model":"gpt-z","choices":[{"index":0,)"
      R"("message":{"role":"assistant","content":"Hello","tool_calls":[{"id":"a","type":"function",)"
      R"("function":{"name":"f","arguments":"{}"}}]},"logprobs":null,"finish_reason":"tool_calls"}],)"
      R"("usage":{"prompt_tokens":3,"completion_tokens":2}})";
  const Run run = Everywhere(reply);
  CHECK(run.state == StreamState::kDone);
  CHECK(run.usage.output_tokens == 2);
  const auto events = DataOf(run.bytes);
  REQUIRE(events.size() >= 3);
  CHECK(events[0]["object"] == "chat.completion.chunk");
  CHECK(events[0]["choices"][0]["delta"]["content"] == "Hello");
  CHECK(events[0]["choices"][0]["delta"]["tool_calls"][0]["index"] == 0);
  CHECK(events[1]["choices"][0]["finish_reason"] == "tool_calls");
  CHECK(events[2]["usage"]["completion_tokens"] == 2);
  CHECK(run.bytes.find("data: [DONE]\n\n") == run.bytes.size() - 14);
  CHECK(Everywhere(reply, {true, false}).bytes.find("usage") == std::string::npos);
}

TEST_CASE("G22 S45 a whole reply goes through as it is, unless it is none") {
  const std::string reply =
      R"({"id":"c", "choices":[{"index":0,"message":{"role":"assistant","content":"x","new":1},)"
      R"("logprobs":{"content":[]},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":2},"model":"gpt-z"})";
  const auto made = translate::ForwardChatReply(reply, {}, PlainContext(), {});
  REQUIRE(made);
  CHECK(made->body == reply);
  CHECK(made->model == "gpt-z");
  CHECK(made->usage.output_tokens == 2);
  for (
      const char* bad :
      {"", "[]", "{}", R"({"choices":[]})", R"({"error":{"message":"m"}})",
       R"({"choices":[{"message":{"role":"assistant","content":""}}]})",
       R"({"choices":[{"message":{"content":"x"},"finish_reason":"network_error"}]})",
       R"({"choices":[{"message":{"tool_calls":[{"id":"a","function":{"arguments":"{}"}}]},"finish_reason":"stop"}]})"}) {
    INFO(bad);
    CHECK_FALSE(translate::ForwardChatReply(bad, {}, PlainContext(), {}));
  }
  const std::string two =
      R"({"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"L"},"finish_reason":"tool_calls"},)"
      R"({"index":1,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]})";
  const json one = json::parse(translate::ForwardChatReply(two, {}, PlainContext(), {})->body);
  CHECK(one["choices"].size() == 1);
  CHECK(one["choices"][0]["message"]["content"] == "L");
  CHECK(one["choices"][0]["message"]["tool_calls"].size() == 1);
  CHECK(translate::ForwardChatReply(two, {}, PlainContext(), {false, true})->body == two);
}

TEST_CASE("G22 R41 what the model thought is kept for the next turn") {
  MapReasoningStore store;
  translate::ReplyContext context = PlainContext();
  context.reasoning = &store;
  context.upstream = "up";
  context.owner = "Sam";
  context.reasoning_history = router::ReasoningHistory::kReasoningContent;
  const Run run = Everywhere(
      Chunk(R"({"reasoning_content":"hm"})") + Chunk(R"({"reasoning_content":"m"})") +
          Chunk(
              R"({"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]})") +
          Chunk("{}", "tool_calls") + Done(),
      {}, false, context);
  CHECK(run.state == StreamState::kDone);
  const auto kept = store.Get(translate::ReasoningKey("Sam", "up", "a"));
  REQUIRE(kept);
  CHECK(json::parse(*kept)["content"] == "hmm");
}

}  // namespace
}  // namespace katra::testing
