#include "router/translate/error_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "core/json_view.h"
#include "core/secrets.h"
#include "core/text.h"

namespace katra::router::translate {
namespace {

using std::chrono::milliseconds;

constexpr size_t kLongestMessage = 2000;
// HTML elements of the pages that proxies answer with, which no API message contains.
constexpr size_t kLongestElement = 10;
constexpr std::array<std::string_view, 27> kElements = {
    "doctype", "html", "head", "body", "title", "meta", "style",  "script", "h1",
    "h2",      "h3",   "h4",   "h5",   "h6",    "p",    "br",     "hr",     "div",
    "span",    "pre",  "ul",   "ol",   "li",    "td",   "center", "table",  "noscript"};

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string TextOrNumber(JsonView view) {
  return view.IsString() ? view.Text() : view.IsNumber() ? std::string(view.Raw()) : std::string();
}

// Reads {"detail": "…"} and {"detail": [{"msg": "…", "loc": […]}]}.
std::string Detail(JsonView detail) {
  if (detail.IsString()) return detail.Text();
  std::string text;
  for (const JsonView item : detail) {
    const JsonView message = item["msg"];
    if (!message.IsString()) continue;
    if (!text.empty()) text += "; ";
    text += message.Text();
  }
  return text;
}

void ReadDetails(JsonView details, ErrorText* text) {
  for (const JsonView detail : details) {
    const JsonView delay = detail["retryDelay"];
    if (delay.IsString()) text->retry_delay = ParseSpan(delay.Text());
  }
}

void ReadObject(JsonView error, ErrorText* text) {
  const JsonView message = error["message"];
  text->message = message.IsString() ? message.Text() : Detail(message["detail"]);
  if (text->message.empty()) text->message = Detail(error["detail"]);
  text->code = TextOrNumber(error["code"]);
  text->type = TextOrNumber(error["type"]);
  if (text->type.empty()) text->type = TextOrNumber(error["status"]);
  ReadDetails(error["details"], text);
  // OpenRouter wraps the message of its provider.
  const JsonView raw = error["metadata"]["raw"];
  if (raw.IsString() && text->message == "Provider returned error") {
    const ErrorText inner = ReadErrorText(raw.Text());
    if (!inner.message.empty()) text->message += ": " + inner.message;
  }
  text->prompt_tokens = error["n_prompt_tokens"].Integer().value_or(0);
  text->context_tokens = error["n_ctx"].Integer().value_or(0);
}

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '*' || c == '.';
}

bool LooksLikeKey(std::string_view word) { return word.size() >= 8 && StartsLikeKey(word); }

// "/srv/app/server.py", "/app/main.js:12": a file with a program's extension.
bool LooksLikeFile(std::string_view word) {
  static constexpr std::array<std::string_view, 11> kEnds = {
      ".py", ".js", ".ts", ".go", ".rs", ".rb", ".cc", ".cpp", ".java", ".mjs", ".so"};
  const size_t colon = word.find(':');
  word = word.substr(0, colon);
  return std::count(word.begin(), word.end(), '/') >= 1 &&
         std::any_of(kEnds.begin(), kEnds.end(), [&](auto end) {
           return word.size() > end.size() && word.substr(word.size() - end.size()) == end;
         });
}

std::string WithoutSecrets(std::string_view text) {
  std::string shown;
  size_t at = 0;
  while (at < text.size()) {
    size_t end = at;
    while (end < text.size() && (IsWordByte(text[end]) || text[end] == '/' || text[end] == ':')) {
      ++end;
    }
    if (end == at) {
      shown.push_back(text[at++]);
      continue;
    }
    const std::string_view word = text.substr(at, end - at);
    const size_t bearer = word.rfind(':');
    const std::string_view tail = bearer == std::string_view::npos ? word : word.substr(bearer + 1);
    if (LooksLikeKey(word) || LooksLikeKey(tail)) {
      shown += "[key]";
    } else if (LooksLikeFile(word)) {
      shown += "[file]";
    } else {
      shown.append(word);
    }
    at = end;
  }
  return shown;
}

// The numbers from 100 up in a text, with or without thousands separators.
std::vector<int64_t> Numbers(std::string_view text) {
  std::vector<int64_t> numbers;
  size_t at = 0;
  while (at < text.size()) {
    if (text[at] < '0' || text[at] > '9') {
      ++at;
      continue;
    }
    int64_t value = 0;
    while (at < text.size()) {
      const char c = text[at];
      const bool separator = c == ',' && at + 3 < text.size() && text[at + 1] >= '0' &&
                             text[at + 1] <= '9' && text[at + 3] >= '0' && text[at + 3] <= '9';
      if ((c < '0' || c > '9') && !separator) break;
      if (c != ',' && value < 1'000'000'000'000) value = value * 10 + (c - '0');
      ++at;
    }
    if (value >= 100) numbers.push_back(value);
  }
  return numbers;
}

bool TellsOfOverflow(const ErrorText& text) {
  if (text.code == "context_length_exceeded" || text.type == "context_length_exceeded" ||
      text.type == "exceed_context_size_error" || text.code == "model_context_window_exceeded") {
    return true;
  }
  static constexpr std::array<std::string_view, 20> kPhrases = {
      "maximum context length",
      "context_length_exceeded",
      "context length exceeded",
      "exceeds the context window",
      "exceeds the context length",
      "exceed context window",
      "exceeds the model's context",
      "exceeds the available context size",
      "exceeds context size",
      "exceeds the maximum number of tokens",
      "maximum prompt length",
      "prompt is too long",
      "prompt too long",
      "input is too long",
      "input length exceeds",
      "too large for model with",
      "request too large for",
      "exceeded model token limit",
      "reduce the length of the messages",
      "longer than the model's context",
  };
  const std::string lower = ToLowerAscii(text.message);
  return std::any_of(kPhrases.begin(), kPhrases.end(),
                     [&](auto phrase) { return Contains(lower, phrase); });
}

}  // namespace

