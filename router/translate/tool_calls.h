// Gathers tool calls from the fragments of a stream: which fragment belongs to which call
// (S17-S26), and what of a call's input can go out already. Internal to router/translate.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/json_view.h"

namespace katra::router::translate {

// Whether text that comes in pieces is one whole JSON object so far. Each byte is looked at once;
// only a text whose brackets have closed is parsed, once.
class ObjectWatch {
 public:
  // `text` is plain, not escaped.
  void Feed(std::string_view text);
  // Of all that was fed; `escaped` is that, as JSON string contents.
  [[nodiscard]] bool Whole(const std::string& escaped);

 private:
  enum class Place : uint8_t { kBefore, kInside, kClosed, kBroken };

  Place place_ = Place::kBefore;
  size_t depth_ = 0;
  bool in_string_ = false;
  bool after_backslash_ = false;
  std::optional<bool> whole_;  // once it has closed
};

struct ToolCall {
  std::optional<int64_t> index;   // as the upstream numbered it
  std::string id;                 // the upstream's; may be empty
  std::string name;               // the upstream's
  std::string thought_signature;  // Gemini's, as JSON string contents; may be empty
  std::string client_id;          // set when the block opens
  std::string arguments;          // all of it so far, as JSON string contents
  ObjectWatch watch;              // of `arguments`
  size_t blanks = 0;              // that `arguments` begins with
  size_t sent = 0;                // bytes of `arguments` that are out
  bool streams = false;           // it begins as an object does, so that pieces may go out
  bool opened = false;
  bool closed = false;
};

class ToolCalls {
 public:
  // One entry of a delta's `tool_calls`, or a delta's `function_call` (as `function`, without index
  // and id). Null when it belongs to no call. `choice`: each numbers its calls from 0 (S47).
  ToolCall* Take(int64_t choice, JsonView index, JsonView id, JsonView function, JsonView extra);

  [[nodiscard]] std::deque<ToolCall>& calls() { return calls_; }

 private:
  ToolCall* Match(std::optional<int64_t> index, const std::string& id, const std::string& name,
                  JsonView arguments);
  ToolCall* LastAt(std::optional<int64_t> index);
  ToolCall* ById(const std::string& id);

  std::deque<ToolCall> calls_;  // in the order of their beginning; addresses stay
  // The last of each.
  std::unordered_map<std::string, ToolCall*> by_id_;
  std::unordered_map<int64_t, ToolCall*> by_index_;
};

// What of the call's input may go out now, as JSON string contents.
[[nodiscard]] std::string_view Unsent(const ToolCall& call);

// The rest of the input when the call is complete: `{}` for none (S24), the inner document of one
// that was encoded twice, and anything that is no object under one key (S25, S45). `fault` is set
// when the arguments are no JSON object.
[[nodiscard]] std::string Remainder(const ToolCall& call, bool* fault);

}  // namespace katra::router::translate
