// Reads the error body of an upstream, in any of the usual shapes, and decides what of it may be
// shown. Internal to router/translate.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace katra::router::translate {

struct ErrorText {
  std::string message;  // empty if none could be read
  std::string code;     // e.g. "context_length_exceeded"; a number as text
  std::string type;
  std::optional<std::chrono::milliseconds> retry_delay;  // stated in the body (Gemini)
  int64_t prompt_tokens = 0;                             // stated as members (llama.cpp)
  int64_t context_tokens = 0;
};

// Reads {"error":{…}}, {"error":"…"}, [{"error":{…}}], {"message":…} or {"detail":…}; returns an
// empty ErrorText for anything else.
[[nodiscard]] ErrorText ReadErrorText(std::string_view body);

// Removes keys, file paths, stack traces and markup; at most 2,000 bytes (E2).
[[nodiscard]] std::string Presentable(std::string_view message);

// Parses a duration: "1.5", "13s", "6m0s", "20ms", "1h2m3.5s".
[[nodiscard]] std::optional<std::chrono::milliseconds> ParseSpan(std::string_view text);

struct Overflow {
  int64_t tokens = 0;   // 0: not told
  int64_t maximum = 0;  // 0: not told
};
// The position of the first tag of an HTML page in `text`; npos if there is none. Linear.
[[nodiscard]] size_t FindMarkup(std::string_view text);

// If the text reports a prompt that is longer than the model's context, the figures in it; else
// nullopt (E4).
[[nodiscard]] std::optional<Overflow> ReadOverflow(const ErrorText& text);

}  // namespace katra::router::translate