std::optional<milliseconds> ParseSpan(std::string_view text) {
  text = Trim(text);
  if (text.empty()) return std::nullopt;
  double total_ms = 0;
  while (!text.empty()) {
    double value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || value < 0 || !std::isfinite(value)) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    size_t unit_end = 0;
    while (unit_end < text.size() && text[unit_end] >= 'a' && text[unit_end] <= 'z') ++unit_end;
    const std::string_view unit = text.substr(0, unit_end);
    text.remove_prefix(unit_end);
    if (unit == "ms") {
      total_ms += value;
    } else if (unit == "s" || unit.empty()) {
      total_ms += value * 1000;
    } else if (unit == "m") {
      total_ms += value * 60'000;
    } else if (unit == "h") {
      total_ms += value * 3'600'000;
    } else {
      return std::nullopt;
    }
  }
  constexpr double kMostMs = 1e12;
  return milliseconds(static_cast<int64_t>(std::min(total_ms, kMostMs)));
}

ErrorText ReadErrorText(std::string_view body) {
  ErrorText text;
  JsonDocument document;
  if (!document.Parse(body)) return text;
  JsonView root = document.Root();
  if (root.IsArray()) {
    for (const JsonView first : root) {
      root = first;
      break;
    }
  }
  const JsonView error = root["error"];
  if (error.IsString()) {
    ReadObject(root, &text);
    text.message = error.Text();
  } else {
    ReadObject(error.IsObject() ? error : root, &text);
  }
  return text;
}

std::string Presentable(std::string_view message) {
  message = Trim(message);
  for (const std::string_view trace :
       {"Traceback (most recent call last)", "\n    at ", "\n  File \""}) {
    message = message.substr(0, message.find(trace));
  }
  // Nothing of a page is shown; of words followed by a page, only the words.
  message = Trim(message.substr(0, FindMarkup(message)));
  while (!message.empty() && (message.back() == ':' || message.back() == '(')) {
    message = Trim(message.substr(0, message.size() - 1));
  }
  std::string shown = WithoutSecrets(message);
  if (shown.size() > kLongestMessage) {
    shown = std::string(TruncateUtf8(shown, kLongestMessage)) + " …";
  }
  return IsValidUtf8(shown) ? shown : std::string();
}

size_t FindMarkup(std::string_view text) {
  for (size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    std::string_view name = text.substr(at + 1, kLongestElement + 2);
    if (name.starts_with("!--")) return at;
    if (name.starts_with('/') || name.starts_with('!')) name.remove_prefix(1);
    const size_t end = name.find_first_of(" \t\r\n/>");
    if (end == std::string_view::npos) continue;
    const std::string lower = ToLowerAscii(name.substr(0, end));
    if (std::find(kElements.begin(), kElements.end(), lower) != kElements.end()) return at;
  }
  return std::string_view::npos;
}

std::optional<Overflow> ReadOverflow(const ErrorText& text) {
  if (!TellsOfOverflow(text)) return std::nullopt;
  if (text.prompt_tokens > 0 && text.context_tokens > 0) {
    return Overflow{text.prompt_tokens, text.context_tokens};
  }
  // In such a text the largest number is the requested size, and the limit is the largest one below
  // it.
  std::vector<int64_t> numbers = Numbers(text.message);
  std::sort(numbers.rbegin(), numbers.rend());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  if (numbers.empty()) return Overflow{};
  if (numbers.size() == 1) return Overflow{0, numbers[0]};
  return Overflow{numbers[0], numbers[1]};
}

}  // namespace katra::router::translate
