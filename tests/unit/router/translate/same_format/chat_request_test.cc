// Requests of Chat Completions to an upstream of Chat Completions: they go as they are, but for
// what must change (C1, C5 of docs/translation.md).
#include "router/translate/same_format/chat_request.h"
#include "router/providers/provider.h"
#include "router/translate/kept_reasoning.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;
using translate::PassChat;
using translate::Target;

translate::TranslatedRequest Passed(const std::string& body, const Target& target) {
  auto passed = PassChat(body, target);
  REQUIRE(passed);
  REQUIRE(passed->has_value());
  return std::move(**passed);
}

Target Plain() {
  Target target = PlainTarget();
  target.model = "m1";
  return target;
}

Target Known(const std::string& provider, const std::string& model) {
  const router::Provider* built_in = router::FindBuiltIn(provider);
  REQUIRE(built_in != nullptr);
  Target target = PlainTarget();
  target.provider = provider;
  target.model = model;
  target.quirks = built_in->quirks;
  target.quirks_known = true;
  target.max_output_tokens = router::MaxOutputTokens(*built_in, model);
  return target;
}

TEST_CASE("G22 C1 every member of a chat request arrives as the client wrote it") {
  const std::string rest =
      R"(, "seed":7,"response_format":{"type":"json_object"},"frequency_penalty":0.5,)"
      R"("presence_penalty":-0.5 ,"logit_bias":{"50256":-100},"logprobs":true,"top_logprobs":2,)"
      R"("verbosity":"low","n":2,"temperature":1.7,"max_completion_tokens":12,"new_member":{"a":[1e3]},)"
      R"("messages":[{"role":"developer","content":"d","cache_control":{"type":"ephemeral"}},)"
      R"({"role":"assistant","content":null,"reasoning_content":"r","tool_calls":[{"id":"i","type":"function",)"
      R"("function":{"name":"f.g","arguments":"{}"}}]},{"role":"tool","tool_call_id":"i","content":"\u00e9"}],)"
      R"("tools":[{"type":"function","function":{"name":"f.g","strict":true}}],"user":"someone","metadata":{"model":"x"}})";
  const auto passed = Passed("{ \"model\" : \"far,m1\"" + rest, Plain());
  CHECK(passed.body == "{ \"model\" : \"m1\"" + rest);
  CHECK(passed.dropped.empty());
  CHECK(passed.same_format->several);
  CHECK_FALSE(passed.same_format->hide_usage);
  // Nothing at all has to change.
  const std::string same = R"({"model":"m1","messages":[]})";
  CHECK(Passed(same, Plain()).body == same);
}

TEST_CASE("G22 C1 usage is asked for, whatever the client said of its stream") {
  struct Row {
    const char* options;
    const char* sent;
    bool hidden;
  };
  const Row row = GENERATE(
      Row{"", R"(,"stream_options":{"include_usage":true})", true},
      Row{R"(,"stream_options":null)", R"(,"stream_options":{"include_usage":true})", true},
      Row{R"(,"stream_options":{})", R"(,"stream_options":{"include_usage":true})", true},
      Row{R"(,"stream_options":{"a":1})", R"(,"stream_options":{"a":1,"include_usage":true})",
          true},
      Row{R"(,"stream_options":{"include_usage":false})",
          R"(,"stream_options":{"include_usage":true})", true},
      Row{R"(,"stream_options":{"include_usage": true})",
          R"(,"stream_options":{"include_usage": true})", false});
  INFO(row.options);
  const std::string head = R"({"model":"m1","messages":[],"stream":true)";
  const auto passed = Passed(head + row.options + "}", Plain());
  CHECK(passed.body == head + row.sent + "}");
  CHECK(passed.same_format->hide_usage == row.hidden);
  CHECK(passed.stream);
  // Not of a whole reply, which has it anyway.
  CHECK(Passed(R"({"model":"m1","messages":[]})", Plain()).same_format->hide_usage == false);
}

TEST_CASE("G22 C1 what a provider is known to refuse is changed, or left out and named") {
  using Names = std::vector<std::string>;
  const json body = {{"model", "x"},
                     {"messages", json::array({{{"role", "developer"}, {"content", "d"}},
                                               {{"role", "user"}, {"content", "u"}}})},
                     {"max_tokens", 9'000'000},
                     {"seed", 7},
                     {"temperature", 0.5},
                     {"logprobs", true},
                     {"presence_penalty", 0},
                     {"reasoning_effort", "minimal"},
                     {"parallel_tool_calls", true},
                     {"user", std::string(100, 'u')}};
  const auto sent = [&](const Target& target, Names* dropped) {
    auto passed = Passed(body.dump(), target);
    *dropped = passed.dropped;
    return json::parse(passed.body);
  };
  Names dropped;
  json openai = sent(Known("openai", "gpt-5"), &dropped);
  CHECK(dropped == Names{"logprobs", "temperature"});
  CHECK(openai["max_completion_tokens"] == 128000);
  CHECK_FALSE(openai.contains("max_tokens"));
  CHECK(openai["presence_penalty"] == 0);
  CHECK(openai["messages"][0]["role"] == "developer");
  CHECK(openai["user"].get<std::string>().size() == 32);
  CHECK(openai["seed"] == 7);

  json mistral = sent(Known("mistral", "mistral-large-latest"), &dropped);
  CHECK(dropped == Names{"logprobs", "user"});
  CHECK(mistral["random_seed"] == 7);
  CHECK(mistral["messages"][0]["role"] == "system");
  CHECK(mistral["temperature"] == 0.5);

  json groq = sent(Known("groq", "openai/gpt-oss-120b"), &dropped);
  CHECK(dropped == Names{"logprobs"});
  CHECK(groq["reasoning_effort"] == "low");
  json other = sent(Known("groq", "llama-3.3-70b-versatile"), &dropped);
  CHECK(dropped == Names{"logprobs", "reasoning_effort"});

  json gemini = sent(Known("gemini", "gemini-2.5-pro"), &dropped);
  CHECK(dropped == Names{"parallel_tool_calls", "user"});
  CHECK(gemini["temperature"] == 0.5);
}

