#include "router/translate/errors.h"

#include <algorithm>
#include <array>

#include "core/json_write.h"
#include "core/text.h"
#include "router/translate/error_text.h"

namespace katra::router::translate {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::hours kLongestWait{24 * 30};

// "Sun, 06 Nov 1994 08:49:37 GMT".
bool IsHttpDate(std::string_view text) {
  static constexpr std::string_view kForm = "Aaa, 00 Aaa 0000 00:00:00 GMT";
  const auto fits = [](char form, char c) {
    if (form == '0') return c >= '0' && c <= '9';
    if (form == 'A' || form == 'G' || form == 'M' || form == 'T') return c >= 'A' && c <= 'Z';
    return form == 'a' ? c >= 'a' && c <= 'z' : c == form;
  };
  return text.size() == kForm.size() && text.substr(text.size() - 3) == "GMT" &&
         std::equal(kForm.begin(), kForm.end(), text.begin(), fits);
}

// The failure that a status alone stands for (E3).
struct Meaning {
  int status;
  Failure failure;
  int client_status;
  const char* type;
  bool retryable;
};

constexpr std::array<Meaning, 15> kMeanings = {{
    {400, Failure::kInvalidRequest, 400, "invalid_request_error", false},
    {401, Failure::kAuthentication, 401, "authentication_error", false},
    {402, Failure::kBilling, 402, "billing_error", false},
    {403, Failure::kPermission, 403, "permission_error", false},
    {404, Failure::kNotFound, 404, "not_found_error", false},
    {408, Failure::kNoAnswer, 504, "timeout_error", true},
    {409, Failure::kServer, 409, "api_error", true},
    {413, Failure::kTooLarge, 413, "request_too_large", false},
    {422, Failure::kInvalidRequest, 400, "invalid_request_error", false},
    {429, Failure::kRateLimit, 429, "rate_limit_error", true},
    {500, Failure::kServer, 500, "api_error", true},
    {502, Failure::kServer, 502, "api_error", true},
    {503, Failure::kOverloaded, 529, "overloaded_error", true},
    {504, Failure::kNoAnswer, 504, "timeout_error", true},
    {529, Failure::kOverloaded, 529, "overloaded_error", true},
}};

const Meaning& MeaningOf(int status) {
  static constexpr Meaning kClientFault = {400, Failure::kInvalidRequest, 400,
                                           "invalid_request_error", false};
  static constexpr Meaning kServerFault = {500, Failure::kServer, 502, "api_error", true};
  for (const auto& meaning : kMeanings) {
    if (meaning.status == status) return meaning;
  }
  return status >= 400 && status < 500 ? kClientFault : kServerFault;
}

const std::string* Find(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (ToLowerAscii(key) == name) return &value;
  }
  return nullptr;
}

std::optional<milliseconds> SpanIn(const Headers& headers, std::string_view name) {
  const std::string* value = Find(headers, name);
  return value == nullptr ? std::nullopt : ParseSpan(*value);
}

// E6: from the headers, else from the body, else when the exhausted limit is renewed.
std::optional<milliseconds> RetryAfter(const Headers& headers, const ErrorText& text) {
  if (const std::string* ms = Find(headers, "retry-after-ms")) {
    if (const auto span = ParseSpan(std::string(Trim(*ms)) + "ms")) return span;
  }
  if (const auto span = SpanIn(headers, "retry-after")) return span;
  if (text.retry_delay) return text.retry_delay;
  std::optional<milliseconds> longest;
  for (const std::string_view what : {"requests", "tokens"}) {
    const std::string* left = Find(headers, "x-ratelimit-remaining-" + std::string(what));
    const auto reset = SpanIn(headers, "x-ratelimit-reset-" + std::string(what));
    const bool used_up = left == nullptr || Trim(*left) == "0";
    // A time instead of a duration is useless without a clock.
    if (reset && used_up && *reset < std::chrono::hours(24)) {
      longest = std::max(longest.value_or(milliseconds(0)), *reset);
    }
  }
  return longest;
}

bool IsQuota(const ErrorText& text) {
  if (text.code == "insufficient_quota" || text.type == "insufficient_quota") return true;
  const std::string lower = ToLowerAscii(text.message);
  return lower.find("insufficient balance") != std::string::npos ||
         lower.find("credit balance is too low") != std::string::npos ||
         lower.find("insufficient credits") != std::string::npos;
}

