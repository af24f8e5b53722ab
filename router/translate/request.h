// Translates a Messages request to Chat Completions (rules R10-R57 of docs/translation.md) or to
// the Responses API (R70-R78). No I/O; knows providers only by their quirks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/known_secrets.h"
#include "core/result.h"
#include "router/providers/provider.h"
#include "router/translate/reasoning_store.h"

namespace katra::router::translate {

class PrefixMemo;  // memo.h

// The destination of a request.
struct Target {
  std::string provider;  // its name, for error messages
  // Identifies the upstream: reasoning is returned only to where it came from. Empty: `provider`.
  std::string upstream;
  // Owner of stored reasoning; other owners' entries are never found. Empty: shared by all.
  std::string owner;
  std::string model;  // the upstream's name for it
  Quirks quirks;
  int64_t max_output_tokens = 0;  // limit of the model; 0: unknown (R45)
  std::string session_id;         // becomes prompt_cache_key if supported (R50); may be empty
  std::string cache_key;          // the client's own prompt_cache_key, which takes precedence (F14)
  std::string request_id;         // unique; used to make ids that an upstream omits (S17)
  int64_t input_estimate = 0;     // in tokens; 0: ToChat estimates it (T2)
  // The reasoning effort, if requested in the client's own format (OpenAiClientRequest::effort);
  // overrides the body. Empty: only the body counts.
  std::string effort;
  // Borrowed; if null, only reasoning kept by the client is returned.
  ReasoningStore* reasoning = nullptr;
  PrefixMemo* memo = nullptr;                   // borrowed, may be null (J5)
  std::shared_ptr<const KnownSecrets> secrets;  // for ReplyContext; may be null
  // The quirks are specific to this provider and not defaults: in requests of its own format,
  // members that it is known to refuse are removed (C1).
  bool quirks_known = false;
  bool left_home = false;  // the session has used another provider (R5)
  // Omit all earlier reasoning: the upstream cannot decrypt it (R79). Responses API only.
  bool without_reasoning = false;
};

// What the translation of the response needs to know about the request. Freely copied and moved.
struct ReplyContext {
  std::string provider;  // its name, for error messages
  std::string upstream;  // as in Target
  std::string owner;     // as in Target
  std::string model;     // the upstream's name for it; replaced by the name in the response
  std::string request_id;
  int64_t input_estimate_tokens = 0;  // S4
  // Changed tool names: upstream's -> client's (R31, S27).
  std::unordered_map<std::string, std::string> tool_names;
  // Ids of tool calls in the history; calls in the response get other ids (R32).
  std::unordered_set<std::string> used_tool_ids;
  std::vector<std::string> emulated_stops;  // R46
  ReasoningHistory reasoning_history = ReasoningHistory::kDrop;
  bool think_tags = false;
  // Responses: reasoning is returned as blocks, even without text (R77).
  bool carries_reasoning = false;
  ReasoningStore* reasoning = nullptr;  // borrowed
  // Secrets that must not be stored, because they would reach the disk; may be null.
  std::shared_ptr<const KnownSecrets> secrets;
};

// For a request to an upstream of its own format: what its answer needs.
struct SameFormat {
  bool hide_usage = false;  // Katra requested usage; the client did not, so it must not see it
  bool several = false;     // the client asked for several answers (n)
};

struct TranslatedRequest {
  std::string body;        // body for POST /chat/completions or /responses
  bool responses = false;  // for /responses
  bool stream = false;
  std::string requested_model;  // as named by the client
  // What was dropped because the upstream does not support it, e.g. "top_k"; sorted, without
  // duplicates (R53).
  std::vector<std::string> dropped;
  // Of these, unknown types: "content.TYPE".
  std::vector<std::string> unknown;
  ReplyContext reply;
  std::optional<SameFormat> same_format;  // if set, neither request nor answer is translated
};

// kInvalidArgument: the request is malformed. kUnsupported: dropping what it asks for would change
// its meaning; the message contains "capability_rejected: TOKEN" (E5). The client gets a 400 for
// both (errors.h: ApiErrorOf). The original body is never modified, so it can be used for another
// target (R9).
[[nodiscard]] Result<TranslatedRequest> ToChat(std::string_view messages_body,
                                               const Target& target);
// The same for the Responses API.
[[nodiscard]] Result<TranslatedRequest> ToResponses(std::string_view messages_body,
                                                    const Target& target);

}  // namespace katra::router::translate
