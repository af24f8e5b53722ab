// What an api_key_command printed, read: the key, and until when it is good. Knows no process and
// no loop, so that gateway and doctor read it alike.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"

namespace katra::router::credentials {

struct KeyOutput {
  std::string text;                    // all that was printed, without blanks around it
  std::string key;                     // empty: JSON without a member that is known to hold a key
  std::optional<WallTime> expires_at;  // as the output says; else until it is refused
};

// One word is the key itself. A JSON object holds the key as api_key, key, token, access_token or
// accessToken, at its root or below "credential" (gcloud) or "status" (Kubernetes), and says until
// when by expires_at, expires_on, expiration, Expiration, expiry, token_expiry or
// expirationTimestamp (RFC 3339, or seconds since 1970), or by expires_in (seconds from `now`). A
// time without a zone (`expiresOn` of the Azure CLI) says nothing. Other JSON is kept as `text` for
// callers that know its form. kInvalidArgument says what is wrong and never repeats the output.
[[nodiscard]] Result<KeyOutput> ReadKeyOutput(std::string_view printed, WallTime now);

// What a command wrote to stderr, for an error: one line of at most 300 characters, without `out`
// and whatever has the shape of a secret.
[[nodiscard]] std::string ShownStderr(std::string_view err, std::string_view out);

// "the api_key_command of PROVIDER WHAT: STDERR; run it by itself …". kUnavailable.
[[nodiscard]] Error KeyCommandError(std::string_view provider, const std::string& what,
                                    const std::string& shown_stderr);

}  // namespace katra::router::credentials
