// What the two OpenAI request formats have in common on their way to the Messages form. Internal to
// router/translate.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/json_view.h"
#include "core/json_write.h"
#include "router/translate/openai_front.h"

namespace katra::translate {

// The Messages conversation under construction: user and assistant alternate, results come first.
class Conversation {
 public:
  void AddSystem(std::string_view escaped);
  // A content block as JSON, of the user or the assistant.
  void AddUser(std::string block);
  void AddResult(std::string block);
  void AddAssistant(std::string block);
  // `"system":[…],"messages":[…]`.
  void Write(JsonWriter& writer);

  // The last thing said was a result: the assistant's turn goes on.
  [[nodiscard]] bool InToolLoop() const { return !results_.empty(); }
  [[nodiscard]] bool Empty() const;

 private:
  void FlushUser();
  void FlushAssistant();

  std::vector<std::string> system_;
  std::vector<std::string> results_;
  std::vector<std::string> user_;
  std::vector<std::string> assistant_;
  std::string messages_;  // done ones, with commas between
};

[[nodiscard]] std::string TextBlock(std::string_view escaped);
// "data:image/png;base64,…" or an address. kUnsupported when it is neither.
[[nodiscard]] Result<std::string> ImageBlock(JsonView url);
// {"filename", "file_data": "data:application/pdf;base64,…"}.
[[nodiscard]] Result<std::string> FileBlock(JsonView file);
// What a format calls the parts of a message's content.
struct PartNames {
  std::set<std::string_view> text;
  std::string_view image;
  std::string_view file;
  bool file_nested = false;  // the file's members are in a member of the part's own name
};
// The blocks of a message's content, each handed to `add`. kUnsupported: a part of another type.
[[nodiscard]] Status ReadContent(JsonView content, const PartNames& names,
                                 const std::function<void(std::string block)>& add);
// Arguments as OpenAI writes them: a string that holds JSON. `raw_arguments` when it does not.
[[nodiscard]] std::string ToolUseBlock(JsonView id, std::string_view name, JsonView arguments);
// `content` is a JSON array or string.
[[nodiscard]] std::string ToolResultBlock(JsonView id, std::string_view content);

struct FrontSettings {
  bool tools = false;
  bool forced_tool = false;
  bool one_call = false;    // parallel_tool_calls: false
  std::string tool_choice;  // Messages' object without its braces; empty: none
  std::string effort;       // low, medium, high, …; empty: none
  int64_t max_tokens = 0;   // 0: none
};

// "auto", "none", "required", {"type":"function", …}; `function` holds the name where it is one.
void ReadToolChoice(JsonView choice, JsonView function, FrontSettings* settings);
// `max_tokens`, `thinking`, `temperature`, `top_p`, `tool_choice`: what depends on one another.
void WriteSettings(JsonView root, const FrontSettings& settings, bool in_tool_loop,
                   JsonWriter& writer);

// Each reads one format.
[[nodiscard]] Result<FrontRequest> ReadChatFront(JsonView root);
[[nodiscard]] Result<FrontRequest> ReadResponsesFront(JsonView root);

// Lists the members that are neither read nor null.
void ListDropped(JsonView root, const std::set<std::string_view>& read, FrontRequest* request);

}  // namespace katra::translate
