// What names and values of settings tell about themselves: whether a variable of such a name holds
// a secret, and whether what is assigned to it looks like one rather than like code or prose. Pure
// functions, linear.
#pragma once

#include <string_view>

namespace katra {

// How much a name says about its value.
enum class NameKind {
  kNone,
  kKey,       // some key: SIGNING_KEY, auth; only what looks random is one
  kSecret,    // a token, an API key, a secret
  kPassword,  // a password, which may be a plain word
  kPhrase,    // a passphrase, which may be several words
  kCookie,    // a Cookie header: all of its line
};

[[nodiscard]] NameKind KindOfName(std::string_view name);

// Whether a member or variable of that name holds a secret: "api_key", "authorization", ….
[[nodiscard]] bool IsSecretName(std::string_view name);

// Whether the one word `value` of a name of `kind` looks like a secret. `quoted`: it stood in
// quotes; `setting`: it was assigned as in a file of settings, NAME=value.
[[nodiscard]] bool LooksSecret(std::string_view value, NameKind kind, bool quoted, bool setting);

// Whether several words look like a passphrase or a password with blanks, not like a sentence.
[[nodiscard]] bool LooksLikePhrase(std::string_view value, NameKind kind);

}  // namespace katra
