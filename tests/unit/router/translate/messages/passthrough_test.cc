// What is done to bodies and streams of the same format: a few bytes, or a look (R1, R2, R5, R6,
// R8, S44, T2 of docs/translation.md).
#include "router/translate/estimate.h"
#include "router/translate/messages/splice.h"
#include "router/translate/messages/usage_tap.h"
#include "router/translate/signature.h"
#include "router/translate/usage.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using translate::Changes;
using translate::ForeignThinking;
using translate::PeekRequest;

std::string Spliced(const std::string& body, const Changes& changes) {
  const auto peek = PeekRequest(body);
  REQUIRE(peek);
  return translate::SpliceRequest(body, *peek, changes);
}

TEST_CASE("R1 R2 B19 only the model at the top is changed") {
  const std::string rest =
      R"(, "messages":[{"role":"user","content":"\"model\":\"x\" {[\\\""},{"model":"inner"}],)"
      R"("cache_control":{"ttl":"1h"},"context_management":{"model":"m"},"output_config" : {} , "x":1e5 })";
  Changes changes;
  changes.model = "new/model";
  CHECK(Spliced("{ \"model\" : \"old\"" + rest, changes) == "{ \"model\" : \"new/model\"" + rest);
  CHECK(Spliced(R"({"a":{"model":"x"},"model":"y"})", changes) ==
        R"({"a":{"model":"x"},"model":"new/model"})");
  // A member that is named twice means the last one to most, so that none may stay.
  CHECK(Spliced(R"({"model":"a","model":"b"})", changes) ==
        R"({"model":"new/model","model":"new/model"})");
  CHECK(Spliced(R"({"model":"a\"b"})", Changes()) == R"({"model":"a\"b"})");
}

TEST_CASE("a look at a body says what the gateway must know") {
  const auto peek = PeekRequest(
      R"({"model":"a\u002fb","max_tokens":100,"stream":true,"thinking":{"type":"enabled","budget_tokens":2048},)"
      R"("tools":[{"name":"f"}],"system":[],"messages":[]})");
  REQUIRE(peek);
  CHECK(peek->model == "a/b");
  CHECK(peek->stream);
  CHECK(peek->max_tokens == 100);
  CHECK(peek->thinking_type == "enabled");
  CHECK(peek->thinking_budget == 2048);
  CHECK(peek->has_tools);
  for (const char* bad :
       {"", "[]", "{", "{\"a\"", "{\"a\":}", "{\"a\":1,}", "{\"a\":\"x}", "{}x", "{\"a\":[1,{]}"}) {
    INFO(bad);
    const auto broken = PeekRequest(bad);
    if (std::string(bad) != "{\"a\":[1,{]}") CHECK_FALSE(broken);
  }
}

TEST_CASE("R6 R8 a small budget is raised and a large limit lowered") {
  const auto budget = [](int64_t value, int64_t most, Changes changes = {}) {
    const json out = json::parse(Spliced(
        "{\"max_tokens\":" + std::to_string(most) +
            ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":" + std::to_string(value) + "}}",
        changes));
    return std::make_pair(out["thinking"]["budget_tokens"].get<int64_t>(),
                          out["max_tokens"].get<int64_t>());
  };
  CHECK(budget(500, 32000) == std::make_pair(int64_t{1024}, int64_t{32000}));
  CHECK(budget(4000, 32000).first == 4000);
  Changes limited;
  limited.max_output_tokens = 3000;
  CHECK(budget(4000, 32000, limited) == std::make_pair(int64_t{2999}, int64_t{3000}));
  CHECK(budget(500, 800).first == 500);
}

TEST_CASE("R5 thinking of others is taken out before Anthropic sees it") {
  const std::string ours = translate::MakeSignature("{}");
  const std::string body =
      R"({"thinking":{"type":"enabled","budget_tokens":2000},"messages":[{"role":"user","content":"q"},)"
      R"({"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":")" +
      ours +
      R"("},{"type":"text","text":"a"}]},{"role":"assistant","content":[{"type":"thinking","thinking":"u","signature":"Eabc"},)"
      R"({"type":"redacted_thinking","data":"x"},{"type":"tool_use","id":"i","name":"f","input":{}}]}],"system":"s"})";
  const auto mine = translate::RemoveForeignThinking(body, ForeignThinking::kOurs);
  REQUIRE(mine);
  CHECK(mine->removed == 1);
  const json kept = json::parse(mine->body);
  CHECK(kept["messages"][1]["content"].size() == 1);
  CHECK(kept["messages"][2]["content"].size() == 3);
  CHECK(kept["thinking"]["type"] == "enabled");
  CHECK(kept["system"] == "s");

  const auto all = translate::RemoveForeignThinking(body, ForeignThinking::kAll);
  REQUIRE(all);
  CHECK(all->removed == 3);
  // The turn that goes on has lost its thinking: it cannot go on thinking.
  CHECK(json::parse(all->body)["thinking"]["type"] == "disabled");
  const std::string clean = R"({"messages":[{"role":"user","content":"q"}]})";
  CHECK(translate::RemoveForeignThinking(clean, ForeignThinking::kAll)->body == clean);
}

