// What models answered through the gateway, as the store keeps it: figures and names, never a
// prompt or an answer. Plain structs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/clock.h"

namespace katra::store {

struct UsageRecord {
  WallTime at;  // of the request
  std::string request_id;
  std::string upstream_id;  // the provider's own name for it; may be empty
  std::string endpoint;     // "messages", "chat", …
  std::string persona;
  std::string client_session_id;  // the client's own; may be empty
  std::string agent_id;           // of a subagent; may be empty
  std::string requested_model;
  std::string provider;
  std::string key_name;  // the variable's, or what else the key was from; never the key
  std::string model;     // as the provider reported it, else as it was asked
  int status = 0;        // the client's; 499: it left
  std::string error;     // empty: answered
  int attempts = 0;
  bool streamed = false;
  // The session's own answer, and a whole one: the session's tag becomes verified.
  bool verifies = false;
  int64_t input_tokens = 0;
  int64_t output_tokens = 0;
  int64_t cache_read_tokens = 0;
  int64_t cache_write_tokens = 0;
  bool cache_told = true;  // the provider told what it read from its cache
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
  int64_t unpriced = 0;  // requests of unknown cost; failures that took no tokens cost nothing
  // Of the requests whose provider told what it read from its cache: all tokens of their prompts.
  int64_t cache_told_prompt_tokens = 0;
  int64_t cache_untold = 0;  // answered requests of which that is not known
};

struct KeptReasoning {
  std::string tool_id;
  std::string kept;  // JSON, opaque
};

}  // namespace katra::store
