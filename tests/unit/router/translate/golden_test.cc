// One rich conversation for each provider: what the provider is sent, and what the client gets of
// an answer in that provider's dialect. Both are also held to schemas.
#include "tests/support/cpp/golden.h"
#include "core/json_schema.h"
#include "router/translate/from_chat/reply.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/router/translate/fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;

struct Case {
  const char* provider;
  const char* model;
};
constexpr Case kCases[] = {{"openai", "gpt-5"},
                           {"deepseek", "deepseek-v4-pro"},
                           {"gemini", "gemini-3-pro"},
                           {"grok", "grok-4"},
                           {"mistral", "mistral-large-latest"},
                           {"groq", "openai/gpt-oss-120b"},
                           {"ollama", "qwen3-coder"},
                           {"openrouter", "anthropic/claude-sonnet-4"},
                           {"moonshot", "kimi-k3"}};

std::string Input(const std::string& name) {
  std::string text = ReadWholeFile(std::filesystem::path(KATRA_GOLDEN_DIR) / "translate" / name);
  REQUIRE_FALSE(text.empty());
  return text;
}

std::shared_ptr<const JsonSchema> Schema(const std::string& name) {
  auto schema = JsonSchema::Compile(json::parse(Input(name)));
  if (!schema) FAIL(schema.error().message << " at " << schema.error().context);
  return *schema;
}

void RequireValid(const JsonSchema& schema, const json& document) {
  const auto violations = schema.Validate(document);
  if (violations.empty()) return;
  INFO(document.dump(2));
  FAIL(violations[0].path << ": " << violations[0].keyword << ", expected "
                          << violations[0].expected << ", found " << violations[0].found);
}

translate::Target TargetOf(const Case& c) {
  const router::Provider* provider = router::FindBuiltIn(c.provider);
  REQUIRE(provider != nullptr);
  translate::Target target;
  target.provider = provider->name;
  target.model = c.model;
  target.quirks = provider->quirks;
  target.session_id = "session-1";
  target.request_id = "req_1";
  target.input_estimate = 1234;
  return target;
}

TEST_CASE("each provider is sent what it understands") {
  const auto schema = Schema("chat-request.schema.json");
  for (const Case& c : kCases) {
    INFO(c.provider);
    const auto result = translate::ToChat(Input("request.json"), TargetOf(c));
    if (!result) FAIL(result.error().message);
    const json body = json::parse(result->body);
    RequireValid(*schema, body);
    json golden = {{"body", body}, {"dropped", result->dropped}};
    CheckGolden("translate/" + std::string(c.provider) + ".request.json", golden.dump(2));
  }
}

TEST_CASE("each provider's stream becomes the same kind of answer, at every split") {
  const auto schema = Schema("messages-event.schema.json");
  for (const Case& c : kCases) {
    INFO(c.provider);
    const auto request = translate::ToChat(Input("request.json"), TargetOf(c));
    REQUIRE(request);
    const StreamRun run =
        FeedEverySplit(Input(std::string(c.provider) + ".stream.txt"), request->reply);
    CHECK(run.state == translate::StreamState::kDone);
    for (const json& event : run.events) RequireValid(*schema, event);
    CheckGolden("translate/" + std::string(c.provider) + ".events.txt", run.bytes);
  }
}

TEST_CASE("what a provider's stream gave is taken back by the same provider on the next turn") {
  const auto schema = Schema("chat-request.schema.json");
  for (const Case& c : kCases) {
    INFO(c.provider);
    const translate::Target target = TargetOf(c);
    const auto request = translate::ToChat(Input("request.json"), target);
    REQUIRE(request);
    const StreamRun run = Feed(Input(std::string(c.provider) + ".stream.txt"), request->reply);
    json next = json::parse(Input("request.json"));
    json results = json::array();
    const json blocks = run.Blocks();
    for (const json& block : blocks) {
      if (block["type"] != "tool_use") continue;
      results.push_back({{"type", "tool_result"}, {"tool_use_id", block["id"]}, {"content", "ok"}});
    }
    next["messages"].push_back({{"role", "assistant"}, {"content", blocks}});
    results.push_back({{"type", "text"}, {"text", "go on"}});
    next["messages"].push_back({{"role", "user"}, {"content", results}});
    const auto again = translate::ToChat(next.dump(), target);
    if (!again) FAIL(again.error().message);
    const json body = json::parse(again->body);
    RequireValid(*schema, body);
    const json& messages = body["messages"];
    size_t answered = 0;
    for (const json& message : messages) answered += message["content"] == "ok" ? 1 : 0;
    CHECK(answered + 1 == results.size());
  }
}

}  // namespace
}  // namespace katra::testing
