// How many tokens a request has, from its bytes (T2, T4): no tokeniser on the hot path. Good for
// display, for choosing a long-context model and for count_tokens where the upstream has none.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/json_view.h"

namespace katra::router::translate {

// Of a Messages request's body: text by its bytes, an image or a document by what they cost.
// Malformed input: by its length.
[[nodiscard]] int64_t EstimateInputTokens(std::string_view messages_body);

[[nodiscard]] int64_t EstimateInputTokens(JsonView request);

// Of generated text.
[[nodiscard]] int64_t EstimateTextTokens(size_t bytes);

// Draws estimates of one session nearer to what its upstream counted. Not thread-safe.
class Calibration {
 public:
  void Observe(int64_t estimated, int64_t real);
  [[nodiscard]] int64_t Apply(int64_t estimated) const;

 private:
  double factor_ = 1.0;
};

}  // namespace katra::router::translate
