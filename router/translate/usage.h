// What a model's answer cost in tokens, in Anthropic's way of counting (S5): the parts do not
// overlap, so that their sum is what the model read and wrote.
#pragma once

#include <cstdint>
#include <string>

#include "core/json_view.h"

namespace katra::router::translate {

// Above what any single answer can take. A larger count is an upstream's mistake or a lie, and is
// read as this, so that sums of answers stay far from the end of int64_t.
inline constexpr int64_t kMaxCount = 1'000'000'000;

struct Usage {
  int64_t input_tokens = 0;  // read anew: without what came from or went into the prompt cache
  int64_t cache_read_tokens = 0;
  int64_t cache_write_tokens = 0;
  int64_t output_tokens = 0;  // with reasoning
  int64_t web_searches = 0;
  bool known = false;       // the upstream told; else these are not figures
  bool cache_told = false;  // it told what came from its cache; else that is not known to be 0

  [[nodiscard]] int64_t PromptTokens() const {
    return input_tokens + cache_read_tokens + cache_write_tokens;
  }
};

// Each count is read as 0..kMaxCount: a fraction is cut off; what is negative or no number was not
// told. The sums of one answer's counts are thereby bounded, too.

// Takes over what the `usage` object of a Chat Completions reply or chunk tells (S5, S7). False
// when it tells nothing.
bool ReadChatUsage(JsonView usage, Usage* into);

// The same of a response of the Responses API (S64).
bool ReadResponsesUsage(JsonView usage, Usage* into);

// Takes over the members that an Anthropic `usage` object has; others keep their value (S32).
bool ReadMessagesUsage(JsonView usage, Usage* into);

// Appends an Anthropic `usage` object.
void AppendMessagesUsage(std::string& out, const Usage& usage);

// Appends a Chat Completions `usage` object.
void AppendChatUsage(std::string& out, const Usage& usage);

}  // namespace katra::router::translate
