// Clients that speak OpenAI's formats: their requests become Messages requests, and Messages
// answers become what they expect, so that any client reaches any provider by way of the Messages
// form. No I/O.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/json_view.h"
#include "core/result.h"
#include "router/translate/errors.h"

namespace katra::router::translate {

enum class OpenAiClientFormat : uint8_t {
  kChat,
  kResponses
};  // /v1/chat/completions, /v1/responses

enum class OpenAiClientToolKind : uint8_t {
  kFunction,
  kCustom,      // its input is free text
  kToolSearch,  // the client searches its own tools
};
// The one tool of that kind: its type, and the name that the model sees.
inline constexpr std::string_view kToolSearchName = "tool_search";

// A tool as a client of the Responses API offered it.
struct OpenAiClientTool {
  OpenAiClientToolKind kind = OpenAiClientToolKind::kFunction;
  std::string name;            // without its namespace
  std::string tool_namespace;  // as agents group the tools of a server; empty: none
};

struct OpenAiClientRequest {
  OpenAiClientFormat format = OpenAiClientFormat::kChat;
  std::string messages_body;  // of POST /v1/messages
  std::string model;          // as the client named it
  bool stream = false;
  bool stream_usage = false;  // Chat: the client asked for a usage chunk
  std::string effort;         // of reasoning, as the client asked; for Target::effort. May be empty
  // Responses: tools that are no plain functions, by the name that the model sees, so that calls
  // come back as they were offered.
  std::unordered_map<std::string, OpenAiClientTool> tools;
  std::string echo;       // Responses: members that the reply repeats, as JSON members
  std::string cache_key;  // prompt_cache_key; may be empty
  bool own_cache_points = false;
  // Responses: the answer is one compaction item (F11), in a reply of /responses/compact if that
  // was asked.
  bool compaction = false;
  bool compact_endpoint = false;
  std::vector<std::string> dropped;
  // Of these, types of items, tools and content that are not understood: "input.TYPE",
  // "tools.TYPE", "content.TYPE".
  std::vector<std::string> unknown;
};

struct OpenAiClientOptions {
  bool cache_points = true;  // for clients that set none (F13)
  bool compact = false;      // POST /v1/responses/compact
};

// kInvalidArgument (400), kUnsupported (400, capability_rejected).
[[nodiscard]] Result<OpenAiClientRequest> ReadOpenAiClientRequest(
    OpenAiClientFormat format, std::string_view body, const OpenAiClientOptions& options = {});

// kUnsupported where a Responses request counts on what was stored of an earlier one, or on being
// answered later: nothing is stored here.
[[nodiscard]] Status CheckStateless(JsonView root);
// A compaction that Katra made, as the message of the user that tells it (F11), for upstreams that
// cannot read it. Nothing: another's.
[[nodiscard]] std::optional<std::string> CompactionAsMessage(JsonView item);
// What clients of the Responses API know of failures: on some they try again, on some they compact
// or stop (E19).
[[nodiscard]] std::string_view ResponsesErrorCode(Failure failure);

// `request_id` is unique and becomes part of the ids given. `unix_seconds` is now.
struct OpenAiClientIdentity {
  std::string request_id;
  int64_t unix_seconds = 0;
};

// A whole Messages reply in the client's format. kInvalidArgument: it is none.
[[nodiscard]] Result<std::string> WriteOpenAiClientReply(const OpenAiClientRequest& request,
                                                         std::string_view messages_reply,
                                                         const OpenAiClientIdentity& identity);

// A stream of Messages events in the client's format. Any split gives the same bytes.
class OpenAiClientStream {
 public:
  virtual ~OpenAiClientStream() = default;
  virtual void Feed(std::string_view messages_sse, std::string* out) = 0;
  // The stream ended. When no message_stop came, an error in the client's format is written.
  virtual void Finish(std::string* out) = 0;
  [[nodiscard]] virtual bool done() const = 0;  // the end mark is out
  // An event could not be read, which the client has been told (S46).
  [[nodiscard]] virtual bool unreadable() const = 0;
};
[[nodiscard]] std::unique_ptr<OpenAiClientStream> MakeOpenAiClientStream(
    const OpenAiClientRequest& request, const OpenAiClientIdentity& identity);

}  // namespace katra::router::translate
