// Changes a few bytes of a Messages request for an upstream of the same format (rules R1, R2, R5,
// R6, R8); everything else is byte-identical.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace katra::router::translate {

// What the gateway needs to know about a body without parsing all of it: top-level members only.
struct RequestPeek {
  std::string model;
  bool stream = false;
  std::optional<int64_t> max_tokens;
  std::optional<int64_t> thinking_budget;  // thinking.budget_tokens
  std::string thinking_type;               // "" if there is no thinking
  bool has_tools = false;
  bool has_tool_choice = false;
  bool has_sampling = false;  // temperature, top_p or top_k
  // Whether some string in the body suggests one of these; it may be a key or ordinary text.
  bool may_hold_thinking = false;       // a thinking block
  bool may_hold_our_signature = false;  // a thinking block signed by Katra
  bool may_hold_attribution = false;    // the client's billing block
  bool may_hold_system_role = false;    // a message with the role "system"
  bool may_hold_user_id = false;        // metadata.user_id
  size_t messages_bytes = 0;
  size_t tools_bytes = 0;
  size_t system_bytes = 0;
  // The positions of values in the body, for splicing. A member that occurs twice is listed twice.
  struct Span {
    size_t begin = 0;
    size_t end = 0;
  };
  Span system_span;
  Span tools_span;
  std::vector<Span> item_spans;  // the objects in "messages", or in "input" of a Responses request
  std::string effort;            // reasoning_effort or reasoning.effort, of OpenAI's formats
  std::vector<Span> model_spans;
  std::vector<Span> max_tokens_spans;
  std::vector<Span> budget_spans;
  Span thinking_span;
};

// One pass; nested values are skipped without validation, which is the upstream's task.
// kInvalidArgument: the body is not a JSON object, or is truncated.
[[nodiscard]] Result<RequestPeek> PeekRequest(std::string_view body);

struct Changes {
  std::string model;                   // empty: unchanged
  int64_t max_output_tokens = 0;       // limit of max_tokens; 0: unchanged (R8)
  int64_t min_thinking_budget = 1024;  // lower limit of the budget (R6); 0: unchanged
};

// Replaces `span` by `with`.
struct Edit {
  RequestPeek::Span span;
  std::string with;
};

// The edits for `changes`, from front to back. The budget stays below max_tokens if possible;
// otherwise it is not changed.
[[nodiscard]] std::vector<Edit> PlanSplice(const RequestPeek& peek, const Changes& changes);
// A copy of the body with the changes.
[[nodiscard]] std::string SpliceRequest(std::string_view body, const RequestPeek& peek,
                                        const Changes& changes);

enum class ForeignThinking : uint8_t {
  kOurs,  // thinking blocks with a signature made by Katra
  kAll,   // all thinking blocks: the session has used another provider
};

struct Cleaned {
  std::string body;
  size_t removed = 0;  // number of removed blocks
};

// R5: removes thinking blocks that the upstream would refuse, and messages that become empty. If
// the current turn loses its thinking while `thinking` is enabled with a budget, thinking is
// disabled for this request, because the upstream requires that. kInvalidArgument: not JSON.
[[nodiscard]] Result<Cleaned> RemoveForeignThinking(std::string_view body, ForeignThinking which);

}  // namespace katra::router::translate
