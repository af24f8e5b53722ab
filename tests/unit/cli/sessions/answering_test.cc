// When a session counts as answered by another model than it was started with.
#include "cli/sessions/answering.h"

#include "tests/support/cpp/catch.h"

namespace katra::cli {
namespace {

bool Differs(const char* launched, const char* provider, const char* model,
             store::TagSource source = store::TagSource::kVerified) {
  return !AnsweredByAnother("openai", launched, {provider, model, source}).empty();
}

}  // namespace

TEST_CASE("another provider or model than the session was started with is told") {
  CHECK(AnsweredByAnother("openai", "gpt-5", {"groq", "g", store::TagSource::kVerified}) ==
        "started on openai/gpt-5, answered by groq/g");
  CHECK(Differs("gpt-5", "deepseek", "gpt-5"));
  CHECK(Differs("gpt-5", "openai", "gpt-5-mini"));
  CHECK(Differs("gpt-5", "openai", "gpt-5.1"));
  CHECK(Differs("claude-opus-4", "openai", "claude-opus-4-8"));
  CHECK(Differs("", "deepseek", "m"));
}

TEST_CASE("a date or a vendor in the model's name, or what nobody has seen, is no difference") {
  CHECK_FALSE(Differs("gpt-5", "openai", "gpt-5"));
  CHECK_FALSE(Differs("gpt-5", "OpenAI", "GPT-5-2025-08-07"));
  CHECK_FALSE(Differs("gpt-4-0613", "openai", "gpt-4"));
  CHECK_FALSE(Differs("anthropic/claude-sonnet-4", "openai", "claude-sonnet-4-20250514"));
  CHECK_FALSE(Differs("gpt-5-latest", "openai", "gpt-5"));
  CHECK_FALSE(Differs("", "openai", "whatever"));
  CHECK_FALSE(Differs("gpt-5", "deepseek", "m", store::TagSource::kLaunch));
}

}  // namespace katra::cli
