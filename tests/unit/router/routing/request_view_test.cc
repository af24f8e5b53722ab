// What routing reads from a request, in the three formats of clients.
#include "router/routing/request_view.h"

#include <string>

#include "tests/support/cpp/catch.h"

namespace katra::router::routing {
namespace {

// The body and what is read from it; both live as long as this.
struct Body {
  Body(BodyFormat format, std::string text)
      : body(std::move(text)), peek(Peek(body)), view(format, body, peek) {}

  static translate::RequestPeek Peek(const std::string& body) {
    auto peek = translate::PeekRequest(body);
    if (!peek) FAIL(peek.error().message);
    return std::move(*peek);
  }

  std::string body;
  translate::RequestPeek peek;
  RequestView view;
};

struct TurnRow {
  std::string name;
  BodyFormat format;
  std::string body;
  bool continues;
  std::string last, previous;
};

const std::vector<TurnRow>& TurnRows() {
  constexpr BodyFormat kM = BodyFormat::kMessages;
  constexpr BodyFormat kC = BodyFormat::kChat;
  constexpr BodyFormat kR = BodyFormat::kResponses;
  static const std::vector<TurnRow> rows = {
      {"a text", kM, R"({"messages":[{"role":"user","content":"Fix it"}]})", false, "Fix it", ""},
      {"blocks with a reminder of the client", kM,
       R"({"messages":[{"role":"user","content":[
          {"type":"text","text":"<system-reminder>be good</system-reminder>"},
          {"type":"text","text":"Fix it <system-reminder>x</system-reminder>now"}]}]})",
       false, "Fix it now", ""},
      {"the result of a tool goes on with the turn", kM,
       R"({"messages":[{"role":"user","content":"Fix it"},
          {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"n","input":{}}]},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"x"},
             {"type":"text","text":"<system-reminder>y</system-reminder>"}]}]})",
       true, "Fix it", ""},
      {"the result of a tool with new words is a turn", kM,
       R"({"messages":[{"role":"user","content":"Fix it"},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"x"},
             {"type":"text","text":"no, explain it"}]}]})",
       false, "no, explain it", "Fix it"},
      {"the turn before", kM,
       R"({"messages":[{"role":"user","content":"one"},{"role":"assistant","content":"ok"},
          {"role":"user","content":"two"},{"role":"assistant","content":"ok"},
          {"role":"user","content":"three"}]})",
       false, "three", "two"},
      {"a slash command keeps its arguments", kM,
       R"({"messages":[{"role":"user","content":
          "<command-message>review</command-message><command-name>/review</command-name><command-args>the parser</command-args>"}]})",
       false, "the parser", ""},
      {"an answer that was begun", kM,
       R"({"messages":[{"role":"user","content":"one"},{"role":"assistant","content":"{"}]})", true,
       "one", ""},
      {"instructions of the client behind the user's words", kM,
       R"({"messages":[{"role":"user","content":"one"},{"role":"assistant","content":"ok"},
          {"role":"user","content":"two"},{"role":"system","content":"a hook says hello"}]})",
       false, "two", "one"},
      {"a reminder in a message of its own behind the user's words", kM,
       R"({"messages":[{"role":"user","content":"one"},{"role":"user","content":[
          {"type":"text","text":"<system-reminder>x</system-reminder>"}]}]})",
       false, "one", ""},
      {"instructions of the client behind the result of a tool", kM,
       R"({"messages":[{"role":"user","content":"one"},
          {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"x"}]},
          {"role":"system","content":"a hook says hello"},
          {"role":"user","content":"<system-reminder>y</system-reminder>"}]})",
       true, "one", ""},
      {"no message at all", kM, R"({"messages":[]})", true, "", ""},
      {"escapes", kM, R"({"messages":[{"role":"user","content":"a\n\"b\" \u00e4 {[}"}]})", false,
       "a\n\"b\" \xc3\xa4 {[}", ""},
      {"chat: a text behind the system's", kC,
       R"({"messages":[{"role":"system","content":"s"},{"role":"user","content":"Fix it"}]})",
       false, "Fix it", ""},
      {"chat: parts", kC,
       R"({"messages":[{"role":"user","content":[{"type":"text","text":"Fix"},
          {"type":"image_url","image_url":{"url":"x"}}]}]})",
       false, "Fix", ""},
      {"chat: the developer's words behind the user's", kC,
       R"({"messages":[{"role":"user","content":"Fix it"},{"role":"developer","content":"d"}]})",
       false, "Fix it", ""},
      {"chat: the result of a tool", kC,
       R"({"messages":[{"role":"user","content":"Fix it"},{"role":"assistant","tool_calls":[]},
          {"role":"tool","tool_call_id":"t","content":"x"}]})",
       true, "Fix it", ""},
      {"responses: a text as the input", kR, R"({"input":"Fix it"})", false, "Fix it", ""},
      {"responses: messages with Codex's own", kR,
       R"({"input":[{"type":"message","role":"user","content":[{"type":"input_text",
          "text":"<environment_context><cwd>/x</cwd></environment_context>"}]},
          {"type":"message","role":"user","content":[{"type":"input_text","text":"Fix it"}]}]})",
       false, "Fix it", ""},
      {"responses: the developer's words behind the user's", kR,
       R"({"input":[{"role":"user","content":"Fix it"},
          {"type":"message","role":"developer","content":[{"type":"input_text","text":"d"}]}]})",
       false, "Fix it", ""},
      {"responses: the output of a call", kR,
       R"({"input":[{"role":"user","content":"Fix it"},
          {"type":"function_call","call_id":"c","name":"n","arguments":"{}"},
          {"type":"function_call_output","call_id":"c","output":"x"}]})",
       true, "Fix it", ""},
      {"responses: reasoning is no turn", kR,
       R"({"input":[{"role":"user","content":"Fix it"},{"type":"reasoning","summary":[]}]})", true,
       "Fix it", ""},
  };
  return rows;
}