// A response or stream of status 200 with an error: the error's own code may be a status (E16).
int StatusOf(int status, const ErrorText& text) {
  if (status >= 400) return status;
  if (const auto code = ParseSpan(text.code); code && !text.code.empty()) {
    const int64_t seconds = code->count() / 1000;
    if (seconds >= 400 && seconds < 600) return static_cast<int>(seconds);
  }
  struct Word {
    std::string_view word;
    int status;
  };
  static constexpr std::array<Word, 14> kWords = {{
      {"rate_limit", 429},
      {"too_many_requests", 429},
      {"resource_exhausted", 429},
      {"overloaded", 529},
      {"unavailable", 503},
      {"capacity", 529},
      {"invalid_request", 400},
      {"invalid_argument", 400},
      {"authentication", 401},
      {"permission", 403},
      {"not_found", 404},
      {"timeout", 504},
      {"insufficient_quota", 429},
      {"context_length", 400},
  }};
  const std::string words = ToLowerAscii(text.code + " " + text.type);
  for (const auto& [word, meant] : kWords) {
    if (words.find(word) != std::string::npos) return meant;
  }
  return ReadOverflow(text) ? 400 : 502;
}

void BecomeOverflow(const Overflow& overflow, int64_t estimate, ApiError* error) {
  int64_t tokens = overflow.tokens > 0 ? overflow.tokens : estimate;
  int64_t maximum = overflow.maximum;
  if (maximum == 0) maximum = std::max<int64_t>(tokens - 1, 0);
  tokens = std::max(tokens, maximum + 1);
  error->failure = Failure::kContextOverflow;
  error->status = 400;
  error->type = "invalid_request_error";
  error->message = "prompt is too long: " + std::to_string(tokens) + " tokens > " +
                   std::to_string(maximum) + " maximum";
  error->retryable = false;
}

void AddHeaders(const Headers& upstream, ApiError* error) {
  for (const auto& [name, value] : upstream) {
    std::string lower = ToLowerAscii(name);
    const bool told = lower == "retry-after" || lower == "retry-after-ms" ||
                      lower.rfind("anthropic-ratelimit-", 0) == 0;
    if (told && IsSoundHeader(lower, value)) error->headers.emplace_back(std::move(lower), value);
  }
  const bool has_any = Find(error->headers, "retry-after") != nullptr ||
                       Find(error->headers, "retry-after-ms") != nullptr;
  if (error->retry_after && *error->retry_after <= kLongestWait && !has_any) {
    const auto seconds = (error->retry_after->count() + 999) / 1000;
    error->headers.emplace_back("retry-after", std::to_string(seconds));
  }
  error->headers.emplace_back("x-should-retry", error->retryable ? "true" : "false");
}

std::string MessageOf(int status, const ErrorText& text, std::string_view provider) {
  const std::string who = UpstreamName(provider);
  const std::string said = Presentable(text.message);
  if (!said.empty()) return who + ": " + said;
  return who + " answered with status " + std::to_string(status) + " and no error text";
}

void WriteError(const ApiError& error, std::string_view request_id, std::string& out) {
  JsonWriter writer(out);
  writer.BeginObject().Key("type").String("error");
  writer.Key("error").BeginObject();
  writer.Key("type").String(error.type).Key("message").String(error.message).EndObject();
  if (!request_id.empty()) writer.Key("request_id").String(request_id);
  writer.EndObject();
}

// Ranks failures: the more a failure says about the request itself, the higher (E11).
int Weight(Failure failure) {
  switch (failure) {
    case Failure::kContextOverflow:
      return 9;
    case Failure::kCapability:
      return 8;
    case Failure::kInvalidRequest:
    case Failure::kTooLarge:
      return 7;
    case Failure::kQuota:
    case Failure::kBilling:
      return 6;
    case Failure::kRateLimit:
      return 5;
    case Failure::kAuthentication:
    case Failure::kPermission:
    case Failure::kNotFound:
      return 4;
    case Failure::kOverloaded:
      return 3;
    case Failure::kServer:
      return 2;
    case Failure::kNoAnswer:
      return 1;
    case Failure::kNoKey:
      break;  // a provider's message says more
  }
  return 0;
}

// OpenAI's own `type` and `code`. Clients use them to decide whether to retry: opencode, for
// example, retries after "server_error" but gives up on Anthropic's "api_error".
struct OpenAiWords {
  const char* type;
  const char* code;  // null: JSON null
};

OpenAiWords OpenAiWordsOf(Failure failure) {
  switch (failure) {
    case Failure::kAuthentication:
      return {"invalid_request_error", "invalid_api_key"};
    case Failure::kBilling:
    case Failure::kQuota:
      return {"insufficient_quota", "insufficient_quota"};
    case Failure::kPermission:
      return {"permission_error", nullptr};
    case Failure::kNotFound:
      return {"invalid_request_error", "model_not_found"};
    case Failure::kContextOverflow:
      return {"invalid_request_error", "context_length_exceeded"};
    case Failure::kRateLimit:
      return {"rate_limit_error", "rate_limit_exceeded"};
    case Failure::kOverloaded:
      return {"server_error", "server_is_overloaded"};
    case Failure::kServer:
    case Failure::kNoAnswer:
      return {"server_error", nullptr};
    case Failure::kInvalidRequest:
    case Failure::kCapability:
    case Failure::kTooLarge:
    case Failure::kNoKey:
      break;
  }
  return {"invalid_request_error", nullptr};
}

}  // namespace

