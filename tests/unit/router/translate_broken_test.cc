// Answers that are not whole, or told in another form than was asked for: nothing is left out in
// silence (G12-G23 of docs/translation.md).
#include "router/translate/chat_reply.h"
#include "router/translate/openai_front.h"
#include "router/translate/usage_tap.h"
#include "tests/support/catch.h"
#include "tests/unit/router/translate_fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using translate::FrontFormat;
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

translate::FrontRequest Front(FrontFormat format) {
  const json body = format == FrontFormat::kChat
                        ? json{{"model", "m"},
                               {"stream", true},
                               {"messages", {{{"role", "user"}, {"content", "q"}}}}}
                        : json{{"model", "m"}, {"stream", true}, {"input", "q"}};
  return *translate::ReadFrontRequest(format, body.dump());
}

// The data of the events that a client of the format gets; the same for every way to cut the input.
std::vector<json> FrontEvents(FrontFormat format, const std::string& sse) {
  const auto run = [&](size_t split) {
    const auto stream = translate::MakeFrontStream(Front(format), {"req_1", 1});
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
  const std::vector<json> chat = FrontEvents(FrontFormat::kChat, before + bad + after);
  CHECK(chat.back().contains("error"));
  const std::vector<json> responses = FrontEvents(FrontFormat::kResponses, before + bad + after);
  CHECK(responses.back()["type"] == "response.failed");
  CHECK(responses.back()["response"]["status"] == "failed");
  // Nothing is wrong with a ping without data that could be read, and with the rest.
  CHECK(FrontEvents(FrontFormat::kChat, before + "event: ping\ndata: \n\n" + after).back() ==
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
