// Decides which requests may be served from the cache, and under which key. Two requests have the
// same key only if they agree in everything that can affect the response. Knows the three formats
// of clients.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/sha256.h"

namespace katra::router::routing::cost {

// All borrowed for the call.
struct CacheableRequest {
  std::string_view tenant;    // the requester: the persona, or the token of a session without one
  std::string_view provider;  // with its address, if the user has changed it
  std::string_view model;     // as requested from the upstream
  std::string_view format;    // of the body: "messages", "chat", "responses"
  std::string_view version;   // anthropic-version; empty: none
  std::string_view betas;     // anthropic-beta, as sent
  std::string_view body;      // the client's JSON
};

struct CacheKey {
  std::optional<Sha256Digest> digest;
  std::string_view reason;  // why there is no key, for people; a string literal
};

// K4 to K6: the whole body counts except what does not affect the response: how it is sent
// (stream), who sends it (metadata.user_id, user, safety_identifier, prompt_cache_key) and the
// client's attribution block. The order of the body's members does not matter. There is no key for
// requests
// - whose responses are sampled, unless `any_temperature`: only a temperature of 0 is repeatable
// - that refer to something else: tools of the provider, files, URLs, earlier responses
// - for several choices, or with a duplicate member. Pure. About 10 µs per KiB, nearly all of it
// the digest.
[[nodiscard]] CacheKey KeyOf(const CacheableRequest& request, bool any_temperature);

// How the response to a request with a key ended.
struct AnswerEnd {
  int status = 0;
  bool complete = false;  // reached its end (message_stop, [DONE]) without an error before it
  std::string_view stop_reason;  // in Anthropic's terms
  bool used_tools = false;
};

// K7: whether the response may be stored: status 200, complete, and ended by the model itself. Tool
// calls have side effects, so responses with them are stored only if the user allows it.
[[nodiscard]] bool MayStore(const AnswerEnd& end, bool tool_calls_too);

}  // namespace katra::router::routing::cost
