#include "core/secrets.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/secret_names.h"
#include "core/secret_shapes.h"
#include "core/text.h"

namespace katra {
namespace {

constexpr size_t kLeastKnownBytes = 6;
constexpr size_t kLeastCredentialBytes = 8;
constexpr size_t kLeastJwtBytes = 40;
constexpr size_t kMostLookedAtBytes = 512;

constexpr std::array<std::string_view, 6> kSchemes = {"bearer", "basic",  "token",
                                                      "digest", "apikey", "negotiate"};
constexpr std::string_view kAuthorization = "authorization";

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAlnum(char c) { return IsLetter(c) || IsDigit(c); }
bool IsNameByte(char c) { return IsAlnum(c) || c == '_' || c == '-' || c == '.'; }
// An assigned value ends at a blank, a quote, or a character that ends an expression.
bool IsValueByte(char c) {
  static constexpr std::string_view kMore = "_-+/=.~!@#%^&*$:?|";
  return IsAlnum(c) || kMore.find(c) != std::string_view::npos;
}
bool IsBlank(char c) { return c == ' ' || c == '\t'; }
// Quotes around a name or a value, also escaped ones of a string within a string.
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

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

// The value at `at`, only as long as needed to classify it: text that is no secret is scanned
// again.
Span ValueAt(std::string_view text, size_t at) {
  return {at,
          RunEnd(text.substr(0, std::min(text.size(), at + kMostLookedAtBytes)), at, IsValueByte)};
}

std::string_view In(std::string_view text, Span span) {
  return text.substr(span.begin, span.end - span.begin);
}

// A value that is assigned to a name.
struct Assigned {
  Span value;
  char quote = 0;        // its opening quote
  bool setting = false;  // NAME=value, as in a settings file
};

// Skips what separates a name from a value in another member, as in {"name": "KEY", "value": "x"},
// `key="KEY" value="x"` and their YAML equivalents; returns `at` if there is no such member.
size_t ValueMember(std::string_view text, size_t at) {
  constexpr size_t kMostBetween = 64;
  const std::string_view near = text.substr(0, std::min(text.size(), at + kMostBetween));
  const size_t word = RunEnd(near, at, [](char c) {
    return IsBlank(c) || IsQuote(c) || c == ',' || c == '\n' || c == '\r';
  });
  constexpr std::string_view kValue = "value";
  if (word == at || ToLowerAscii(near.substr(word, kValue.size())) != kValue) return at;
  const size_t end = word + kValue.size();
  return end < text.size() && IsNameByte(text[end]) ? at : end;
}

// Skips the `|` or `>` of a YAML block and the line break after it; returns `at` if there is none.
size_t BlockBegin(std::string_view text, size_t at) {
  if (at >= text.size() || (text[at] != '|' && text[at] != '>')) return at;
  size_t end = RunEnd(text, at + 1, [](char c) { return c == '-' || c == '+' || IsDigit(c); });
  end = RunEnd(text, end, IsBlank);
  const bool escaped = text.substr(end, 2) == "\\n";  // inside a JSON string
  if (!escaped && (end >= text.size() || (text[end] != '\n' && text[end] != '\r'))) return at;
  end = escaped ? end + 2 : RunEnd(text, end, [](char c) { return c == '\n' || c == '\r'; });
  return RunEnd(text, end, IsBlank);
}

// The value of a name that ends at `at`: after `:` or `=`, without quotes. `flag`: also after a
// blank, as on a command line. Empty if nothing is assigned.
Assigned AssignedAt(std::string_view text, size_t at, bool flag = false) {
  const size_t name_end = at;
  at = RunEnd(text, at, [](char c) { return IsQuote(c) || c == ']'; });
  at = RunEnd(text, at, IsBlank);
  size_t sign = at;
  while (sign < text.size() && sign - at < 3 &&
         (text[sign] == ':' || text[sign] == '=' || text[sign] == '>')) {
    ++sign;
  }
  if (text.substr(at, 2) == "::") return {};
  if (sign < text.size() && (text[sign] == ':' || text[sign] == '=')) return {};  // "====", "::::"
  if (sign == at && (!flag || at == name_end)) return {};
  Assigned assigned;
  assigned.setting = at == name_end && sign == at + 1 && text[at] == '=';
  at = RunEnd(text, sign, IsBlank);
  if (text.substr(at, 3) == "!r " || text.substr(at, 5) == "!!str") return {};
  if (const size_t block = BlockBegin(text, at); block > at) {
    at = block;
    assigned.setting = true;
  }
  while (at < text.size() && IsQuote(text[at])) assigned.quote = text[at++];
  assigned.value = ValueAt(text, at);
  // A call or an index is code and not a value: token = next(), secret = settings["x"].
  const size_t end = assigned.value.end;
  const bool code = end < text.size() && (text[end] == '(' || text[end] == '[');
  if (code && assigned.quote == 0) return {};
  return assigned;
}

// Everything up to the closing quote or the end of the line, limited in length.
Span LineAt(std::string_view text, const Assigned& assigned, size_t most_bytes) {
  const size_t begin = assigned.value.begin;
  const std::string_view near = text.substr(0, begin + std::min(text.size() - begin, most_bytes));
  size_t end = begin;
  while (end < near.size() && near[end] != '\n' && near[end] != '\r' && near[end] != '"' &&
         near[end] != '`' && !(near[end] == '\'' && assigned.quote == '\'') &&
         near.substr(end, 2) != "\\n" && near.substr(end, 2) != "\\r" &&
         near.substr(end, 2) != "\\\"") {
    ++end;
  }
  while (end > begin && (IsBlank(near[end - 1]) || near[end - 1] == '\'')) --end;
  return {begin, end};
}

// After "Authorization": the word after a scheme, or a single word.
Span CredentialAt(std::string_view text, size_t at) {
  const Span first = AssignedAt(text, at).value;
  const std::string scheme = ToLowerAscii(In(text, first));
  const size_t next = RunEnd(text, first.end, IsBlank);
  const Span second = ValueAt(text, next);
  const bool known = std::find(kSchemes.begin(), kSchemes.end(), scheme) != kSchemes.end();
  const Span secret = known ? second : first;
  return secret.end - secret.begin >= kLeastCredentialBytes ? secret : Span{};
}

// Whether `word` is a JSON Web Token.
bool IsJwt(std::string_view word) {
  return StartsWith(word, "eyJ") && word.size() >= kLeastJwtBytes &&
         std::count(word.begin(), word.end(), '.') >= 2;
}

// The password in "://user:password@host". `at` is the position of the first colon.
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

// The last path segment of webhook URLs such as "https://hooks.slack.com/services/T0/B0/x", which
// suffices to post there. The host is from `begin` to `end`.
Span WebhookAt(std::string_view text, size_t begin, size_t end) {
  const std::string_view host = text.substr(begin, end - begin);
  const bool slack = host == "hooks.slack.com" || host == "hooks.slack-gov.com";
  const bool discord = host == "discord.com" || host == "discordapp.com" ||
                       host == "ptb.discord.com" || host == "canary.discord.com";
  const bool office = host.ends_with("webhook.office.com") || host == "outlook.office.com" ||
                      host == "hooks.zapier.com" || host == "hook.integromat.com" ||
                      host.ends_with("logic.azure.com") || host == "chat.googleapis.com";
  if (!slack && !discord && !office) return {};
  const std::string_view near = text.substr(0, std::min(text.size(), end + kMostLookedAtBytes));
  const size_t path_end = RunEnd(near, end, IsValueByte);
  const std::string_view path = text.substr(end, path_end - end);
  const std::string_view mark = slack                        ? "/services/"
                                : discord                    ? "/api/webhooks/"
                                : host == "hooks.zapier.com" ? "/hooks/catch/"
                                                             : "/";
  const size_t found = slack && path.find("/workflows/") == 0  ? path.find("/workflows/")
                       : slack && path.find("/triggers/") == 0 ? path.find("/triggers/")
                                                               : path.find(mark);
  constexpr size_t kLeastPathBytes = 30;
  if (found == std::string_view::npos || path.size() < kLeastPathBytes) return {};
  const size_t secret = end + path.find('/', found + 1) + 1;
  return {secret, path_end};
}

// The password in "-u sam:secret" and "--user sam:secret".
Span UserPasswordAt(std::string_view text, size_t begin, size_t end) {
  const std::string_view word = text.substr(begin, end - begin);
  if (word != "u" && word != "user" && word != "proxy-user") return {};
  if (begin == 0 || text[begin - 1] != '-') return {};
  size_t at = RunEnd(text, end, [](char c) { return IsBlank(c) || c == '='; });
  at = RunEnd(text, at, IsQuote);
  const size_t name_end =
      RunEnd(text.substr(0, std::min(text.size(), at + kMostLookedAtBytes)), at,
             [](char c) { return IsNameByte(c) || c == '@' || c == '+' || c == '%'; });
  if (name_end == at || name_end >= text.size() || text[name_end] != ':') return {};
  const Span value = ValueAt(text, name_end + 1);
  const std::string_view password = In(text, value);
  return LooksSecret(password, NameKind::kPassword, true, true) &&
                 !std::all_of(password.begin(), password.end(), IsDigit)
             ? value
             : Span{};
}

// The password in "machine example.org login sam password x" and "sshpass -p x".
Span OptionValueAt(std::string_view text, size_t begin, size_t end) {
  const std::string_view word = text.substr(begin, end - begin);
  size_t at = RunEnd(text, end, IsBlank);
  if (word == "login") {
    const size_t name = RunEnd(text, at, [](char c) { return IsNameByte(c) || c == '@'; });
    constexpr std::string_view kPassword = "password ";
    const size_t next = RunEnd(text, name, [](char c) { return IsBlank(c) || c == '\n'; });
    if (name == at || text.substr(next, kPassword.size()) != kPassword) return {};
    const bool file = text.substr(0, begin).ends_with(" ") || text.substr(0, begin).ends_with("\n");
    return file ? ValueAt(text, next + kPassword.size()) : Span{};
  }
  if (word == "sshpass" && text.substr(at, 2) == "-p") {
    at = RunEnd(text, at + 2, [](char c) { return IsBlank(c) || IsQuote(c); });
    const Span value = ValueAt(text, at);
    return In(text, value).starts_with('$') ? Span{} : value;
  }
  return {};
}

// "API key: x": the word before "key" makes the name secret.
bool IsSpacedKey(std::string_view text, size_t begin, std::string_view name) {
  if (name != "key") return false;
  constexpr size_t kLongest = 8;
  const size_t from = begin - std::min(begin, kLongest);
  const std::string before = ToLowerAscii(text.substr(from, begin - from));
  return before.ends_with("api ") || before.ends_with("access ") || before.ends_with("secret ") ||
         before.ends_with("account ") || before.ends_with("private ");
}

// The value assigned to the name from `begin` to `end`, if it is a secret.
Span AssignedSecret(std::string_view text, size_t begin, size_t end, const std::string& name) {
  const std::string_view before = text.substr(0, begin);
  const bool flag = before.ends_with('-') || before.ends_with("ENV ") ||
                    before.ends_with("setx ") || before.ends_with("set -x ") ||
                    before.ends_with("set -gx ");
  Assigned assigned = AssignedAt(text, end, flag);
  if (assigned.value.begin == 0) {
    const size_t member = ValueMember(text, end);
    if (member > end) assigned = AssignedAt(text, member);
  }
  // True of most words, so checked before the name is read.
  if (assigned.value.begin == 0) return {};
  NameKind kind = KindOfName(text.substr(begin, end - begin));
  if (kind != NameKind::kSecret && IsSpacedKey(text, begin, name)) kind = NameKind::kSecret;
  if (kind == NameKind::kNone) return {};
  // Test runners print "PASS: render_test_2".
  const std::string_view word = text.substr(begin, end - begin);
  if ((word == "PASS" || word == "Pass") && !assigned.setting) return {};
  const std::string_view value = In(text, assigned.value);
  if (kind == NameKind::kCookie) {
    const Span line = LineAt(text, assigned, kMostLookedAtBytes);
    const bool pairs = In(text, line).find('=') != std::string_view::npos;
    const bool secret = pairs && line.end - line.begin >= kLeastCredentialBytes;
    return secret ? LineAt(text, assigned, text.size()) : Span{};
  }
  if (kind == NameKind::kPhrase || kind == NameKind::kPassword) {
    const Span line = LineAt(text, assigned, kMostLookedAtBytes);
    const bool several = line.end > assigned.value.end && IsBlank(text[assigned.value.end]);
    const bool whole = kind == NameKind::kPhrase || assigned.quote == '"' || assigned.quote == '\'';
    if (several && whole && LooksLikePhrase(In(text, line), kind)) return line;
    if (several && !assigned.setting && !std::any_of(value.begin(), value.end(), IsDigit))
      return {};
  }
  const bool quoted = assigned.quote != 0;
  return LooksSecret(value, kind, quoted, assigned.setting) ? assigned.value : Span{};
}

// The secret that the word from `begin` to `end` is, or introduces.
Span AnnouncedAt(std::string_view text, size_t begin, size_t end) {
  const std::string_view word = text.substr(begin, end - begin);
  if (IsJwt(word)) return {begin, end};
  const std::string name = ToLowerAscii(word);
  if (name.find(kAuthorization) != std::string::npos) return CredentialAt(text, end);
  if (name == "bearer") {
    const size_t at = RunEnd(text, end, IsBlank);
    const Span value = ValueAt(text, at);
    const bool secret = LooksSecret(In(text, value), NameKind::kSecret, false, false);
    return at > end && secret ? value : Span{};
  }
  if (const Span webhook = WebhookAt(text, begin, end); webhook.end > 0) return webhook;
  if (const Span password = UserPasswordAt(text, begin, end); password.end > 0) return password;
  if (const Span option = OptionValueAt(text, begin, end); option.end > 0) return option;
  return AssignedSecret(text, begin, end, name);
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
    if (end == std::string_view::npos) return out;  // truncated within the key
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
  size_t word_end = 0;  // end of the last word that was examined as a whole
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
    // The start of a word, or of a part after "_" or "-".
    if (const size_t end = KeyShapeEnd(view, at); end > at) {
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
