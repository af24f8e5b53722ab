// Reads the response of a router model. Small models write JSON badly, and servers differ in what
// they put around it; this one reader accepts the forms of both families, with their usual faults.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace katra::router::routing::router_model {

struct Answer {
  enum class Kind : uint8_t {
    kRoute,    // `route`
    kNone,     // no route matches
    kUnknown,  // it names only routes that do not exist: a fault
    kBroken,   // it cannot be parsed: a fault
  };
  Kind kind = Kind::kBroken;
  std::string route;
  std::vector<std::string> others;  // all other names that it gave, in order, unchanged

  [[nodiscard]] bool fault() const { return kind == Kind::kUnknown || kind == Kind::kBroken; }
};

// `text`: what the model wrote. The first name that is in `known` counts.
[[nodiscard]] Answer ReadAnswer(std::string_view text, const std::vector<std::string>& known);

// The text that the model wrote, from the body of a chat completion. kInvalidArgument says what is
// missing, without quoting the body.
[[nodiscard]] Result<std::string> ReadCompletion(std::string_view body);

// The body of the request: one user message, not streamed, at temperature 0, with max_tokens just
// large enough for an answer.
[[nodiscard]] std::string MakeCompletionRequest(std::string_view model, std::string_view prompt);

}  // namespace katra::router::routing::router_model