bool IsSoundHeader(std::string_view name, std::string_view value) {
  const std::string lower = ToLowerAscii(name);
  const bool millis = lower == "retry-after-ms";
  if (!millis && lower != "retry-after") return true;
  value = Trim(value);
  if (!millis && IsHttpDate(value)) return true;
  const bool digits = value.find_first_not_of("0123456789.") == std::string_view::npos;
  if (!digits || value.empty() || value.front() == '.' || value.back() == '.') return false;
  const auto span = ParseSpan(std::string(value) + (millis ? "ms" : "s"));
  return span && *span <= kLongestWait;
}

ApiError FromUpstream(int status, const Headers& headers, std::string_view body,
                      std::string_view provider, int64_t input_estimate_tokens) {
  const ErrorText text = ReadErrorText(body);
  const int meant = StatusOf(status, text);
  const Meaning& meaning = MeaningOf(meant);
  ApiError error;
  error.failure = meaning.failure;
  error.status = meaning.client_status;
  error.type = meaning.type;
  error.retryable = meaning.retryable;
  error.message = MessageOf(meant, text, provider);
  const auto overflow = ReadOverflow(text);
  const bool may_overflow =
      meant == 400 || meant == 413 || meant == 422 || meant == 429 || meant >= 500;
  if (overflow && may_overflow) {
    BecomeOverflow(*overflow, input_estimate_tokens, &error);
  } else if (IsQuota(text)) {
    error.failure = Failure::kQuota;
    error.status = 400;
    error.type = "billing_error";
    error.retryable = false;
  } else if (error.retryable) {
    error.retry_after = RetryAfter(headers, text);
  }
  AddHeaders(error.retryable ? headers : Headers{}, &error);
  return error;
}

std::string UpstreamName(std::string_view provider) {
  return provider.empty() ? "the upstream" : std::string(provider);
}

ApiError NoAnswer(std::string message) {
  ApiError error;
  error.failure = Failure::kNoAnswer;
  error.status = 502;
  error.type = "api_error";
  error.message = std::move(message);
  error.retryable = true;
  AddHeaders({}, &error);
  return error;
}

ApiError NoKey(std::string message) {
  ApiError error;
  error.failure = Failure::kNoKey;
  error.status = 400;
  error.type = "invalid_request_error";
  error.message = std::move(message);
  AddHeaders({}, &error);
  return error;
}

ApiError ApiErrorOf(const Error& error) {
  ApiError mapped;
  mapped.message = error.message;
  switch (error.code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kUnsupported:
    case ErrorCode::kFailedPrecondition:
      mapped.failure =
          error.code == ErrorCode::kUnsupported ? Failure::kCapability : Failure::kInvalidRequest;
      mapped.status = 400;
      mapped.type = "invalid_request_error";
      break;
    case ErrorCode::kResourceExhausted:
      mapped.failure = Failure::kTooLarge;
      mapped.status = 413;
      mapped.type = "request_too_large";
      break;
    case ErrorCode::kNotFound:
      mapped.failure = Failure::kNotFound;
      mapped.status = 404;
      mapped.type = "not_found_error";
      break;
    default:
      mapped.retryable = error.retryable;
      break;
  }
  AddHeaders({}, &mapped);
  return mapped;
}

const ApiError& MoreTelling(const ApiError& first, const ApiError& second) {
  return Weight(second.failure) > Weight(first.failure) ? second : first;
}

std::string MessagesErrorBody(const ApiError& error, std::string_view request_id) {
  std::string body;
  WriteError(error, request_id, body);
  return body;
}

std::string MessagesErrorEvent(const ApiError& error, std::string_view request_id) {
  std::string event = "event: error\ndata: ";
  WriteError(error, request_id, event);
  event += "\n\n";
  return event;
}

std::string OpenAiErrorBody(const ApiError& error) {
  const OpenAiWords words = OpenAiWordsOf(error.failure);
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("error").BeginObject();
  writer.Key("message").String(error.message).Key("type").String(words.type);
  writer.Key("param").Null().Key("code");
  if (words.code != nullptr) {
    writer.String(words.code);
  } else {
    writer.Null();
  }
  writer.EndObject().EndObject();
  return body;
}

}  // namespace katra::router::translate
