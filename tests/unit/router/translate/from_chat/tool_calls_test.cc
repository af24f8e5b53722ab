// Tool calls in streams, rule by rule (S13, S17-S29 of docs/translation.md).
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using translate::StreamState;

std::string Calls(const std::string& calls, const std::string& finish = "",
                  const std::string& extra = "") {
  return Chunk(R"({"tool_calls":[)" + calls + "]}", finish, extra);
}

std::string End() { return Chunk("{}", "tool_calls") + Done(); }

std::string Text(const std::string& text) { return Chunk(R"({"content":")" + text + "\"}"); }

TEST_CASE("S17 S18 fragments go to the call of their index") {
  const StreamRun run = FeedEverySplit(
      Calls(
          R"({"index":0,"id":"call_a","type":"function","function":{"name":"read","arguments":""}})") +
      Calls(R"({"index":0,"function":{"arguments":"{\"path\":"}})") +
      Calls(R"({"index":0,"function":{"arguments":"\"a\\u00e9\"}"}})") + End());
  CHECK(run.Blocks() == json::parse(R"([{"type":"tool_use","id":"call_a","name":"read",
                                        "input":{"path":"aé"}}])"));
  CHECK(run.Event("message_delta")["delta"]["stop_reason"] == "tool_use");
}

TEST_CASE("S17 a call without an id gets one, unlike any of the history") {
  translate::ReplyContext context = PlainContext();
  context.used_tool_ids = {"toolu_req_1_0"};
  const StreamRun run = FeedEverySplit(
      Calls(R"({"index":0,"function":{"name":"f","arguments":"{}"}})") + End(), context);
  CHECK(run.Blocks()[0]["id"] == "toolu_req_1_1");
}

TEST_CASE("S13 B32 text, a call, text: three blocks") {
  const StreamRun run = FeedEverySplit(
      Text("before") +
      Calls(R"({"index":0,"id":"c1","function":{"name":"f","arguments":"{\"a\":1}"}})") +
      Text("after") + End());
  const json blocks = run.Blocks();
  REQUIRE(blocks.size() == 3);
  CHECK(blocks[0]["text"] == "before");
  CHECK(blocks[1]["input"]["a"] == 1);
  CHECK(blocks[2]["text"] == "after");
}

TEST_CASE("S19 B34 a new id or name at an occupied or missing index is a new call") {
  const std::string same_index =
      Calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{\"n\":1}"}})") +
      Calls(R"({"index":0,"id":"b","function":{"name":"f","arguments":"{\"n\":2}"}})");
  const std::string no_index =
      Calls(R"({"id":"a","function":{"name":"f","arguments":"{\"n\":1}"}})") +
      Calls(R"({"id":"b","function":{"name":"f","arguments":"{\"n\":2}"}})");
  const std::string names_only = Calls(R"({"function":{"name":"f","arguments":"{\"n\":1}"}})") +
                                 Calls(R"({"function":{"name":"g","arguments":"{\"n\":2}"}})");
  const std::string same_name =
      Calls(R"({"index":0,"function":{"name":"f","arguments":"{\"n\":1}"}})") +
      Calls(R"({"index":0,"function":{"name":"f","arguments":"{\"n\":2}"}})");
  const std::string same_id =
      Calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{\"n\":1}"}})") +
      Calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{\"n\":2}"}})");
  for (const std::string& input : {same_index, no_index, names_only, same_name, same_id}) {
    INFO(input);
    const json blocks = FeedEverySplit(input + End()).Blocks();
    REQUIRE(blocks.size() == 2);
    CHECK(blocks[0]["input"]["n"] == 1);
    CHECK(blocks[1]["input"]["n"] == 2);
    CHECK(blocks[0]["id"] != blocks[1]["id"]);
  }
}

TEST_CASE("S19 B34 a new name after a call without arguments is a new call") {
  for (const std::string index : {R"("index":0,)", ""}) {
    INFO(index);
    const json blocks =
        FeedEverySplit(Calls("{" + index + R"("function":{"name":"f","arguments":""}})") +
                       Calls("{" + index + R"("function":{"name":"g","arguments":"{\"n\":2}"}})") +
                       End())
            .Blocks();
    REQUIRE(blocks.size() == 2);
    CHECK(blocks[0]["name"] == "f");
    CHECK(blocks[0]["input"] == json::object());
    CHECK(blocks[1]["name"] == "g");
    CHECK(blocks[1]["input"]["n"] == 2);
  }
}

