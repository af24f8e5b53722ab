// Which requests may be answered from a cache, and under which key. Two requests have the same key
// only if nothing that can change the answer differs. Knows the three formats of clients.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/sha256.h"

namespace katra::router::routing::cost {

// All borrowed for the call.
struct CacheableRequest {
  std::string_view tenant;    // who asks: the persona, or the token of a session without one
  std::string_view provider;  // and address, if the user has changed it
  std::string_view model;     // as the upstream is asked for it
  std::string_view format;    // of the body: "messages", "chat", "responses"
  std::string_view version;   // anthropic-version; empty: none
  std::string_view betas;     // anthropic-beta, as sent
  std::string_view body;      // the client's JSON
};

struct CacheKey {
  std::optional<Sha256Digest> digest;
  std::string_view reason;  // for people, why there is no key; a literal
};

// K4 to K6: everything of the body counts except what does not change the answer: how it is sent
// (stream), who sends it (metadata.user_id, user, safety_identifier, prompt_cache_key) and the
// client's attribution block. The order of the body's members does not count. No key for requests
// - whose answers are sampled, unless `any_temperature`: only a temperature of 0 is repeatable
// - that use something outside of them: tools of the provider, files, URLs, earlier responses
// - with several answers, or with a member given twice.
// Pure. About 10 µs per KiB, nearly all of it the digest.
[[nodiscard]] CacheKey KeyOf(const CacheableRequest& request, bool any_temperature);

// What became of a request that has a key.
struct AnswerEnd {
  int status = 0;
  bool complete = false;  // reached its end (message_stop, [DONE]) without an error in between
  std::string_view stop_reason;  // Anthropic's words
  bool used_tools = false;
};

// K7: whether the answer may be stored: 200, complete, and it ended by itself. Calls of tools have
// effects, so they are repeated only if the user says so.
[[nodiscard]] bool MayStore(const AnswerEnd& end, bool tool_calls_too);

}  // namespace katra::router::routing::cost
