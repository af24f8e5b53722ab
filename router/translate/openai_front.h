// Clients that speak OpenAI's formats: their requests become Messages requests, and Messages
// answers become what they expect, so that any client reaches any provider by way of the Messages
// form. No I/O.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.h"
#include "router/translate/errors.h"

namespace katra::translate {

enum class FrontFormat : uint8_t { kChat, kResponses };  // /v1/chat/completions, /v1/responses

// A tool as a client of the Responses API offered it.
struct FrontTool {
  bool custom = false;         // its input is free text
  std::string name;            // without its namespace
  std::string tool_namespace;  // as agents group the tools of a server; empty: none
};

struct FrontRequest {
  FrontFormat format = FrontFormat::kChat;
  std::string messages_body;  // of POST /v1/messages
  std::string model;          // as the client named it
  bool stream = false;
  bool stream_usage = false;  // Chat: the client asked for a usage chunk
  std::string effort;         // of reasoning, as the client asked; for Target::effort. May be empty
  // Responses: tools that are no plain functions, by the name that the model sees, so that calls
  // come back as they were offered.
  std::unordered_map<std::string, FrontTool> tools;
  std::string echo;  // Responses: members that the reply repeats, as JSON members
  std::vector<std::string> dropped;
};

// kInvalidArgument (400), kUnsupported (400, capability_rejected).
[[nodiscard]] Result<FrontRequest> ReadFrontRequest(FrontFormat format, std::string_view body);

// `request_id` is unique and becomes part of the ids given. `unix_seconds` is now.
struct FrontIdentity {
  std::string request_id;
  int64_t unix_seconds = 0;
};

// A whole Messages reply in the client's format. kInvalidArgument: it is none.
[[nodiscard]] Result<std::string> WriteFrontReply(const FrontRequest& request,
                                                  std::string_view messages_reply,
                                                  const FrontIdentity& identity);

// A stream of Messages events in the client's format. Any split gives the same bytes.
class FrontStream {
 public:
  virtual ~FrontStream() = default;
  virtual void Feed(std::string_view messages_sse, std::string* out) = 0;
  // The stream ended. When no message_stop came, an error in the client's format is written.
  virtual void Finish(std::string* out) = 0;
  [[nodiscard]] virtual bool done() const = 0;  // the end mark is out
};
[[nodiscard]] std::unique_ptr<FrontStream> MakeFrontStream(const FrontRequest& request,
                                                           const FrontIdentity& identity);

}  // namespace katra::translate