TEST_CASE("S44 B50 usage is read from a stream at the side, however it is split") {
  const std::string stream =
      "event: message_start\r\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\","
      "\"model\":\"claude-z\",\"usage\":{\"input_tokens\":9,\"cache_read_input_tokens\":3,"
      "\"cache_creation_input_tokens\":2,\"output_tokens\":1}}}\r\n\r\n"
      ": comment\n\nevent: content_block_start\ndata: "
      "{\"type\":\"content_block_start\",\"index\":0}\n\n"
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
      "{\"type\":\"text_delta\",\"text\":\"message_stop\"}}\n\nevent: ping\ndata: "
      "{\"type\":\"ping\"}\n\n"
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
      "\"end_turn\"},\"usage\":{\"output_tokens\":42}}\n\nevent: message_stop\ndata: "
      "{\"type\":\"message_stop\"}\n\n";
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    translate::UsageTap tap;
    tap.Feed(std::string_view(stream).substr(0, cut));
    tap.Feed(std::string_view(stream).substr(cut));
    const auto& answer = tap.answer();
    const bool same = answer.usage.input_tokens == 9 && answer.usage.cache_read_tokens == 3 &&
                      answer.usage.cache_write_tokens == 2 && answer.usage.output_tokens == 42 &&
                      answer.model == "claude-z" && answer.message_id == "msg_1" &&
                      answer.stop_reason == "end_turn" && answer.content_started &&
                      answer.complete && !answer.failed;
    if (!same) {
      INFO("split at byte " << cut);
      REQUIRE(same);
    }
  }
  translate::UsageTap failed;
  failed.Feed(
      "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n");
  CHECK(failed.answer().failed);
  CHECK(failed.answer().error_type == "overloaded_error");
}

TEST_CASE("S44 a count that no answer has is bounded, and what is no count was not told") {
  struct Told {
    const char* count;
    int64_t read;
  };
  const Told told = GENERATE(
      Told{"9223372036854775807", 1'000'000'000}, Told{"9223372036854775808", 1'000'000'000},
      Told{"1e300", 1'000'000'000}, Told{"1000000001", 1'000'000'000}, Told{"12.9", 12},
      Told{"-1", 0}, Told{"-9223372036854775808", 0}, Told{"-1e300", 0}, Told{"1e999", 0},
      Told{"\"12\"", 0}, Told{"null", 0}, Told{"[7]", 0}, Told{"true", 0}, Told{"7", 7});
  INFO(told.count);
  const std::string count = told.count;
  const auto messages = translate::TapReply(
      R"({"id":"m","model":"c","content":[],"stop_reason":"end_turn","usage":{"input_tokens":)" +
      count + R"(,"output_tokens":)" + count + R"(,"cache_read_input_tokens":)" + count +
      R"(,"cache_creation_input_tokens":)" + count +
      R"(,"server_tool_use":{"web_search_requests":)" + count + "}}}");
  for (const int64_t read :
       {messages.usage.input_tokens, messages.usage.output_tokens, messages.usage.cache_read_tokens,
        messages.usage.cache_write_tokens, messages.usage.web_searches}) {
    CHECK(read == told.read);
  }
  JsonDocument document;
  const std::string text = R"({"prompt_tokens":)" + count + R"(,"completion_tokens":)" + count +
                           R"(,"total_tokens":)" + count +
                           R"(,"completion_tokens_details":{"reasoning_tokens":)" + count +
                           R"(},"prompt_tokens_details":{"cached_tokens":)" + count + "}}";
  REQUIRE(document.Parse(text));
  translate::Usage chat;
  translate::ReadChatUsage(document.Root(), &chat);
  CHECK(chat.PromptTokens() == told.read);
  CHECK(chat.output_tokens == told.read);
}

TEST_CASE("S44 a whole reply is read too") {
  const auto answer = translate::TapReply(
      R"({"id":"m","model":"c","content":[{"type":"text","text":"x"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":4}})");
  CHECK(answer.complete);
  CHECK(answer.usage.output_tokens == 4);
  CHECK(translate::TapReply(R"({"type":"error","error":{"type":"api_error"}})").failed);
  CHECK_FALSE(translate::TapReply("<html>").complete);
}

TEST_CASE("T2 T4 estimates go by bytes, pictures by what they cost, and learn") {
  const std::string text(3600, 'x');
  const int64_t plain =
      translate::EstimateInputTokens(R"({"messages":[{"role":"user","content":")" + text + "\"}]}");
  CHECK(plain > 900);
  CHECK(plain < 1100);
  const std::string picture(400000, 'A');
  const int64_t image = translate::EstimateInputTokens(
      R"({"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","data":")" +
      picture + "\"}}]}]}");
  CHECK(image < 3000);
  translate::Calibration calibration;
  CHECK(calibration.Apply(1000) == 1000);
  for (int i = 0; i < 20; ++i) calibration.Observe(1000, 1300);
  CHECK(calibration.Apply(1000) > 1290);
  CHECK(calibration.Apply(1000) <= 1300);
}

}  // namespace
}  // namespace katra::testing
