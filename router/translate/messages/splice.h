// Changing a few bytes of a Messages request on its way to an upstream of the same format (rules
// R1, R2, R5, R6, R8): all else stays byte for byte.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace katra::router::translate {

// What the gateway wants to know of a body without building it: top-level members only.
struct RequestPeek {
  std::string model;
  bool stream = false;
  std::optional<int64_t> max_tokens;
  std::optional<int64_t> thinking_budget;  // thinking.budget_tokens
  std::string thinking_type;               // "" when there is no thinking
  bool has_tools = false;
  bool has_tool_choice = false;
  bool has_sampling = false;  // temperature, top_p or top_k
  // Some string within says so; a key or a text may be what says it.
  bool may_hold_thinking = false;       // a block of thinking
  bool may_hold_our_signature = false;  // one that Katra signed
  bool may_hold_attribution = false;    // the client's billing block
  bool may_hold_system_role = false;    // a message of the role "system"
  bool may_hold_user_id = false;        // metadata.user_id
  size_t messages_bytes = 0;
  size_t tools_bytes = 0;
  size_t system_bytes = 0;
  // Where the values stand in the body, for Splice; a member that is named twice stands twice.
  struct Span {
    size_t begin = 0;
    size_t end = 0;
  };
  std::vector<Span> model_spans;
  std::vector<Span> max_tokens_spans;
  std::vector<Span> budget_spans;
  Span thinking_span;
};

// One pass; nested values are skipped, not checked: the upstream judges them. kInvalidArgument when
// the body is no JSON object or ends early.
[[nodiscard]] Result<RequestPeek> PeekRequest(std::string_view body);

struct Changes {
  std::string model;                   // empty: keep
  int64_t max_output_tokens = 0;       // a larger max_tokens becomes this; 0: keep (R8)
  int64_t min_thinking_budget = 1024;  // a smaller one becomes this (R6); 0: keep
};

// What stands in `span` becomes `with`.
struct Edit {
  RequestPeek::Span span;
  std::string with;
};

// What is to be changed, from front to back. The budget stays below max_tokens where it can: when
// not, it is kept.
[[nodiscard]] std::vector<Edit> PlanSplice(const RequestPeek& peek, const Changes& changes);
// The body with its changes, as a copy.
[[nodiscard]] std::string SpliceRequest(std::string_view body, const RequestPeek& peek,
                                        const Changes& changes);

enum class ForeignThinking : uint8_t {
  kOurs,  // thinking with a signature that Katra made
  kAll,   // every thinking block: the session has been at another provider
};

struct Cleaned {
  std::string body;
  size_t removed = 0;  // blocks
};

// R5: the body without thinking blocks that the upstream would refuse. A message that would be left
// empty goes too. When the turn that is going on loses its thinking and `thinking` is enabled with
// a budget, it is disabled for this request, which the upstream demands. kInvalidArgument: no JSON.
[[nodiscard]] Result<Cleaned> RemoveForeignThinking(std::string_view body, ForeignThinking which);

}  // namespace katra::router::translate
