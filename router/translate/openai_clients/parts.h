// What the two OpenAI request formats have in common on their way to the Messages form. Internal to
// router/translate.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/json_view.h"
#include "core/json_write.h"
#include "router/translate/openai_clients/openai_client.h"

namespace katra::router::translate {

// The Messages conversation under construction: user and assistant alternate, results come first.
class Conversation {
 public:
  // `part` may hold a cache point of the client's own (F12).
  void AddSystem(std::string_view escaped, JsonView part = {});
  // A content block as JSON, of the user or the assistant.
  void AddUser(std::string block);
  void AddAssistant(std::string block);
  // Arguments as OpenAI writes them: a string that holds JSON. `raw_arguments` when it does not.
  void AddCall(JsonView id, std::string_view name, JsonView arguments);
  // `content`: a JSON array of blocks. A result that follows no call is what the user says (R25).
  void AddResult(JsonView id, const std::string& content);
  // Marks what stays the same on the next turn: the system text and the last two messages of the
  // user (F13). Before Write.
  void AddCachePoints() { cache_points_ = true; }
  // `"system":[…],"messages":[…]`.
  void Write(JsonWriter& writer);

  // The last thing said was a result: the assistant's turn goes on.
  [[nodiscard]] bool InToolLoop() const { return !results_.empty(); }
  [[nodiscard]] bool Empty() const;
  // A conversation of system texts alone: the last one becomes what the user says (F10).
  void SpeakSystem();

 private:
  void FlushUser();
  void FlushAssistant();

  std::vector<std::string> system_;
  std::vector<std::string> results_;
  std::vector<std::string> user_;
  std::vector<std::string> assistant_;
  std::vector<std::string> calls_;        // ids of the assistant's message under construction
  std::vector<std::string> waiting_;      // of the one before
  std::unordered_set<std::string> open_;  // of these, without a result so far
  std::string messages_;                  // done ones, with commas between
  std::vector<size_t> user_ends_;         // in messages_: where each user message's last block ends
  bool cache_points_ = false;
};

// Leaves something out, and says so.
void Drop(std::string name, OpenAiClientRequest* request);
// The same for a type that is not understood: `kind` is "input", "tools" or "content". It is
// counted, so that new ones are noticed.
void DropUnknown(std::string_view kind, JsonView type, OpenAiClientRequest* request);

// The client's own cache point, of a message or a part of one: kept in `block`, and noted.
void KeepCachePoint(JsonView part, std::string& block, OpenAiClientRequest* request);
void NoteCachePoint(JsonView part, OpenAiClientRequest* request);
// `json` is an object, into which a cache point is put.
void AddCachePoint(std::string& json);

[[nodiscard]] std::string TextBlock(std::string_view escaped);
// "data:image/png;base64,…" or an address. kUnsupported when it is neither.
[[nodiscard]] Result<std::string> ImageBlock(JsonView url);
// {"filename", "file_data": "data:application/pdf;base64,…"}, or {"file_url"}.
[[nodiscard]] Result<std::string> FileBlock(JsonView file);
// What a format calls the parts of a message's content.
struct PartNames {
  std::set<std::string_view> text;
  std::string_view image;
  std::string_view file;
  bool file_nested = false;  // the file's members are in a member of the part's own name
};
// How content is read.
struct ContentReading {
  const PartNames& names;
  bool latest = true;  // what the request is about, not an earlier turn
  OpenAiClientRequest* request = nullptr;
};
// The blocks of a message's content, each handed to `add`. What cannot be had here, such as a file
// by its id, is kUnsupported where it is what the request is about, and words in earlier turns
// (R18, R19). A part of an unknown type is dropped and counted.
[[nodiscard]] Status ReadContent(JsonView content, const ContentReading& reading,
                                 const std::function<void(std::string block)>& add);
// The same as a JSON array, for a result.
[[nodiscard]] Result<std::string> ReadResultContent(JsonView content,
                                                    const ContentReading& reading);

struct OpenAiClientSettings {
  bool tools = false;
  bool forced_tool = false;
  bool one_call = false;    // parallel_tool_calls: false
  std::string tool_choice;  // Messages' object without its braces; empty: none
  std::string effort;       // low, medium, high, …; empty: none
  int64_t max_tokens = 0;   // 0: none
};

// `max_tokens`, `thinking`, `temperature`, `top_p`, `tool_choice`: what depends on one another.
// What does not go with the others is listed.
void WriteSettings(JsonView root, const OpenAiClientSettings& settings, bool in_tool_loop,
                   JsonWriter& writer, OpenAiClientRequest* request);

// Each reads one format.
[[nodiscard]] Result<OpenAiClientRequest> ReadChatClientRequest(JsonView root,
                                                                const OpenAiClientOptions& options);
[[nodiscard]] Result<OpenAiClientRequest> ReadResponsesClientRequest(
    JsonView root, const OpenAiClientOptions& options);

// Lists the members that are neither read nor null.
void ListDropped(JsonView root, const std::set<std::string_view>& read,
                 OpenAiClientRequest* request);

}  // namespace katra::router::translate
