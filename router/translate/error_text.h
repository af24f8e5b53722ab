// What an upstream's error body says, in whichever of the usual shapes, and what of it may be
// shown. Internal to router/translate.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace katra::router::translate {

struct ErrorText {
  std::string message;  // empty: none that could be read
  std::string code;     // e.g. "context_length_exceeded"; a number as text
  std::string type;
  std::optional<std::chrono::milliseconds> retry_delay;  // told in the body (Gemini)
  int64_t prompt_tokens = 0;                             // told as members (llama.cpp)
  int64_t context_tokens = 0;
};

// {"error":{…}}, {"error":"…"}, [{"error":{…}}], {"message":…}, {"detail":…}; anything else: empty.
[[nodiscard]] ErrorText ReadErrorText(std::string_view body);

// Without keys, file paths, stack traces and markup; at most 2,000 bytes (E2).
[[nodiscard]] std::string Presentable(std::string_view message);

// "1.5", "13s", "6m0s", "20ms", "1h2m3.5s".
[[nodiscard]] std::optional<std::chrono::milliseconds> ParseSpan(std::string_view text);

struct Overflow {
  int64_t tokens = 0;   // 0: not told
  int64_t maximum = 0;  // 0: not told
};
// Whether the text tells of a prompt that is longer than the model's context (E4).
// Where the first tag of a page stands in `text`; npos: there is none. Linear.
[[nodiscard]] size_t FindMarkup(std::string_view text);

[[nodiscard]] std::optional<Overflow> ReadOverflow(const ErrorText& text);

}  // namespace katra::router::translate