TEST_CASE("S20 B33 several calls in one delta are all kept") {
  const StreamRun run = FeedEverySplit(
      Calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{}"}},)"
            R"({"index":1,"id":"b","function":{"name":"g","arguments":"{\"x\":[1]}"}})",
            "tool_calls") +
      Done());
  const json blocks = run.Blocks();
  REQUIRE(blocks.size() == 2);
  CHECK(blocks[0]["name"] == "f");
  CHECK(blocks[1]["input"]["x"][0] == 1);
}

TEST_CASE("S21 B35 two fragments with one index in one chunk are both kept") {
  const StreamRun run =
      FeedEverySplit(Calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{\"a\":"}},)"
                           R"({"index":0,"function":{"arguments":"true}"}})") +
                     End());
  CHECK(run.Blocks()[0]["input"]["a"] == true);
}

TEST_CASE("S22 B36 interleaved calls come out one after another") {
  const StreamRun run =
      FeedEverySplit(Calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{\"a\""}})") +
                     Calls(R"({"index":1,"id":"b","function":{"name":"g","arguments":"{\"b\""}})") +
                     Calls(R"({"index":0,"function":{"arguments":":1}"}})") +
                     Calls(R"({"index":1,"function":{"arguments":":2}"}})") + End());
  const json blocks = run.Blocks();
  REQUIRE(blocks.size() == 2);
  CHECK(blocks[0]["input"]["a"] == 1);
  CHECK(blocks[1]["input"]["b"] == 2);
}

TEST_CASE("S23 B37 a whole call with finish and usage in one chunk keeps its input") {
  const StreamRun run = FeedEverySplit(
      Calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{\"k\":\"v\"}"}})",
            "tool_calls", R"(,"usage":{"prompt_tokens":3,"completion_tokens":2})"));
  CHECK(run.Blocks()[0]["input"]["k"] == "v");
  CHECK(run.Event("message_delta")["usage"]["output_tokens"] == 2);
  CHECK(run.Event("message_delta")["delta"]["stop_reason"] == "tool_use");
}

TEST_CASE("S24 B23 no arguments are an empty object, an object is taken as it is") {
  const auto input = [](const std::string& arguments) {
    return FeedEverySplit(Calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":)" +
                                arguments + "}}") +
                          End())
        .Blocks()[0]["input"];
  };
  CHECK(input("\"\"") == json::object());
  CHECK(input("null") == json::object());
  CHECK(input("\"null\"") == json::object());
  CHECK(input(R"({"a":{"b":"c\"d"}})")["a"]["b"] == "c\"d");
  // Encoded twice.
  CHECK(input(R"("\"{\\\"a\\\":1}\"")")["a"] == 1);
}

TEST_CASE("S25 B58 arguments that are no object close the block and fail nothing") {
  const StreamRun broken = FeedEverySplit(
      Calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{\"a\": oops"}})") + End());
  CHECK(broken.state == StreamState::kDone);
  CHECK(broken.Blocks()[0]["input"] == "{\"a\": oops");
  CHECK_FALSE(broken.notes.empty());
  const StreamRun words = FeedEverySplit(
      Calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"just words"}})") + End());
  CHECK(words.Blocks()[0]["input"]["raw_arguments"] == "just words");
}

TEST_CASE("S26 B38 a repeated id without a name continues its call") {
  const StreamRun run = FeedEverySplit(
      Calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}})") +
      Calls(R"({"index":0,"id":"a","function":{"arguments":"1"}})") +
      Calls(R"({"id":"a","function":{"arguments":"}"}})") + End());
  REQUIRE(run.Blocks().size() == 1);
  CHECK(run.Blocks()[0]["input"]["x"] == 1);
}

TEST_CASE("a call whose id and name are told with every fragment is one call") {
  const StreamRun run = FeedEverySplit(
      Calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}})") +
      Calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"12"}})") +
      Calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"}"}})") + End());
  REQUIRE(run.Blocks().size() == 1);
  CHECK(run.Blocks()[0]["input"]["x"] == 12);
}

