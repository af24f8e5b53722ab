// Converts failures of an upstream to errors of the Messages API and of the other clients' formats
// (rules E2-E8, E11, E15). Says what could be retried, but does not retry.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace katra::router::translate {

using Headers = std::vector<std::pair<std::string, std::string>>;  // names in any case

enum class Failure : uint8_t {
  kInvalidRequest,
  kCapability,  // refused by Katra, because it would change the meaning (E5)
  kAuthentication,
  kBilling,
  kQuota,  // exhausted; retrying at the same provider is useless (E7)
  kPermission,
  kNotFound,
  kTooLarge,
  kContextOverflow,  // E4
  kRateLimit,
  kOverloaded,
  kServer,
  kNoAnswer,  // no connection, timeout, early end, or unreadable (S36, S38)
  kNoKey,     // the key is missing, so the provider was not asked
};

struct ApiError {
  Failure failure = Failure::kServer;
  int status = 500;                // for the client
  std::string type = "api_error";  // Anthropic's error.type
  std::string message;
  // The same request may succeed now or later, at this or another provider (E10, E15).
  bool retryable = false;
  std::optional<std::chrono::milliseconds> retry_after;
  bool unreachable = false;  // no connection to the provider could be made, by any caller
  Headers headers;           // for the client: retry-after, x-should-retry, anthropic-ratelimit-*
};

// Converts an upstream's error (E3-E7). `status` 200 is for a response that contains an error
// object (E16). The message names `provider` and never contains HTML, a stack trace, a file path or
// a key. `input_estimate_tokens` helps to recognise a prompt that is too long if the upstream does
// not state its length; 0: unknown.
[[nodiscard]] ApiError FromUpstream(int status, const Headers& headers, std::string_view body,
                                    std::string_view provider, int64_t input_estimate_tokens = 0);

// Whether this header of an upstream may be passed to a client. Clients wait as long as
// "retry-after" says, so it must be a number of at most 30 days, or an HTTP date; names in any
// case.
[[nodiscard]] bool IsSoundHeader(std::string_view name, std::string_view value);

// What error messages call an upstream: its provider's name, or "the upstream" if that is empty.
[[nodiscard]] std::string UpstreamName(std::string_view provider);

// An error for a missing or truncated answer.
[[nodiscard]] ApiError NoAnswer(std::string message);

// The provider could not be asked because its key is missing. Permanent for this candidate; others
// may still answer.
[[nodiscard]] ApiError NoKey(std::string message);

// Converts an Error of this library's functions.
[[nodiscard]] ApiError ApiErrorOf(const Error& error);

// E11: the more informative of two failures.
[[nodiscard]] const ApiError& MoreTelling(const ApiError& first, const ApiError& second);

// {"type":"error","error":{…},"request_id":…}
[[nodiscard]] std::string MessagesErrorBody(const ApiError& error, std::string_view request_id);
// The same as a stream event (S35): "event: error\ndata: …\n\n".
[[nodiscard]] std::string MessagesErrorEvent(const ApiError& error, std::string_view request_id);
// {"error":{"message","type","param","code"}} with OpenAI's own types and codes (E19), for clients
// of /v1/chat/completions and /v1/responses.
[[nodiscard]] std::string OpenAiErrorBody(const ApiError& error);

}  // namespace katra::router::translate
