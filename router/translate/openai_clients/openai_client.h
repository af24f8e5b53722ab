// Support for clients of OpenAI's formats: converts their requests to Messages requests, and
// Messages answers to their format, so that any client can use any provider. No I/O.
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
  kCustom,      // the input is free text
  kToolSearch,  // the client searches its own tools
};
// The type and the name, as seen by the model, of the only tool of that kind.
inline constexpr std::string_view kToolSearchName = "tool_search";

// A tool as a client of the Responses API offered it.
struct OpenAiClientTool {
  OpenAiClientToolKind kind = OpenAiClientToolKind::kFunction;
  std::string name;            // without its namespace
  std::string tool_namespace;  // groups the tools of a server; empty: none
};

struct OpenAiClientRequest {
  OpenAiClientFormat format = OpenAiClientFormat::kChat;
  std::string messages_body;  // body for POST /v1/messages
  std::string model;          // as named by the client
  bool stream = false;
  bool stream_usage = false;  // Chat: the client asked for a usage chunk
  std::string effort;  // reasoning effort requested by the client, for Target::effort; may be empty
  // Responses: tools that are not plain functions, by the name that the model sees, so that calls
  // are returned as they were offered.
  std::unordered_map<std::string, OpenAiClientTool> tools;
  std::string echo;       // Responses: members repeated in the response, as JSON members
  std::string cache_key;  // prompt_cache_key; may be empty
  bool own_cache_points = false;
  // Responses: the answer is one compaction item (F11); with compact_endpoint, in a response of
  // /responses/compact.
  bool compaction = false;
  bool compact_endpoint = false;
  std::vector<std::string> dropped;
  // Of these, unknown types of items, tools and content: "input.TYPE", "tools.TYPE",
  // "content.TYPE".
  std::vector<std::string> unknown;
};

struct OpenAiClientOptions {
  bool cache_points = true;  // add cache points for clients that set none (F13)
  bool compact = false;      // POST /v1/responses/compact
};

// Errors: kInvalidArgument (400), kUnsupported (400, capability_rejected).
[[nodiscard]] Result<OpenAiClientRequest> ReadOpenAiClientRequest(
    OpenAiClientFormat format, std::string_view body, const OpenAiClientOptions& options = {});

// kUnsupported: a Responses request relies on stored responses or on background execution; nothing
// is stored here.
[[nodiscard]] Status CheckStateless(JsonView root);
// A compaction made by Katra, converted to a user message (F11) for upstreams that cannot read it.
// nullopt: made by somebody else.
[[nodiscard]] std::optional<std::string> CompactionAsMessage(JsonView item);
// The error code for clients of the Responses API: on some they retry, on some they compact or stop
// (E19).
[[nodiscard]] std::string_view ResponsesErrorCode(Failure failure);

// `request_id` must be unique; it becomes part of the ids. `unix_seconds` is the current time.
struct OpenAiClientIdentity {
  std::string request_id;
  int64_t unix_seconds = 0;
};

// Converts a complete Messages response to the client's format. kInvalidArgument: it is not one.
[[nodiscard]] Result<std::string> WriteOpenAiClientReply(const OpenAiClientRequest& request,
                                                         std::string_view messages_reply,
                                                         const OpenAiClientIdentity& identity);

// Converts a stream of Messages events to the client's format. The result does not depend on how
// the input is split.
class OpenAiClientStream {
 public:
  virtual ~OpenAiClientStream() = default;
  virtual void Feed(std::string_view messages_sse, std::string* out) = 0;
  // The stream ended. Without a message_stop, writes an error in the client's format.
  virtual void Finish(std::string* out) = 0;
  [[nodiscard]] virtual bool done() const = 0;  // the end mark has been written
  // An event could not be read, and the client has been told so (S46).
  [[nodiscard]] virtual bool unreadable() const = 0;
};
[[nodiscard]] std::unique_ptr<OpenAiClientStream> MakeOpenAiClientStream(
    const OpenAiClientRequest& request, const OpenAiClientIdentity& identity);

}  // namespace katra::router::translate
