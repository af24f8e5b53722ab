#include "router/translate/finish_reason.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/json_write.h"
#include "core/text.h"

namespace katra::router::translate {
namespace {

struct Word {
  std::string_view word;
  const char* stop_reason;
};

constexpr std::array<Word, 22> kWords = {{
    {"stop", "end_turn"},
    {"eos", "end_turn"},
    {"eos_token", "end_turn"},
    {"end_turn", "end_turn"},
    {"stop_sequence", "end_turn"},
    {"complete", "end_turn"},
    {"completed", "end_turn"},
    {"length", "max_tokens"},
    {"max_tokens", "max_tokens"},
    {"max_output_tokens", "max_tokens"},
    {"max_length", "max_tokens"},
    {"model_length", "max_tokens"},
    {"token_limit", "max_tokens"},
    {"context_length_exceeded", "max_tokens"},
    {"context_window_exceeded", "max_tokens"},
    {"model_context_window_exceeded", "max_tokens"},
    {"tool_calls", "tool_use"},
    {"tool_call", "tool_use"},
    {"tool_use", "tool_use"},
    {"function_call", "tool_use"},
    {"spii", "refusal"},
    {"language", "refusal"},
}};

// Substrings, because each provider has its own values: "network_error" and
// "insufficient_system_resource" are failures, "sensitive" and "PROHIBITED_CONTENT" refusals.
constexpr std::array<std::string_view, 16> kFailures = {
    "error",        "fail",       "abort",       "cancel",    "timeout",   "timed_out",
    "insufficient", "overload",   "unavailable", "interrupt", "malformed", "unexpected",
    "disconnect",   "rate_limit", "exception",   "invalid"};
constexpr std::array<std::string_view, 12> kRefusals = {
    "filter",    "sensitive", "safety",  "refus",     "policy",     "prohibited",
    "blocklist", "blocked",   "moderat", "guardrail", "recitation", "violation"};

template <size_t kCount>
bool HasAny(std::string_view text, const std::array<std::string_view, kCount>& parts) {
  return std::any_of(parts.begin(), parts.end(), [text](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  });
}

}  // namespace

FinishMeaning ReadFinishReason(std::string_view reason) {
  const std::string lower = ToLowerAscii(reason);
  for (const Word& word : kWords) {
    if (word.word == lower) return {word.stop_reason, false, true};
  }
  if (HasAny(lower, kRefusals)) return {"refusal", false, true};
  if (HasAny(lower, kFailures)) return {"end_turn", true, true};
  return {"end_turn", false, false};
}

ApiError FromFinishReason(std::string_view reason, std::string_view provider) {
  std::string body;
  JsonWriter(body)
      .BeginObject()
      .Key("error")
      .BeginObject()
      .Key("code")
      .String(ToLowerAscii(reason))
      .Key("message")
      .String("the answer ended with finish_reason \"" + std::string(reason.substr(0, 64)) + "\"")
      .EndObject()
      .EndObject();
  return FromUpstream(200, {}, body, provider);
}

}  // namespace katra::router::translate
