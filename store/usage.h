// Usage of models through the gateway, as stored: figures and names, never a prompt or a response.
// Plain structs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"

namespace katra::store {

// One model that was tried or skipped.
struct UsageAttempt {
  std::string provider;
  std::string model;
  std::string reason;  // why it was tried
  int status = 0;      // the provider's; 0: none
  std::string error;   // empty if it answered
  int64_t duration_ms = 0;
};

struct UsageRecord {
  int64_t id = 0;  // rises with each record; set by the store
  WallTime at;     // when the request was made
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

  // How the model was chosen (docs/routing.md). Empty in records from before version 9 of the
  // store.
  std::string rule;     // "explicit", "alias", "tag", "scenario", "preference", "held", "default"
  std::string route;    // the scenario or preference; may be empty
  std::string matcher;  // what matched the request to the route; empty: nothing
  std::optional<double> score;      // of the match, 0..1
  std::string asked_model;          // the model that was asked last, by its configured name
  std::string reason;               // why the model that was asked last was tried
  std::vector<UsageAttempt> tried;  // in order; the first 16 are stored
  // What is known of the request.
  std::optional<int64_t> estimated_tokens;  // of the prompt, before it was sent
  std::optional<bool> continued;            // it continues a turn, such as after a tool call
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

// What a persona's requests to a provider have cost. Their names are as in UsageRecord.
struct SpendingSum {
  std::string persona;
  std::string provider;
  int64_t cost_usd_micros = 0;
  int64_t unpriced = 0;  // as in UsageSum
};

// Selects records. Requests that only counted tokens are left out, unless selected by id.
struct UsageFilter {
  std::string persona = {};               // ignoring case; empty: all
  std::optional<std::string> route = {};  // "": those without a route
  std::string request_id = {};            // Katra's own or the provider's; empty: any
  std::string client_session_id = {};     // empty: any
  WallTime since = {};
  int64_t after_id = 0;  // only records with a larger id
  int limit = 20;        // at most 10,000 at once
  bool by_id = false;    // in the order of ids, for paging by after_id; otherwise newest first
};

enum class RouteGroup { kRouteAndModel, kModel };

// Nearest-rank percentiles of the answered requests; unset if there were none.
struct Percentiles {
  std::optional<int64_t> p50_ms;
  std::optional<int64_t> p95_ms;
};

struct RouteSum {
  std::string route;  // empty: no route, or not grouped by route
  UsageSum sum;       // its key is "provider/model", by the model's configured name
  Percentiles first_byte;
  Percentiles duration;
};

struct KeptReasoning {
  std::string tool_id;
  std::string kept;  // JSON, opaque
};

}  // namespace katra::store
