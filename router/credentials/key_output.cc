#include "router/credentials/key_output.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/json_view.h"
#include "core/secrets.h"
#include "core/text.h"

namespace katra::router::credentials {
namespace {

constexpr size_t kMaxKeyBytes = size_t{16} * 1024;
constexpr size_t kMaxShown = 300;
constexpr size_t kLeastKeyBytes = 12;  // shorter words of the output may be ordinary ones
constexpr std::array<const char*, 5> kKeyNames = {"api_key", "key", "token", "access_token",
                                                  "accessToken"};
constexpr std::array<const char*, 8> kExpiryNames = {
    "expires_at", "expires_on", "expiresOn",    "expiration",
    "Expiration", "expiry",     "token_expiry", "expirationTimestamp"};

tl::unexpected<Error> Wrong(std::string what) {
  return Fail(ErrorCode::kInvalidArgument, std::move(what));
}

bool IsWord(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::optional<int64_t> Number(const JsonView& value) {
  if (const auto number = value.Integer()) return number;
  const std::string text = value.IsString() ? value.Text() : std::string(value.Raw());
  const std::string_view whole = std::string_view(text).substr(0, text.find('.'));
  int64_t number = 0;
  const auto read = std::from_chars(whole.data(), whole.data() + whole.size(), number);
  if (read.ec != std::errc() || read.ptr != whole.data() + whole.size()) return std::nullopt;
  return number;
}

// Seconds since 1970, milliseconds if the number is too large for seconds, or RFC 3339 with a zone.
std::optional<WallTime> Moment(const JsonView& value, WallTime now) {
  constexpr int64_t kMostSeconds = 100'000'000'000;
  const std::string text = value.IsString() ? value.Text() : std::string();
  if (text.find_first_of(":-") == std::string::npos) {
    const auto number = Number(value);
    if (!number || *number <= 0) return std::nullopt;
    return FromUnixMillis(*number < kMostSeconds ? *number * 1000 : *number);
  }
  const size_t time = text.find_first_of("Tt");
  if (time == std::string::npos || text.find_first_of("Zz+-", time) == std::string::npos) {
    return std::nullopt;
  }
  const auto parsed = ParseTime(text, now);
  if (!parsed) return std::nullopt;
  return *parsed;
}

void ReadMembers(const JsonView& object, WallTime now, KeyOutput* output) {
  for (const char* name : kKeyNames) {
    if (!output->key.empty()) break;
    if (object[name].IsString()) output->key = std::string(Trim(object[name].Text()));
  }
  for (const char* name : kExpiryNames) {
    if (output->expires_at) break;
    if (!object[name].IsMissing()) output->expires_at = Moment(object[name], now);
  }
  const JsonView span = object["expires_in"];
  if (output->expires_at || span.IsMissing()) return;
  constexpr int64_t kMostSeconds = 10LL * 365 * 24 * 3600;
  if (const auto seconds = Number(span); seconds && *seconds >= 0 && *seconds <= kMostSeconds) {
    output->expires_at = now + std::chrono::seconds(*seconds);
  }
}

}  // namespace

Result<KeyOutput> ReadKeyOutput(std::string_view printed, WallTime now) {
  KeyOutput output;
  output.text = std::string(Trim(printed));
  if (output.text.empty())
    return Wrong("printed nothing: it must print the key to standard output");
  if (output.text.front() != '{') {
    if (!IsWord(output.text) || output.text.size() > kMaxKeyBytes) {
      return Wrong(
          "printed something that is not a key: it must print one word, or a JSON object with the "
          "key as api_key, token or access_token");
    }
    output.key = output.text;
    return output;
  }
  JsonDocument document;
  if (!document.Parse(output.text)) return Wrong("printed JSON that cannot be read");
  const JsonView root = document.Root();
  ReadMembers(root, now, &output);
  for (const char* below : {"credential", "status"}) {
    if (root[below].IsObject()) ReadMembers(root[below], now, &output);
  }
  if (!IsWord(output.key) || output.key.size() > kMaxKeyBytes) {
    return Wrong("printed JSON whose key is not a single word");
  }
  return output;
}

std::string ShownStderr(std::string_view err, std::string_view out) {
  // Every word of the output that may be the key.
  std::vector<std::string> words = {std::string(Trim(out))};
  constexpr std::string_view kBetween = "\"' \t\r\n,{}";
  for (size_t at = 0; at < out.size() && words.size() < 200;) {
    const size_t begin = std::min(out.find_first_not_of(kBetween, at), out.size());
    const size_t end = std::min(out.find_first_of(kBetween, begin), out.size());
    if (end - begin >= kLeastKeyBytes) words.emplace_back(out.substr(begin, end - begin));
    at = end;
  }
  const std::string clean = SecretFilter(std::move(words)).Clean(err.substr(0, 4096));
  return OneLine(Trim(clean), kMaxShown);
}

Error KeyCommandError(std::string_view provider, const std::string& what,
                      const std::string& shown_stderr) {
  std::string message = "the api_key_command of " + std::string(provider) + " " + what;
  if (!shown_stderr.empty()) message += ": " + shown_stderr;
  message += "; run it by itself in a terminal to see why (providers." + std::string(provider) +
             ".api_key_command in personas.json)";
  return Fail(ErrorCode::kUnavailable, std::move(message)).value();
}

}  // namespace katra::router::credentials
