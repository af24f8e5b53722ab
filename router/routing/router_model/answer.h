// Reads what a router model answers. Small models write JSON badly, and servers differ in what they
// put around it; one reader takes both families' forms and their usual faults.
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
    kNone,     // no route fits
    kUnknown,  // only names that are no route: a fault
    kBroken,   // not to be understood: a fault
  };
  Kind kind = Kind::kBroken;
  std::string route;
  std::vector<std::string> others;  // all other names that it gave, in order; as they are

  [[nodiscard]] bool fault() const { return kind == Kind::kUnknown || kind == Kind::kBroken; }
};

// `text`: what the model wrote. The first of its names that is one of `known` counts.
[[nodiscard]] Answer ReadAnswer(std::string_view text, const std::vector<std::string>& known);

// The text that the model wrote, from the body of a chat completion. kInvalidArgument says what is
// missing; it quotes nothing.
[[nodiscard]] Result<std::string> ReadCompletion(std::string_view body);

// The body of the request: one message of the user, not streamed, the likeliest words, and no more
// of them than an answer has.
[[nodiscard]] std::string MakeCompletionRequest(std::string_view model, std::string_view prompt);

}  // namespace katra::router::routing::router_model
