// The outcome of a request, for the log, the metrics, the decision feed and the store. Never
// contains a prompt, a response, a token or a key.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "router/translate/usage.h"

namespace katra::router::gateway {

struct AttemptRecord {
  std::string provider;
  std::string model;
  std::string reason;  // why it was chosen
  int status = 0;      // the upstream's; 0: none
  std::string error;   // empty if it answered
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
  // How its model was chosen (docs/routing.md): "explicit", "alias", "tag", "scenario",
  // "preference", "held", "default".
  std::string rule;
  std::string route;              // the scenario or preference; empty: none
  std::string matcher;            // what matched it to a preference; empty: nothing
  double score = -1;              // of the match, 0..1; -1: nothing was matched
  int64_t estimated_tokens = -1;  // of the prompt, before it was sent; -1: unknown
  // Whether it continues a turn of the user; unset if no rule depends on it.
  std::optional<bool> continued;
  std::string provider;  // the one that answered, or was tried last
  std::string model;
  std::string reported_model;  // as reported by the upstream
  std::string upstream_request_id;
  // The source of the credential: the name of the key's variable, "command of PROVIDER" or
  // "client's login"; empty: no key. Never the key itself.
  std::string key_name;
  std::vector<AttemptRecord> attempts;
  std::vector<std::string> dropped;  // what the upstream does not support
  std::vector<std::string> unknown;  // of these, unknown types: "input.TYPE", …
  std::vector<std::string> notes;    // faults in the response, for the log
  bool streamed = false;
  bool side = false;         // the client's small background request
  bool answered = false;     // a complete response reached the client
  bool cached = false;       // the response was stored before, so no provider was tried
  bool not_allowed = false;  // the token does not allow it, so no provider was tried
  int status = 0;            // sent to the client; 499: it disconnected
  std::string error_type;
  translate::Usage usage;
  std::chrono::milliseconds first_byte{-1};
  std::chrono::milliseconds duration{0};
  int64_t cost_usd_micros = -1;  // -1: unknown
  WallTime at;
};

// Shared between threads.
using RequestRecordPtr = std::shared_ptr<const RequestRecord>;

// Called for each finished request, on the loop's thread. Must not block.
class RequestObserver {
 public:
  virtual ~RequestObserver() = default;
  virtual void OnRequestFinished(const RequestRecordPtr& record) = 0;
};

}  // namespace katra::router::gateway
