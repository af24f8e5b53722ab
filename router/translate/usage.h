// Token usage of an answer, counted as Anthropic does (S5): the parts do not overlap, so their sum
// is what the model read and wrote.
#pragma once

#include <cstdint>
#include <string>

#include "core/json_view.h"

namespace katra::router::translate {

// More than any single answer can use. A larger count is an upstream's error, and is reduced to
// this, so that sums cannot overflow int64_t.
inline constexpr int64_t kMaxCount = 1'000'000'000;

struct Usage {
  // Newly read, without what was read from or written to the prompt cache.
  int64_t input_tokens = 0;
  int64_t cache_read_tokens = 0;
  int64_t cache_write_tokens = 0;
  int64_t output_tokens = 0;  // including reasoning
  int64_t web_searches = 0;
  bool known = false;       // reported by the upstream; otherwise the values mean nothing
  bool cache_told = false;  // cache reads were reported; otherwise they are unknown, not 0

  [[nodiscard]] int64_t PromptTokens() const {
    return input_tokens + cache_read_tokens + cache_write_tokens;
  }
};

// Each of the readers clamps counts to 0..kMaxCount: fractions are truncated, and negative values
// and non-numbers count as not reported.

// Reads the `usage` object of a Chat Completions response or chunk (S5, S7). False if it has no
// counts.
bool ReadChatUsage(JsonView usage, Usage* into);

// The same for a response of the Responses API (S64).
bool ReadResponsesUsage(JsonView usage, Usage* into);

// Reads the members present in an Anthropic `usage` object; others keep their value (S32).
bool ReadMessagesUsage(JsonView usage, Usage* into);

// Appends an Anthropic `usage` object.
void AppendMessagesUsage(std::string& out, const Usage& usage);

// Appends a Chat Completions `usage` object.
void AppendChatUsage(std::string& out, const Usage& usage);

}  // namespace katra::router::translate
