// Usage of models through the gateway, as stored: figures and names, never a prompt or an answer.
// Plain structs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/clock.h"

namespace katra::store {

struct UsageRecord {
  WallTime at;  // when the request was made
  std::string request_id;
  std::string upstream_id;  // the provider's request id; may be empty
  std::string endpoint;     // "messages", "chat", …
  std::string persona;
  std::string client_session_id;  // the client's own id; may be empty
  std::string agent_id;           // of a subagent; may be empty
  std::string requested_model;
  std::string provider;
  std::string key_name;  // name of the variable or other source of the key; never the key
  std::string model;     // as reported by the provider, else as requested
  int status = 0;        // status sent to the client; 499: it disconnected
  std::string error;     // empty if answered
  int attempts = 0;
  bool streamed = false;
  // A complete answer to the session itself, so the session's tag becomes verified.
  bool verifies = false;
  int64_t input_tokens = 0;
  int64_t output_tokens = 0;
  int64_t cache_read_tokens = 0;
  int64_t cache_write_tokens = 0;
  bool cache_told = true;  // the provider reported its cache reads
  std::optional<int64_t> cost_usd_micros;
  std::optional<int64_t> first_byte_ms;
  int64_t duration_ms = 0;
};

enum class UsageGroup { kPersona, kProvider, kModel, kDay, kKey };

struct UsageSum {
  std::string key;  // a name, "provider/model", "2026-11-21" (UTC), or "(none)": no key
  int64_t requests = 0;
  int64_t errors = 0;
  int64_t input_tokens = 0;
  int64_t output_tokens = 0;
  int64_t cache_read_tokens = 0;
  int64_t cache_write_tokens = 0;
  int64_t cost_usd_micros = 0;
  int64_t unpriced = 0;  // requests of unknown cost; failures without tokens cost nothing
  // Prompt tokens of the requests whose provider reported cache reads.
  int64_t cache_told_prompt_tokens = 0;
  int64_t cache_untold = 0;  // answered requests without such a report
};

struct KeptReasoning {
  std::string tool_id;
  std::string kept;  // JSON, opaque
};

}  // namespace katra::store