TEST_CASE("G22 C1 lengths go by the name that the model takes, once") {
  const auto length = [](const char* members, const Target& target) {
    json sent = json::parse(
        Passed(std::string(R"({"model":"x","messages":[])") + members + "}", target).body);
    sent.erase("model");
    sent.erase("messages");
    return sent.dump();
  };
  const Target gpt5 = Known("openai", "gpt-5");
  CHECK(length(R"(,"max_tokens":5)", gpt5) == R"({"max_completion_tokens":5})");
  CHECK(length(R"(,"max_tokens":5,"max_completion_tokens":7)", gpt5) ==
        R"({"max_completion_tokens":7})");
  CHECK(length(R"(,"max_tokens":5,"max_completion_tokens":null)", gpt5) ==
        R"({"max_completion_tokens":5})");
  CHECK(length(R"(,"max_tokens":9000)", Known("openai", "gpt-4")) == R"({"max_tokens":4096})");
  CHECK(length(R"(,"max_completion_tokens":5)", Known("openai", "gpt-4")) ==
        R"({"max_completion_tokens":5})");
  CHECK(length(R"(,"max_completion_tokens":5)", Known("mistral", "m")) == R"({"max_tokens":5})");
  CHECK(length(R"(,"max_completion_tokens":5)", Plain()) == R"({"max_completion_tokens":5})");
}

TEST_CASE("G22 R46 more stop sequences than a model takes are left to the translation") {
  const std::string body = R"({"model":"x","messages":[],"stop":["a"]})";
  const auto passed = PassChat(body, Known("openai", "gpt-5"));
  REQUIRE(passed);
  CHECK_FALSE(passed->has_value());
  CHECK(Passed(body, Known("openai", "gpt-4")).body ==
        R"({"model":"gpt-4","messages":[],"stop":["a"]})");
  CHECK(PassChat(R"({"model":"x","messages":[],"stop":["1","2","3","4","5"]})", Plain())
            ->has_value());
}

TEST_CASE("G22 E18 what is no request is refused before anybody is asked") {
  for (const char* bad : {"[]", "{", R"({"model":"x",})", "{\"a\":\"\xff\"}"}) {
    INFO(bad);
    CHECK_FALSE(PassChat(bad, Plain()));
  }
}

TEST_CASE("G22 R32 R26 R41 R44 a conversation is mended where the upstream needs it") {
  const std::string talk =
      R"({"model":"x","messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,)"
      R"("reasoning_content":"old","tool_calls":[{"id":"call_123456789","type":"function","function":)"
      R"({"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_123456789","content":"r"},)"
      R"({"role":"assistant","content":"Well"}]})";
  const json mistral = json::parse(Passed(talk, Known("mistral", "m")).body)["messages"];
  const std::string id = mistral[1]["tool_calls"][0]["id"];
  CHECK(id.size() == 9);
  CHECK(mistral[2]["tool_call_id"] == id);
  CHECK_FALSE(mistral[1].contains("reasoning_content"));
  CHECK(mistral[3]["prefix"] == true);
  CHECK(json::parse(Passed(talk, Plain()).body)["messages"] == json::parse(talk)["messages"]);

  MapReasoningStore store;
  Target target = Plain();
  target.upstream = "up";
  target.owner = "Sam";
  target.reasoning = &store;
  translate::KeptReasoning kept;
  kept.upstream = "up";
  kept.reasoning_content = "kept";
  kept.thought_signatures["call_123456789"] = "sig";
  store.Put(translate::ReasoningKey("Sam", "up", "call_123456789"), kept.ToJson());
  target.quirks.reasoning_history = router::ReasoningHistory::kReasoningContent;
  CHECK(json::parse(Passed(talk, target).body)["messages"][1]["reasoning_content"] == "old");
  json without = json::parse(talk);
  without["messages"][1].erase("reasoning_content");
  CHECK(json::parse(Passed(without.dump(), target).body)["messages"][1]["reasoning_content"] ==
        "kept");
  target.owner = "Eve";  // nobody else's
  CHECK(json::parse(Passed(without.dump(), target).body)["messages"][1]["reasoning_content"] ==
        " ");
  target.owner = "Sam";
  target.quirks.reasoning_history = router::ReasoningHistory::kThoughtSignature;
  const json call = json::parse(Passed(talk, target).body)["messages"][1]["tool_calls"][0];
  CHECK(call["extra_content"]["google"]["thought_signature"] == "sig");
}

}  // namespace
}  // namespace katra::testing
