// Common parts of converting the two OpenAI request formats to Messages requests. Internal to
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

// Builds a Messages conversation: user and assistant alternate, and results come first.
class Conversation {
 public:
  // `part` may contain the client's own cache point (F12).
  void AddSystem(std::string_view escaped, JsonView part = {});
  // Adds a content block (JSON) of the user or the assistant.
  void AddUser(std::string block);
  void AddAssistant(std::string block);
  // Adds a call. `arguments` are in OpenAI's form, a string that contains JSON; other text is
  // wrapped as `raw_arguments`.
  void AddCall(JsonView id, std::string_view name, JsonView arguments);
  // `content`: a JSON array of blocks. A result without a preceding call becomes user text (R25).
  void AddResult(JsonView id, const std::string& content);
  // Adds cache points to what is the same on the next turn: the system text and the last two user
  // messages (F13). Call it before Write.
  void AddCachePoints() { cache_points_ = true; }
  // `"system":[…],"messages":[…]`.
  void Write(JsonWriter& writer);

  // The conversation ends with a result, so the assistant's turn continues.
  [[nodiscard]] bool InToolLoop() const { return !results_.empty(); }
  [[nodiscard]] bool Empty() const;
  // If the conversation has only system texts, the last one becomes a user message (F10).
  void SpeakSystem();

 private:
  void FlushUser();
  void FlushAssistant();

  std::vector<std::string> system_;
  std::vector<std::string> results_;
  std::vector<std::string> user_;
  std::vector<std::string> assistant_;
  std::vector<std::string> calls_;        // call ids of the assistant message under construction
  std::vector<std::string> waiting_;      // call ids of the previous one
  std::unordered_set<std::string> open_;  // of these, the ones without a result
  std::string messages_;                  // finished messages, separated by commas
  std::vector<size_t> user_ends_;  // for each user message, the end of its last block in messages_
  bool cache_points_ = false;
};

// Records that something was dropped.
void Drop(std::string name, OpenAiClientRequest* request);
// The same for an unknown type. `kind` is "input", "tools" or "content". Counted, so that new types
// are noticed.
void DropUnknown(std::string_view kind, JsonView type, OpenAiClientRequest* request);

// Keeps the client's own cache point, of a message or a part, in `block` and records that there is
// one.
void KeepCachePoint(JsonView part, std::string& block, OpenAiClientRequest* request);
void NoteCachePoint(JsonView part, OpenAiClientRequest* request);
// Inserts a cache point into `json`, an object.
void AddCachePoint(std::string& json);

[[nodiscard]] std::string TextBlock(std::string_view escaped);
// From "data:image/png;base64,…" or a URL. kUnsupported: neither.
[[nodiscard]] Result<std::string> ImageBlock(JsonView url);
// From {"filename", "file_data": "data:application/pdf;base64,…"} or {"file_url"}.
[[nodiscard]] Result<std::string> FileBlock(JsonView file);
// A format's names for the parts of a message's content.
struct PartNames {
  std::set<std::string_view> text;
  std::string_view image;
  std::string_view file;
  bool file_nested = false;  // the file's members are nested in a member with the part's name
};
// Options for reading content.
struct ContentReading {
  const PartNames& names;
  bool latest = true;  // part of what the request asks, not of an earlier turn
  OpenAiClientRequest* request = nullptr;
};
// Passes each block of a message's content to `add`. Content that is not available here, such as a
// file by its id, is kUnsupported in the latest turn and replaced by words in earlier turns (R18,
// R19). Parts of unknown types are dropped and counted.
[[nodiscard]] Status ReadContent(JsonView content, const ContentReading& reading,
                                 const std::function<void(std::string block)>& add);
// The same as a JSON array, for a tool result.
[[nodiscard]] Result<std::string> ReadResultContent(JsonView content,
                                                    const ContentReading& reading);

struct OpenAiClientSettings {
  bool tools = false;
  bool forced_tool = false;
  bool one_call = false;    // parallel_tool_calls: false
  std::string tool_choice;  // the Messages object without its braces; empty: none
  std::string effort;       // low, medium, high, …; empty: none
  int64_t max_tokens = 0;   // 0: none
};

// Writes `max_tokens`, `thinking`, `temperature`, `top_p` and `tool_choice`, which depend on one
// another. Incompatible ones are recorded as dropped.
void WriteSettings(JsonView root, const OpenAiClientSettings& settings, bool in_tool_loop,
                   JsonWriter& writer, OpenAiClientRequest* request);

// Readers of the two formats.
[[nodiscard]] Result<OpenAiClientRequest> ReadChatClientRequest(JsonView root,
                                                                const OpenAiClientOptions& options);
[[nodiscard]] Result<OpenAiClientRequest> ReadResponsesClientRequest(
    JsonView root, const OpenAiClientOptions& options);

// Records members that are neither in `read` nor null as dropped.
void ListDropped(JsonView root, const std::set<std::string_view>& read,
                 OpenAiClientRequest* request);

}  // namespace katra::router::translate