TEST_CASE("the last two turns of the user are found in every format") {
  for (const TurnRow& row : TurnRows()) {
    INFO(row.name);
    const Body body(row.format, row.body);
    CHECK(body.view.ContinuesTurn() == row.continues);
    const auto turns = body.view.LastUserTurns();
    CHECK(turns.last == row.last);
    CHECK(turns.previous == row.previous);
  }
}

TEST_CASE("of a long text the beginning and the end are read, at whole characters") {
  std::string long_text(5, 'x');
  while (long_text.size() < 100'000) long_text += "\xc3\xa4";
  const Body body(BodyFormat::kMessages,
                  R"({"messages":[{"role":"user","content":")" + long_text + R"("}]})");
  const std::string last = body.view.LastUserTurns().last;
  CHECK(last.size() <= RequestView::kMaxTextBytes + 1);
  CHECK(last.size() > RequestView::kMaxTextBytes - 8);
  CHECK(last.find("\xc3\n") == std::string::npos);
  CHECK(last.find("\n\xa4") == std::string::npos);
}

TEST_CASE("the turn does not change with the body around it") {
  const std::string turn = R"({"role":"user","content":"emails go out twice"})";
  const std::string plain = R"({"messages":[)" + turn + "]}";
  const std::string full =
      R"({"system":[{"type":"text","text":"x-anthropic-billing-header: cch=1a2b;"},
          {"type":"text","text":")" +
      std::string(20'000, 's') + R"("}],"tools":[{"name":"web_search_helper","input_schema":{}}],
      "messages":[{"role":"user","content":"earlier"},{"role":"assistant","content":"ok"},
      {"role":"user","content":[{"type":"text","text":"<system-reminder>r</system-reminder>"},
      {"type":"text","text":"emails go out twice"}]}]})";
  const Body one(BodyFormat::kMessages, plain);
  const Body two(BodyFormat::kMessages, full);
  CHECK(one.view.LastUserTurns().last == two.view.LastUserTurns().last);
}

using Tail = std::vector<std::pair<bool, std::string>>;

Tail TailOf(BodyFormat format, std::string text) {
  const Body body(format, std::move(text));
  Tail tail;
  for (auto& spoken : body.view.ConversationTail()) tail.emplace_back(spoken.user, spoken.text);
  return tail;
}

TEST_CASE("the conversation is what the user and the model wrote, in every format") {
  const Tail expected = {{true, "Fix it"}, {false, "a\nb"}, {true, "now \xc3\xa4"}};
  CHECK(TailOf(BodyFormat::kMessages, R"({"system":"s","messages":[
      {"role":"user","content":[{"type":"text","text":"<system-reminder>x</system-reminder>"},
        {"type":"text","text":"Fix it"}]},
      {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"n","input":{}}]},
      {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"x"}]},
      {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},
        {"type":"text","text":"a"},{"type":"text","text":"b"}]},
      {"role":"user","content":"now \u00e4"}]})") == expected);
  CHECK(TailOf(BodyFormat::kChat, R"({"messages":[{"role":"system","content":"s"},
      {"role":"user","content":"Fix it"},
      {"role":"assistant","content":null,"tool_calls":[{"id":"t"}]},
      {"role":"tool","tool_call_id":"t","content":"x"},
      {"role":"assistant","content":"a\nb"},
      {"role":"user","content":[{"type":"text","text":"now \u00e4"},
        {"type":"image_url","image_url":{"url":"x"}}]}]})") == expected);
  CHECK(TailOf(BodyFormat::kResponses, R"({"input":[
      {"type":"message","role":"developer","content":[{"type":"input_text","text":"d"}]},
      {"role":"user","content":"Fix it"},
      {"type":"reasoning","id":"r","summary":[{"type":"summary_text","text":"t"}]},
      {"type":"function_call","call_id":"t","name":"n","arguments":"{}"},
      {"type":"function_call_output","call_id":"t","output":"x"},
      {"type":"message","role":"assistant","content":[{"type":"output_text","text":"a\nb"}]},
      {"type":"message","role":"user","content":[{"type":"input_text","text":"now \u00e4"}]}]})") ==
        expected);
  CHECK(TailOf(BodyFormat::kResponses, R"({"input":"Fix it"})") == Tail{{true, "Fix it"}});
  CHECK(TailOf(BodyFormat::kMessages, R"({"messages":[]})").empty());
}

