// Collects tool calls from the fragments of a stream: which fragment belongs to which call
// (S17-S26), and which part of a call's input can already be sent. Internal to router/translate.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/json_view.h"

namespace katra::router::translate {

// Detects whether text that arrives in pieces is one complete JSON object. Scans each byte once,
// and parses once, when the brackets are closed.
class ObjectWatch {
 public:
  // `text` is plain, not escaped.
  void Feed(std::string_view text);
  // Whether everything fed so far is one object; `escaped` is the same text as JSON string
  // contents.
  [[nodiscard]] bool Whole(const std::string& escaped);

 private:
  enum class Place : uint8_t { kBefore, kInside, kClosed, kBroken };

  Place place_ = Place::kBefore;
  size_t depth_ = 0;
  bool in_string_ = false;
  bool after_backslash_ = false;
  std::optional<bool> whole_;  // set when the brackets are closed
};

struct ToolCall {
  std::optional<int64_t> index;   // the upstream's index
  std::string id;                 // the upstream's; may be empty
  std::string name;               // the upstream's
  std::string thought_signature;  // Gemini's, as JSON string contents; may be empty
  std::string client_id;          // set when the block opens
  std::string arguments;          // everything so far, as JSON string contents
  ObjectWatch watch;              // of `arguments`
  size_t blanks = 0;              // leading blanks of `arguments`
  size_t sent = 0;                // bytes of `arguments` that have been sent
  bool streams = false;           // begins like an object, so pieces can be sent
  bool opened = false;
  bool closed = false;
};

class ToolCalls {
 public:
  // Takes one entry of a delta's `tool_calls`, or a delta's `function_call` (as `function`, without
  // index and id). Null if it belongs to no call. `choice`: each choice numbers its calls from 0
  // (S47).
  ToolCall* Take(int64_t choice, JsonView index, JsonView id, JsonView function, JsonView extra);

  [[nodiscard]] std::deque<ToolCall>& calls() { return calls_; }

 private:
  ToolCall* Match(std::optional<int64_t> index, const std::string& id, const std::string& name,
                  JsonView arguments);
  ToolCall* LastAt(std::optional<int64_t> index);
  ToolCall* ById(const std::string& id);

  std::deque<ToolCall> calls_;  // in order of their beginning; addresses are stable
  // The last call with each id or index.
  std::unordered_map<std::string, ToolCall*> by_id_;
  std::unordered_map<int64_t, ToolCall*> by_index_;
};

// The part of the call's input that can be sent now, as JSON string contents.
[[nodiscard]] std::string_view Unsent(const ToolCall& call);

// The rest of the input of a complete call: `{}` for none (S24), the inner document if it was
// encoded twice, and anything that is not an object under one key (S25, S45). Sets `fault` if the
// arguments are not a JSON object.
[[nodiscard]] std::string Remainder(const ToolCall& call, bool* fault);

}  // namespace katra::router::translate
