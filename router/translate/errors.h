// Failures of an upstream as errors of the Messages API, and of the formats that other clients
// speak (rules E2-E8, E11, E15). Knows nothing of retrying: it says what could be retried.
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
  kCapability,  // we refuse: would change the meaning (E5)
  kAuthentication,
  kBilling,
  kQuota,  // used up: another try at the same provider is useless (E7)
  kPermission,
  kNotFound,
  kTooLarge,
  kContextOverflow,  // E4
  kRateLimit,
  kOverloaded,
  kServer,
  kNoAnswer,  // connection, time-out, early end, nothing that could be read (S36, S38)
  kNoKey,     // ours: the key is missing, so that the provider was not asked
};

struct ApiError {
  Failure failure = Failure::kServer;
  int status = 500;                // for the client
  std::string type = "api_error";  // Anthropic's error.type
  std::string message;
  // The same request may succeed at once or later, here or elsewhere (E10, E15).
  bool retryable = false;
  std::optional<std::chrono::milliseconds> retry_after;
  bool unreachable = false;  // there was no connection to the provider, whoever asks
  Headers headers;           // for the client: retry-after, x-should-retry, anthropic-ratelimit-*
};

// E3-E7. `status` 200 is for a reply that holds an error object (E16). The message names `provider`
// and never holds HTML, a stack trace, a file's path or a key. `input_estimate_tokens` helps to
// tell of a prompt that is too long when the upstream does not say how long; 0: not known.
[[nodiscard]] ApiError FromUpstream(int status, const Headers& headers, std::string_view body,
                                    std::string_view provider, int64_t input_estimate_tokens = 0);

// Whether a client may be told this header of an upstream's. Clients wait as long as "retry-after"
// says, so that it must be a number of at most 30 days, or an HTTP date; names in any case.
[[nodiscard]] bool IsSoundHeader(std::string_view name, std::string_view value);

// No answer, or one that broke off.
[[nodiscard]] ApiError NoAnswer(std::string message);

// The provider could not be asked for want of its key. A definite failure of this candidate alone:
// others may still answer.
[[nodiscard]] ApiError NoKey(std::string message);

// An error of this library's own functions.
[[nodiscard]] ApiError ApiErrorOf(const Error& error);

// E11: which of two failed attempts tells the client more.
[[nodiscard]] const ApiError& MoreTelling(const ApiError& first, const ApiError& second);

// {"type":"error","error":{…},"request_id":…}
[[nodiscard]] std::string MessagesErrorBody(const ApiError& error, std::string_view request_id);
// The same as an event of a stream (S35): "event: error\ndata: …\n\n".
[[nodiscard]] std::string MessagesErrorEvent(const ApiError& error, std::string_view request_id);
// {"error":{"message","type","param","code"}} with OpenAI's own types and codes (E19), for clients
// of /v1/chat/completions and /v1/responses.
[[nodiscard]] std::string OpenAiErrorBody(const ApiError& error);

}  // namespace katra::router::translate
