// Estimates the tokens of a request from its size (T2, T4), because a tokeniser would be too slow.
// Good enough for display, for choosing a long-context model, and for count_tokens where the
// upstream has none.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/json_view.h"

namespace katra::router::translate {

// Estimates a Messages request: text by its bytes, images and documents by their usual cost.
// Malformed input by its length.
[[nodiscard]] int64_t EstimateInputTokens(std::string_view messages_body);

[[nodiscard]] int64_t EstimateInputTokens(JsonView request);

// Estimates generated text.
[[nodiscard]] int64_t EstimateTextTokens(size_t bytes);

// Adjusts a session's estimates to what its upstream has counted. Not thread-safe.
class Calibration {
 public:
  void Observe(int64_t estimated, int64_t real);
  [[nodiscard]] int64_t Apply(int64_t estimated) const;

 private:
  double factor_ = 1.0;
};

}  // namespace katra::router::translate