TEST_CASE("a call that gets its name or id later waits for it") {
  const StreamRun run =
      FeedEverySplit(Calls(R"({"index":0,"id":"a","function":{"arguments":""}})") +
                     Calls(R"({"index":0,"function":{"name":"late"}})") +
                     Calls(R"({"index":0,"function":{"arguments":"{}"}})") + End());
  CHECK(run.Blocks()[0]["name"] == "late");
  CHECK(run.Blocks()[0]["id"] == "a");
}

TEST_CASE("S27 names and ids come back as the client knows them") {
  translate::ReplyContext context = PlainContext();
  context.tool_names = {{"short_12345678", "a.very.long.name"}};
  const StreamRun run = FeedEverySplit(
      Calls(
          R"({"index":0,"id":"functions.x:0","function":{"name":"short_12345678","arguments":"{}"}})") +
          End(),
      context);
  CHECK(run.Blocks()[0]["name"] == "a.very.long.name");
  const std::string id = run.Blocks()[0]["id"];
  CHECK(id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
        std::string::npos);
  // The next turn's request gives the upstream its own id back.
  const Translated next = Translate(
      {{"model", "m"},
       {"messages",
        {{{"role", "assistant"},
          {"content",
           {{{"type", "tool_use"}, {"id", id}, {"name", "f"}, {"input", json::object()}}}}},
         {{"role", "user"},
          {"content", {{{"type", "tool_result"}, {"tool_use_id", id}, {"content", "ok"}}}}}}}},
      PlainTarget());
  CHECK(next.body["messages"][0]["tool_calls"][0]["id"] == "functions.x:0");
  CHECK(next.body["messages"][1]["tool_call_id"] == "functions.x:0");
}

TEST_CASE("S29 B39 a finish of stop after a call is tool_use") {
  const StreamRun run =
      FeedEverySplit(Calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{}"}})") +
                     Chunk("{}", "stop") + Done());
  CHECK(run.Event("message_delta")["delta"]["stop_reason"] == "tool_use");
}

TEST_CASE("the old function_call is a call too") {
  const StreamRun run = FeedEverySplit(
      Chunk(R"({"function_call":{"name":"f","arguments":"{\"a\":"}})") +
      Chunk(R"({"function_call":{"arguments":"1}"}})") + Chunk("{}", "function_call") + Done());
  CHECK(run.Blocks()[0]["input"]["a"] == 1);
}

TEST_CASE("pieces that belong to no call are noted, not followed") {
  const StreamRun run = FeedEverySplit(Calls(R"({"function":{"arguments":"x"}})") + Text("t") +
                                       Chunk("{}", "stop") + Done());
  CHECK(run.Blocks()[0]["text"] == "t");
  CHECK_FALSE(run.notes.empty());
}

TEST_CASE("R41 R44 R56 B12 reasoning is kept by the call's id and travels in the signature") {
  MapReasoningStore store;
  translate::ReplyContext context = PlainContext();
  context.reasoning = &store;
  context.provider = "gemini";
  context.reasoning_history = router::ReasoningHistory::kThoughtSignature;
  const StreamRun run =
      Feed(Text("Let me look.") +
               Calls(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{}"},)"
                     R"("extra_content":{"google":{"thought_signature":"SIG+/="}}})") +
               End(),
           context);
  const json blocks = run.Blocks();
  REQUIRE(blocks.size() == 3);
  CHECK(blocks[1]["type"] == "thinking");
  CHECK(blocks[2]["type"] == "tool_use");
  CHECK(store.kept().count("a") == 1);

  const json history = {
      {"model", "m"},
      {"messages",
       {{{"role", "user"}, {"content", "go"}},
        {{"role", "assistant"}, {"content", blocks}},
        {{"role", "user"},
         {"content", {{{"type", "tool_result"}, {"tool_use_id", "a"}, {"content", "ok"}}}}}}}};
  translate::Target target = PlainTarget();
  target.provider = "gemini";
  target.model = "gemini-3-pro";
  target.quirks.reasoning_history = router::ReasoningHistory::kThoughtSignature;
  const auto signature = [&] {
    return Translate(history, target)
        .body["messages"][1]["tool_calls"][0]["extra_content"]["google"]["thought_signature"];
  };
  CHECK(signature() == "SIG+/=");  // from the thinking block alone: after a restart
  target.reasoning = &store;
  CHECK(signature() == "SIG+/=");
}

}  // namespace
}  // namespace katra::testing
