#include "core/secrets.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"

namespace katra {
namespace {

constexpr size_t kLeastKnownBytes = 6;
constexpr size_t kLeastSecretBytes = 8;
constexpr size_t kLeastQuotedBytes = 12;
constexpr size_t kLeastJwtBytes = 40;
constexpr size_t kMostLookedAtBytes = 512;
constexpr size_t kAwsTailBytes = 16;

// How the keys of a service begin, and how many bytes follow at least.
struct Shape {
  std::string_view start;
  size_t tail_bytes;
};
constexpr std::array<Shape, 32> kShapes = {{
    {"sk-", 8},          {"sk_", 8},     {"pk_live_", 8}, {"rk_live_", 8},
    {"AIza", 20},        {"gsk_", 8},    {"xai-", 8},     {"pplx-", 8},
    {"nvapi-", 8},       {"r8_", 16},    {"hf_", 16},     {"ghp_", 16},
    {"gho_", 16},        {"ghu_", 16},   {"ghs_", 16},    {"ghr_", 16},
    {"github_pat_", 16}, {"glpat-", 12}, {"xoxb-", 8},    {"xoxp-", 8},
    {"xoxa-", 8},        {"xoxr-", 8},   {"xoxs-", 8},    {"xoxe.", 8},
    {"xapp-", 8},        {"npm_", 20},   {"pypi-", 16},   {"ya29.", 16},
    {"dop_v1_", 16},     {"SG.", 16},    {"katra_", 20},  {"AGE-SECRET-KEY-", 16},
}};
constexpr std::array<std::string_view, 6> kAwsStarts = {"AKIA", "ASIA", "AROA",
                                                        "AIDA", "AGPA", "ABIA"};
constexpr std::array<std::string_view, 14> kNames = {
    "api_key",     "api-key",  "apikey",     "secret",     "token",
    "password",    "passwd",   "access_key", "access-key", "private_key",
    "private-key", "auth_key", "credential", "accesskey"};
constexpr std::array<std::string_view, 6> kSchemes = {"bearer", "basic",  "token",
                                                      "digest", "apikey", "negotiate"};
constexpr std::string_view kAuthorization = "authorization";

bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool IsKeyByte(char c) { return IsAlnum(c) || c == '_' || c == '-'; }
bool IsNameByte(char c) { return IsKeyByte(c) || c == '.'; }
// Of a value that is assigned: up to a blank, a quote, or what ends an expression.
bool IsValueByte(char c) {
  static constexpr std::string_view kMore = "_-+/=.~!@#%^&*$:?|";
  return IsAlnum(c) || kMore.find(c) != std::string_view::npos;
}
bool IsBlank(char c) { return c == ' ' || c == '\t'; }
// What may stand around a name or a value: quotes, also of a text within a text.
bool IsQuote(char c) { return c == '"' || c == '\'' || c == '`' || c == '\\'; }

struct Span {
  size_t begin = 0;
  size_t end = 0;
};

template <typename Is>
size_t RunEnd(std::string_view text, size_t at, const Is& is) {
  while (at < text.size() && is(text[at])) ++at;
  return at;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool LooksSecret(std::string_view value, bool quoted) {
  if (value.size() < kLeastSecretBytes || value.front() == '$') return false;
  if (quoted && value.size() >= kLeastQuotedBytes) return true;
  return std::any_of(value.begin(), value.end(), IsDigit) &&
         std::any_of(value.begin(), value.end(), [](char c) { return IsAlnum(c) && !IsDigit(c); });
}

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

// The end of a key of a known shape that begins at `at`; `at` when there is none.
size_t KeyEnd(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at);
  for (const Shape& shape : kShapes) {
    if (!StartsWith(rest, shape.start)) continue;
    const size_t end = RunEnd(text, at + shape.start.size(), IsNameByte);
    if (end - at - shape.start.size() >= shape.tail_bytes) return end;
  }
  for (const std::string_view start : kAwsStarts) {
    if (!StartsWith(rest, start)) continue;
    const size_t end = RunEnd(text, at, IsAlnum);
    if (end - at == start.size() + kAwsTailBytes) return end;
  }
  return at;
}

// The value at `at`, as far as is needed to tell what it is: what is no secret is looked at again.
Span ValueAt(std::string_view text, size_t at) {
  return {at,
          RunEnd(text.substr(0, std::min(text.size(), at + kMostLookedAtBytes)), at, IsValueByte)};
}

std::string_view In(std::string_view text, Span span) {
  return text.substr(span.begin, span.end - span.begin);
}

// The value after a name that ends at `at`: behind `:` or `=`, without its quotes; `flag`: also
// behind a blank, as on a command line. Empty when nothing is assigned.
Span AssignedAt(std::string_view text, size_t at, bool flag = false) {
  const size_t name_end = at;
  at = RunEnd(text, at, [](char c) { return IsQuote(c) || c == ']'; });
  at = RunEnd(text, at, IsBlank);
  const size_t sign = RunEnd(text, at, [](char c) { return c == ':' || c == '=' || c == '>'; });
  const bool assigned = sign > at && sign - at <= 3;
  if (!assigned && (!flag || at == name_end)) return {};
  at = RunEnd(text, RunEnd(text, sign, IsBlank), IsQuote);
  return ValueAt(text, at);
}

// After "Authorization": what follows a scheme, or one word.
Span CredentialAt(std::string_view text, size_t at) {
  const Span first = AssignedAt(text, at);
  const std::string scheme = ToLowerAscii(In(text, first));
  const size_t next = RunEnd(text, first.end, IsBlank);
  const Span second = ValueAt(text, next);
  const bool known = std::find(kSchemes.begin(), kSchemes.end(), scheme) != kSchemes.end();
  const Span secret = known ? second : first;
  return secret.end - secret.begin >= kLeastSecretBytes ? secret : Span{};
}

// A JSON Web Token, the word from `begin` to `end`.
bool IsJwt(std::string_view word) {
  return StartsWith(word, "eyJ") && word.size() >= kLeastJwtBytes &&
         std::count(word.begin(), word.end(), '.') >= 2;
}

// "://user:password@host": the password. `at` is at the colon.
Span PasswordAt(std::string_view text, size_t at) {
  constexpr std::string_view kMark = "://";
  if (!StartsWith(text.substr(at), kMark)) return {};
  const size_t begin = at + kMark.size();
  const size_t end = text.find_first_of("/ \t\r\n\"'<>@", begin);
  if (end == std::string_view::npos || text[end] != '@') return {};
  const size_t colon = text.substr(0, end).find(':', begin);
  if (colon == std::string_view::npos || colon + 1 == end) return {};
  return {colon + 1, end};
}

// A secret that the word from `begin` to `end` announces, or is.
Span AnnouncedAt(std::string_view text, size_t begin, size_t end) {
  const std::string_view word = text.substr(begin, end - begin);
  if (IsJwt(word)) return {begin, end};
  const std::string name = ToLowerAscii(word);
  if (name.find(kAuthorization) != std::string::npos) return CredentialAt(text, end);
  if (name == "bearer") {
    const size_t at = RunEnd(text, end, IsBlank);
    const Span value = ValueAt(text, at);
    return at > end && LooksSecret(In(text, value), false) ? value : Span{};
  }
  if (!IsSecretName(name)) return {};
  const Span value = AssignedAt(text, end, begin > 0 && text[begin - 1] == '-');
  const bool quoted = value.begin > 0 && IsQuote(text[value.begin - 1]);
  return LooksSecret(In(text, value), quoted) ? value : Span{};
}

std::string WithoutPrivateKeys(std::string_view text) {
  constexpr std::string_view kBegin = "-----BEGIN ";
  constexpr std::string_view kEnd = "-----END ";
  constexpr std::string_view kDashes = "-----";
  std::string out;
  while (true) {
    const size_t begin = text.find(kBegin);
    if (begin == std::string_view::npos) break;
    const size_t title_end = text.find(kDashes, begin + kBegin.size());
    const std::string_view title = text.substr(begin, title_end - begin);
    if (title_end == std::string_view::npos ||
        title.find("PRIVATE KEY") == std::string_view::npos) {
      const size_t next = begin + kBegin.size();
      out.append(text.substr(0, next));
      text.remove_prefix(next);
      continue;
    }
    out.append(text.substr(0, begin)).append(kRedacted);
    const size_t last = text.find(kEnd, title_end);
    const size_t end = last == std::string_view::npos ? std::string_view::npos
                                                      : text.find(kDashes, last + kEnd.size());
    if (end == std::string_view::npos) return out;  // cut within the key
    text.remove_prefix(end + kDashes.size());
  }
  return out.append(text);
}

std::string WithoutAll(std::string text, const std::string& value) {
  size_t at = text.find(value);
  if (at == std::string::npos) return text;
  std::string out;
  size_t done = 0;
  for (; at != std::string::npos; at = text.find(value, done)) {
    out.append(text, done, at - done).append(kRedacted);
    done = at + value.size();
  }
  return out.append(text, done);
}

}  // namespace

bool StartsLikeKey(std::string_view word) {
  return std::any_of(kShapes.begin(), kShapes.end(),
                     [&](const Shape& shape) { return StartsWith(word, shape.start); });
}

bool IsSecretName(std::string_view name) {
  const std::string lower = ToLowerAscii(name);
  return lower.find(kAuthorization) != std::string::npos ||
         std::any_of(kNames.begin(), kNames.end(), [&](std::string_view known) {
           return lower.find(known) != std::string::npos;
         });
}

SecretFilter::SecretFilter(std::vector<std::string> known) : known_(std::move(known)) {
  known_.erase(
      std::remove_if(known_.begin(), known_.end(),
                     [](const std::string& value) { return value.size() < kLeastKnownBytes; }),
      known_.end());
  std::sort(known_.begin(), known_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  known_.erase(std::unique(known_.begin(), known_.end()), known_.end());
}

std::string SecretFilter::Clean(std::string_view given) const {
  std::string text = WithoutPrivateKeys(given);
  for (const std::string& value : known_) text = WithoutAll(std::move(text), value);
  const std::string_view view = text;
  std::string out;
  out.reserve(view.size());
  const auto take_out = [&](size_t at, Span secret) {
    out.append(view.substr(at, secret.begin - at)).append(kRedacted);
    return secret.end;
  };
  size_t at = 0;
  size_t word_end = 0;  // of the last word that was looked at as a whole
  while (at < view.size()) {
    if (!IsAlnum(view[at])) {
      const Span password = view[at] == ':' ? PasswordAt(view, at) : Span{};
      if (password.end > 0) {
        at = take_out(at, password);
      } else {
        out += view[at++];
      }
      continue;
    }
    // The start of a word, or of a part of one behind "_" or "-".
    if (const size_t end = KeyEnd(view, at); end > at) {
      at = take_out(at, {at, end});
      continue;
    }
    if (at >= word_end) {
      word_end = RunEnd(view, at, IsNameByte);
      if (const Span secret = AnnouncedAt(view, at, word_end); secret.end > secret.begin) {
        at = take_out(at, {secret.begin, RunEnd(view, secret.end, IsValueByte)});
        continue;
      }
    }
    const size_t part_end = RunEnd(view, at, IsAlnum);
    out.append(view.substr(at, part_end - at));
    at = part_end;
  }
  return out;
}

}  // namespace katra
