#include "router/routing/router_model/answer_repair.h"

#include <cctype>

#include "core/json_write.h"
#include "core/text.h"

namespace katra::router::routing::router_model {
namespace {

constexpr std::string_view kFence = "```";

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Whether the quote at `at` ends its string: nothing but the end of the value follows. So an
// apostrophe within a name does not.
bool EndsString(std::string_view text, size_t at) {
  size_t next = at + 1;
  while (next < text.size() && IsSpace(text[next])) ++next;
  return next == text.size() || std::string_view(":,]}").find(text[next]) != std::string_view::npos;
}

// Appends the string whose single quote is at `at` with double quotes; returns the place behind it.
size_t CopyQuoted(std::string_view text, size_t at, std::string* out) {
  std::string value;
  size_t i = at + 1;
  for (; i < text.size(); ++i) {
    if (text[i] == '\'' && EndsString(text, i)) break;
    if (text[i] == '\\' && i + 1 < text.size()) ++i;  // \' and \\ alone make sense in a name
    value.push_back(text[i]);
  }
  AppendJsonString(*out, value);
  return i == text.size() ? i : i + 1;
}

// Copies the string whose double quote is at `at`; returns the place behind it.
size_t CopyJsonString(std::string_view text, size_t at, std::string* out) {
  size_t i = at + 1;
  while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2 : 1;
  const size_t end = i < text.size() ? i + 1 : text.size();
  out->append(text.substr(at, end - at));
  return end;
}

}  // namespace

std::string WithoutThought(std::string_view text) {
  const size_t end = text.rfind(kThoughtEnd);
  if (end == std::string_view::npos) return std::string(text);
  return std::string(Trim(text.substr(end + kThoughtEnd.size())));
}

std::string WithoutFence(std::string_view text) {
  const size_t open = text.find(kFence);
  if (open == std::string_view::npos) return std::string(text);
  std::string_view inner = text.substr(open + kFence.size());
  inner = inner.substr(0, inner.find(kFence));
  size_t language = 0;
  while (language < inner.size() &&
         (std::isalnum(static_cast<unsigned char>(inner[language])) != 0)) {
    ++language;
  }
  // What follows the fence is a language only if the line ends there, or an object begins.
  const std::string_view rest = Trim(inner.substr(language));
  const bool names_language = rest.starts_with('{') || rest.starts_with('[') ||
                              (language < inner.size() && inner[language] == '\n') ||
                              rest.starts_with("\\n");
  return std::string(names_language ? rest : Trim(inner));
}

std::string WithoutWrittenBreaks(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == 'n') {
      ++i;
      continue;
    }
    out.push_back(text[i]);
  }
  return std::string(Trim(out));
}

std::string WithoutProse(std::string_view text) {
  const size_t open = text.find('{');
  const size_t close = text.rfind('}');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::string(text);
  }
  return std::string(text.substr(open, close - open + 1));
}

std::string WithSingleBraces(std::string_view text) {
  if (!text.starts_with("{{") || !text.ends_with("}}")) return std::string(text);
  return std::string(text.substr(1, text.size() - 2));
}

std::string FromPython(std::string_view text) {
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    if (text[at] == '\'') {
      at = CopyQuoted(text, at, &out);
    } else if (text[at] == '"') {
      at = CopyJsonString(text, at, &out);
    } else if (text.substr(at).starts_with("None")) {
      out += "null";
      at += 4;
    } else {
      out.push_back(text[at++]);
    }
  }
  return out;
}

}  // namespace katra::router::routing::router_model
