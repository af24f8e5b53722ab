// A request of the Messages API as a request of Chat Completions (rules R10-R57 of
// docs/translation.md) or of the Responses API (R70-R78). No I/O; knows no provider but by its
// quirks.
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

// Whom a request is for.
struct Target {
  std::string provider;  // its name, for messages
  // Which upstream it is: reasoning goes back only to the one that it came from. Empty: `provider`.
  std::string upstream;
  // Whose reasoning the store is asked for and given: nobody else's is found. Empty: anybody's.
  std::string owner;
  std::string model;  // as the upstream calls it
  Quirks quirks;
  int64_t max_output_tokens = 0;  // of the model; 0: not known (R45)
  std::string session_id;         // becomes prompt_cache_key where it is known (R50); may be empty
  std::string cache_key;          // the client's own prompt_cache_key, which goes before it (F14)
  std::string request_id;         // unique: ids that an upstream leaves out are made from it (S17)
  int64_t input_estimate = 0;     // tokens; 0: ToChat estimates (T2)
  // Of reasoning, where the client's own format asked for it (OpenAiClientRequest::effort): wins
  // over what the body says. Empty: the body alone counts.
  std::string effort;
  ReasoningStore* reasoning = nullptr;  // borrowed, may be null: then only what the client has kept
  PrefixMemo* memo = nullptr;           // borrowed, may be null (J5)
  std::shared_ptr<const KnownSecrets> secrets;  // for ReplyContext; may be null
  // The quirks are what is known of this provider, not what is usual: what a plain server may take
  // and this one does not is left out of requests of its own format (C1).
  bool quirks_known = false;
  bool left_home = false;  // the session has been at another provider (R5)
};

// What the reply's translation must know of the request. Copied or moved freely.
struct ReplyContext {
  std::string provider;  // its name, for messages
  std::string upstream;  // as in Target
  std::string owner;     // as in Target
  std::string model;     // the upstream's name for it; a reply that names one replaces it
  std::string request_id;
  int64_t input_estimate_tokens = 0;  // S4
  // Tool names that had to be changed: upstream's -> client's (R31, S27).
  std::unordered_map<std::string, std::string> tool_names;
  // Ids of tool calls in the history: a reply's call gets another one (R32).
  std::unordered_set<std::string> used_tool_ids;
  std::vector<std::string> emulated_stops;  // R46
  ReasoningHistory reasoning_history = ReasoningHistory::kDrop;
  bool think_tags = false;
  // Responses: reasoning comes back as blocks, even where it has no words (R77).
  bool carries_reasoning = false;
  ReasoningStore* reasoning = nullptr;  // borrowed
  // What must not be kept, since it would reach the disk; may be null.
  std::shared_ptr<const KnownSecrets> secrets;
};

// Of a request that goes to an upstream of its own format: what its answer needs.
struct SameFormat {
  bool hide_usage = false;  // it is told on our account: the client did not ask for it
  bool several = false;     // the client asked for several answers (n)
};

struct TranslatedRequest {
  std::string body;        // of POST /chat/completions or /responses
  bool responses = false;  // of /responses
  bool stream = false;
  std::string requested_model;  // as the client named it
  // What the upstream cannot take and was left out, e.g. "top_k", sorted, each once (R53).
  std::vector<std::string> dropped;
  // Of these, types that are not understood: "content.TYPE".
  std::vector<std::string> unknown;
  ReplyContext reply;
  std::optional<SameFormat> same_format;  // set: it was not translated, and its answer is not
};

// kInvalidArgument: the request is malformed. kUnsupported: leaving out what it asks for would
// change its meaning; the message holds "capability_rejected: TOKEN" (E5). Both are a 400 for the
// client (errors.h: ApiErrorOf). The body is never changed in part: the original stays good for
// another target (R9).
[[nodiscard]] Result<TranslatedRequest> ToChat(std::string_view messages_body,
                                               const Target& target);
// The same for the Responses API.
[[nodiscard]] Result<TranslatedRequest> ToResponses(std::string_view messages_body,
                                                    const Target& target);

}  // namespace katra::router::translate
