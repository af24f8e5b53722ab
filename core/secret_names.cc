#include "core/secret_names.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/text.h"

namespace katra {
namespace {

constexpr size_t kLeastSecretBytes = 8;
constexpr size_t kLeastQuotedBytes = 12;
constexpr size_t kLeastPasswordBytes = 5;
constexpr size_t kLeastRandomBytes = 20;

// Matched anywhere in a name, ignoring `_`, `-` and `.`.
constexpr std::array<std::string_view, 25> kSecretParts = {
    "apikey",          "secret",
    "token",           "accesskey",
    "privatekey",      "authkey",
    "credential",      "accountkey",
    "masterkey",       "signingkey",
    "encryptionkey",   "storagekey",
    "subscriptionkey", "functionskey",
    "licensekey",      "deploykey",
    "servicekey",      "secretkey",
    "sessionkey",      "webhookkey",
    "authorization",   "sharedaccesssignature",
    "xamzsignature",   "xgoogsignature",
    "connectionstring"};
constexpr std::array<std::string_view, 6> kPasswordParts = {"password", "passwd",   "passcode",
                                                            "passwort", "kennwort", "dbpass"};
// Matched against whole parts of a name, separated by `_`, `-`, `.` and capitals.
constexpr std::array<std::string_view, 4> kPasswordWords = {"pass", "pwd", "passw", "pw"};
constexpr std::array<std::string_view, 5> kPhraseParts = {"passphrase", "mnemonic", "seedphrase",
                                                          "recoveryphrase", "secretphrase"};

// Words that are common in sentences but not in passphrases, and placeholders.
constexpr std::array<std::string_view, 44> kSentence = {
    "a",      "an",       "and",    "are",  "as",     "at",   "be",  "by",  "can",
    "do",     "does",     "enter",  "for",  "forgot", "from", "if",  "in",  "invalid",
    "is",     "it",       "must",   "new",  "no",     "not",  "of",  "on",  "or",
    "please", "required", "should", "that", "the",    "this", "to",  "too", "type",
    "use",    "user",     "was",    "when", "will",   "with", "you", "your"};
constexpr std::array<std::string_view, 18> kPlaceholders = {
    "change",   "changeme",  "example",     "false",  "none",     "null",
    "optional", "password",  "placeholder", "prompt", "required", "string",
    "true",     "undefined", "your",        "xxxx",   "redacted", "secret"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLetter(char c) { return IsUpper(c) || (c >= 'a' && c <= 'z'); }

template <size_t kCount>
bool Contains(std::string_view text, const std::array<std::string_view, kCount>& parts) {
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  });
}

template <size_t kCount>
bool Equals(std::string_view text, const std::array<std::string_view, kCount>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// "dbPassWord_x" → {"db", "pass", "word", "x"}.
std::vector<std::string> Words(std::string_view name) {
  std::vector<std::string> words(1);
  char last = 0;
  for (const char c : name) {
    const bool parts = !IsLetter(c) && !IsDigit(c);
    if (parts || (IsUpper(c) && !IsUpper(last) && last != 0)) {
      if (!words.back().empty()) words.emplace_back();
    }
    if (!parts) words.back() += IsUpper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    last = c;
  }
  return words;
}

bool IsRandom(std::string_view value) {
  if (value.size() < kLeastRandomBytes) return false;
  size_t digits = 0;
  size_t upper = 0;
  size_t lower = 0;
  for (const char c : value) {
    if (IsDigit(c)) {
      ++digits;
    } else if (IsUpper(c)) {
      ++upper;
    } else if (IsLetter(c)) {
      ++lower;
    } else if (std::string_view("+/=_-%").find(c) == std::string_view::npos) {
      return false;
    }
  }
  // A long CamelCase name has few capitals and no digits.
  return (digits >= 3 && upper + lower >= 3) ||
         (upper >= value.size() / 4 && lower >= value.size() / 4);
}

bool IsPath(std::string_view value) {
  return value.starts_with('/') || value.starts_with('~') || value.starts_with("./") ||
         value.starts_with("../");
}

}  // namespace

NameKind KindOfName(std::string_view name) {
  constexpr size_t kLongest = 128;
  if (name.size() > kLongest) name = name.substr(name.size() - kLongest);
  std::string joined;
  for (const char c : name) {
    if (IsLetter(c) || IsDigit(c)) joined += IsUpper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (joined == "cookie" || joined == "setcookie") return NameKind::kCookie;
  if (Contains(joined, kPhraseParts)) return NameKind::kPhrase;
  if (Contains(joined, kPasswordParts)) return NameKind::kPassword;
  if (Contains(joined, kSecretParts)) return NameKind::kSecret;
  const std::vector<std::string> words = Words(name);
  for (const std::string& word : words) {
    if (Equals(word, kPasswordWords)) return NameKind::kPassword;
  }
  const std::string& last = words.back();
  if (words.size() == 1 && last.size() > 4 && last.ends_with("pass") && last != "bypass" &&
      last != "compass" && last != "encompass" && last != "trespass" && last != "surpass" &&
      last != "underpass" && last != "overpass") {
    return NameKind::kPassword;  // ftppass
  }
  const bool key = last == "key" || last == "sig" || last == "signature" || last == "auth" ||
                   last == "jwt" || last == "dsn" || last == "sid" || last == "session" ||
                   last == "sessionid" || last == "hmac" || last == "salt" ||
                   (words.size() > 1 && last == "id" && words[words.size() - 2] == "session");
  return key ? NameKind::kKey : NameKind::kNone;
}

bool IsSecretName(std::string_view name) {
  const NameKind kind = KindOfName(name);
  const std::string lower = ToLowerAscii(name);
  return kind != NameKind::kNone && kind != NameKind::kKey && lower != "pwd" && lower != "pw";
}

bool LooksSecret(std::string_view value, NameKind kind, bool quoted, bool setting) {
  if (value.empty() || value.front() == '$' || value.starts_with("{{") || value.starts_with("%{")) {
    return false;
  }
  if (kind == NameKind::kNone) return false;
  if (kind == NameKind::kKey) return IsRandom(value);
  const bool digit = std::any_of(value.begin(), value.end(), IsDigit);
  const bool letter = std::any_of(value.begin(), value.end(), IsLetter);
  if (kind == NameKind::kPassword && IsPath(value)) return false;  // PWD=/home/you
  if (value.size() >= kLeastSecretBytes && digit && letter) return true;
  const std::string lower = ToLowerAscii(value);
  if (Contains(lower, kPlaceholders) && !digit) return false;
  if (quoted && value.size() >= kLeastQuotedBytes) return true;
  if (kind == NameKind::kSecret) return setting && value.size() >= kLeastQuotedBytes && !quoted;
  // Any word may be a password where it is clearly a value.
  const bool marked = !std::all_of(value.begin(), value.end(), [](char c) { return IsLetter(c); });
  if (quoted) return value.size() >= kLeastPasswordBytes && marked;
  return setting ? value.size() >= kLeastPasswordBytes
                 : value.size() >= kLeastPasswordBytes && digit && letter;
}

bool LooksLikePhrase(std::string_view value, NameKind kind) {
  constexpr size_t kMostWords = 26;
  size_t words = 0;
  bool digit = false;
  for (const std::string& word : Split(value, ' ')) {
    if (word.empty()) continue;
    const std::string lower = ToLowerAscii(word);
    const bool named = Contains(lower, kPasswordParts) || Contains(lower, kSecretParts);
    if (++words > kMostWords || Equals(lower, kSentence) || named) return false;
    digit = digit || std::any_of(word.begin(), word.end(), IsDigit);
  }
  if (words < 2) return false;
  if (value.find_first_of("(){}[]<>;") != std::string_view::npos) return false;
  return kind == NameKind::kPhrase ? words >= 3 || digit : kind == NameKind::kPassword && digit;
}

}  // namespace katra