TEST_CASE("the conversation is read from its end, up to a bound") {
  const std::string big(40'000, 'a');
  std::string messages;
  for (int i = 0; i < 10; ++i) {
    messages += R"({"role":"user","content":")" + std::to_string(i) + big + "\"},";
  }
  const Tail two = TailOf(BodyFormat::kChat,
                          "{\"messages\":[" + messages + R"({"role":"user","content":"last"}]})");
  REQUIRE(two.size() == 3);
  CHECK(two[0].second == "8" + big);
  CHECK(two[2].second == "last");

  const std::string huge = "begin" + std::string(300'000, 'a') + "end";
  const Tail one =
      TailOf(BodyFormat::kChat, R"({"messages":[{"role":"user","content":")" + huge + "\"}]}");
  REQUIRE(one.size() == 1);
  CHECK(one[0].second.size() <= RequestView::kMaxTailMessageBytes + 1);
  CHECK(one[0].second.starts_with("begin"));
  CHECK(one[0].second.ends_with("end"));
}

TEST_CASE("what a client writes in the user's name goes on with the user's turn") {
  for (const std::string prompt :
       {R"(CRITICAL: Respond with TEXT ONLY. Do NOT call any tools.\n\nYour task is to create)",
        R"(Your task is to create a detailed summary of the conversation so far)",
        R"(This session is being continued from a previous conversation that ran out of context.)",
        R"(The user stepped away and is coming back. Recap in under 40 words)",
        R"([SUGGESTION MODE: Suggest what the user might naturally type next])",
        R"([Request interrupted by user for tool use])",
        R"(<task-notification><result>fix the bug</result></task-notification>)",
        R"(<bash-stdout>fix the bug</bash-stdout><bash-stderr></bash-stderr>)",
        R"(You are performing a CONTEXT CHECKPOINT COMPACTION. Create a handoff summary)",
        R"(Another language model started to solve this problem and produced a summary of it)",
        R"(Here is the conversation so far:\n\n<conversation>\nfix the bug</conversation>)",
        R"(Continue if you have next steps, or stop and ask for clarification if unsure)"}) {
    const Body body(BodyFormat::kMessages,
                    R"({"messages":[{"role":"user","content":"write the README"},
                        {"role":"assistant","content":"done"},
                        {"role":"user","content":[{"type":"text","text":")" +
                        prompt + "\"}]}]}");
    INFO(prompt);
    CHECK(body.view.ContinuesTurn());
    CHECK(body.view.LastUserTurns().last == "write the README");
  }
  const Body asked(BodyFormat::kMessages,
                   R"({"messages":[{"role":"user","content":"Summarise the conversation"}]})");
  CHECK_FALSE(asked.view.ContinuesTurn());
}

TEST_CASE("a client's question for a title is a side request") {
  const auto side = [](const std::string& text, const std::string& tools = "[]") {
    return Body(BodyFormat::kChat, R"({"tools":)" + tools +
                                       R"(,"messages":[{"role":"system","content":"Name it"},
                                           {"role":"user","content":")" +
                                       text + "\"}]}")
        .view.IsSideRequest();
  };
  CHECK(side(R"(<session>\nfix the bug\n</session>\n\nWrite the title)"));
  CHECK(side(R"(Generate a title for this conversation:\n)"));
  CHECK_FALSE(side("fix the bug"));
  CHECK_FALSE(side(R"(<session>\nfix the bug)", R"([{"type":"function"}])"));
  const Body in_two(BodyFormat::kChat,
                    R"({"messages":[{"role":"system","content":"You are a title generator."},
                        {"role":"user","content":"Generate a title for this conversation:\n"},
                        {"role":"user","content":"fix the bug"}]})");
  CHECK(in_two.view.IsSideRequest());
  const Body later(BodyFormat::kMessages,
                   R"({"messages":[{"role":"user","content":"<session>"},
                       {"role":"assistant","content":"x"},{"role":"user","content":"y"}]})");
  CHECK_FALSE(later.view.IsSideRequest());
}

