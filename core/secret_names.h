// Judges names and values of settings: whether a variable of that name holds a secret, and whether
// its value looks like one rather than like code or prose. Pure functions, linear.
#pragma once

#include <string_view>

namespace katra {

// What a name implies about its value.
enum class NameKind {
  kNone,
  kKey,       // some key (SIGNING_KEY, auth): secret only if the value looks random
  kSecret,    // a token, an API key, a secret
  kPassword,  // a password, which may be a plain word
  kPhrase,    // a passphrase, which may be several words
  kCookie,    // a Cookie header: the rest of the line is secret
};

[[nodiscard]] NameKind KindOfName(std::string_view name);

// Whether a member or variable of that name holds a secret, such as "api_key" or "authorization".
[[nodiscard]] bool IsSecretName(std::string_view name);

// Whether the single word `value`, assigned to a name of `kind`, looks like a secret. `quoted`: it
// was in quotes. `setting`: it was assigned as in a settings file, NAME=value.
[[nodiscard]] bool LooksSecret(std::string_view value, NameKind kind, bool quoted, bool setting);

// Whether several words look like a passphrase, or a password with blanks, rather than a sentence.
[[nodiscard]] bool LooksLikePhrase(std::string_view value, NameKind kind);

}  // namespace katra
