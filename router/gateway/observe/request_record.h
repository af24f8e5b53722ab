// What became of a request: for the log, the metrics, the decision feed and the store. Never holds
// a prompt, an answer, a token or a key.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "router/translate/usage.h"

namespace katra::router::gateway {

struct AttemptRecord {
  std::string provider;
  std::string model;
  std::string reason;  // why it was chosen
  int status = 0;      // of the upstream; 0: none
  std::string error;   // empty: it answered
  std::chrono::milliseconds duration{0};
};

struct RequestRecord {
  std::string request_id;
  std::string endpoint;  // "messages", "chat", "responses", "compact", "count_tokens"
  std::string persona;
  std::string token_id;
  std::string client_session_id;  // x-claude-code-session-id
  std::string agent_id;           // x-claude-code-agent-id
  std::string requested_model;
  std::string provider;  // that answered, or was asked last
  std::string model;
  std::string reported_model;  // as the upstream said
  std::string upstream_request_id;
  // With what it was asked: the name of the key's variable, "command of PROVIDER", "client's
  // login"; empty: without a key. Never the key.
  std::string key_name;
  std::vector<AttemptRecord> attempts;
  std::vector<std::string> dropped;  // what the upstream could not take
  std::vector<std::string> unknown;  // of these, types that are not understood: "input.TYPE", …
  std::vector<std::string> notes;    // faults of the answer, for the log
  bool streamed = false;
  bool side = false;         // the client's small background request
  bool answered = false;     // a whole answer reached the client
  bool not_allowed = false;  // the token may not ask for it: no provider was asked
  int status = 0;            // the client's; 499: it left
  std::string error_type;
  translate::Usage usage;
  std::chrono::milliseconds first_byte{-1};
  std::chrono::milliseconds duration{0};
  int64_t cost_usd_micros = -1;  // -1: no price is known
  WallTime at;
};

// Shared by whoever keeps it for a while, on any thread.
using RequestRecordPtr = std::shared_ptr<const RequestRecord>;

// Is told of each request that has ended; on the loop's thread, must not block.
class RequestObserver {
 public:
  virtual ~RequestObserver() = default;
  virtual void OnRequestFinished(const RequestRecordPtr& record) = 0;
};

}  // namespace katra::router::gateway