TEST_CASE("images, web search and thinking are recognised") {
  const Body image(BodyFormat::kMessages,
                   R"({"messages":[{"role":"user","content":[{"type":"image","source":{}}]},
                       {"role":"user","content":"what is this?"}]})");
  CHECK(image.view.MayHoldImage());
  CHECK_FALSE(image.view.LastUserTurns().image);
  const auto holds = [](const std::string& block) {
    return Body(BodyFormat::kMessages,
                R"({"messages":[{"role":"user","content":[)" + block + "]}]}")
        .view.MayHoldImage();
  };
  CHECK(holds(R"({"type":"tool_result","content":[{ "type" : "image","source":{}}]})"));
  // A tool's argument of this name, and a text that quotes a block, are none.
  CHECK_FALSE(holds(R"({"type":"tool_use","input":{"image":"nginx","kind":"image"}})"));
  CHECK_FALSE(holds(R"({"type":"text","text":"{\"type\":\"image\"}"})"));
  const Body last(BodyFormat::kResponses,
                  R"({"input":[{"role":"user","content":[{"type":"input_image"}]}]})");
  CHECK(last.view.LastUserTurns().image);
  CHECK_FALSE(last.view.ContinuesTurn());

  const auto search = [](const std::string& tools) {
    return Body(BodyFormat::kMessages, R"({"tools":)" + tools + R"(,"messages":[]})")
        .view.OffersWebSearch();
  };
  CHECK(search(R"([{"type":"web_search_20250305","name":"web_search"}])").alone);
  CHECK(search(R"([{"type":"web_search_20250305"},{"name":"x","input_schema":{}}])").offered);
  CHECK_FALSE(search(R"([{"type":"web_search_20250305"},{"name":"x"}])").alone);
  // A tool of the client that has this name is no search of the provider's.
  CHECK_FALSE(search(R"([{"name":"web_search","input_schema":{}}])").offered);
  CHECK_FALSE(search("[]").offered);

  const auto thinks = [](BodyFormat format, const std::string& member) {
    return Body(format, "{" + member + R"(,"messages":[]})").view.AsksForThought();
  };
  constexpr BodyFormat kM = BodyFormat::kMessages;
  CHECK(thinks(kM, R"("thinking":{"type":"enabled","budget_tokens":2000})"));
  CHECK_FALSE(thinks(kM, R"("thinking":{"type":"adaptive"})"));
  CHECK_FALSE(thinks(kM, R"("thinking":{"type":"disabled"})"));
  CHECK_FALSE(thinks(kM, R"("reasoning_effort":"high")"));
  CHECK(thinks(BodyFormat::kChat, R"("reasoning_effort":"high")"));
  CHECK_FALSE(thinks(BodyFormat::kChat, R"("reasoning_effort":"medium")"));
  CHECK(thinks(BodyFormat::kResponses, R"("reasoning":{"effort":"xhigh"})"));
  CHECK_FALSE(thinks(BodyFormat::kResponses, R"("reasoning":{"summary":"auto"})"));
}

TEST_CASE("a subagent's tag counts in the system prompt and the first two messages of the user") {
  const std::string tag = "<CCR-SUBAGENT-MODEL>openai,gpt-5-mini</CCR-SUBAGENT-MODEL>";
  const auto found = [](const std::string& text) {
    const Body body(BodyFormat::kMessages, text);
    const auto read = body.view.FindSubagentTag();
    if (!read) return std::string();
    std::string rest = body.body;
    rest.erase(read->span.begin, read->span.end - read->span.begin);
    CHECK(rest.find("CCR-SUBAGENT") == std::string::npos);
    CHECK(translate::PeekRequest(rest));
    return read->model;
  };
  const auto user = [](const std::string& text) {
    return R"({"role":"user","content":")" + text + R"("})";
  };
  CHECK(found(R"({"system":[{"type":"text","text":"a"},{"type":"text","text":")" + tag +
              R"(\nHelp"}],"messages":[]})") == "openai,gpt-5-mini");
  CHECK(found(R"({"messages":[)" + user(tag + " Help") + "]}") == "openai,gpt-5-mini");
  CHECK(found(R"({"messages":[)" + user("a") + "," + user(tag) + "]}") == "openai,gpt-5-mini");
  CHECK(found(R"({"messages":[)" + user("a") + "," + user("b") + "," + user(tag) + "]}").empty());
  CHECK(found(R"({"messages":[{"role":"assistant","content":")" + tag + R"("}]})").empty());
  CHECK(found(R"({"messages":[{"role":"user","content":[{"type":"tool_result","content":")" + tag +
              R"("}]}]})")
            .empty());
  CHECK(found(R"({"messages":[)" + user("<CCR-SUBAGENT-MODEL>never closed") + "]}").empty());
}

}  // namespace
}  // namespace katra::router::routing
