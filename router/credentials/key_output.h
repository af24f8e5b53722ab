// Parses the output of an api_key_command: the key and its expiry. Knows no process and no loop, so
// that gateway and doctor share it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/result.h"

namespace katra::router::credentials {

struct KeyOutput {
  std::string text;  // the whole output, trimmed
  std::string key;   // empty if the output is JSON without a member known to hold a key
  std::optional<WallTime> expires_at;  // as stated by the output; else valid until refused
};

// A single word is the key. In a JSON object the key is api_key, key, token, access_token or
// accessToken, at the root or in "credential" (gcloud) or "status" (Kubernetes); the expiry is
// expires_at, expires_on, expiration, Expiration, expiry, token_expiry or expirationTimestamp (RFC
// 3339, or seconds since 1970), or expires_in (seconds from `now`). A time without a zone
// (`expiresOn` of the Azure CLI) is ignored. Other JSON is returned as `text` for callers that know
// its format. The message of kInvalidArgument never contains any of the output.
[[nodiscard]] Result<KeyOutput> ReadKeyOutput(std::string_view printed, WallTime now);

// A command's stderr for an error message: one line of at most 300 characters, without `out` and
// without anything shaped like a secret.
[[nodiscard]] std::string ShownStderr(std::string_view err, std::string_view out);

// "the api_key_command of PROVIDER WHAT: STDERR; run it by itself …". kUnavailable.
[[nodiscard]] Error KeyCommandError(std::string_view provider, const std::string& what,
                                    const std::string& shown_stderr);

}  // namespace katra::router::credentials
