#include "router/translate/tool_calls.h"

#include <algorithm>

#include "core/json_write.h"
#include "core/text.h"

namespace katra::router::translate {
namespace {

// Whether the text is one complete JSON object.
bool IsWholeObject(const std::string& escaped) {
  const std::string text = UnescapeJson(escaped);
  JsonDocument document;
  return document.Parse(text) && document.Root().IsObject();
}

bool BeginsObject(std::string_view escaped) {
  const size_t first = escaped.find_first_not_of(' ');
  return first != std::string_view::npos && escaped[first] == '{';
}

void Append(JsonView arguments, ToolCall* to) {
  if (arguments.IsString()) {
    to->arguments.append(arguments.RawString());
    if (arguments.HasEscapes()) {
      to->watch.Feed(arguments.Text());
    } else {
      to->watch.Feed(arguments.RawString());
    }
  } else if (arguments.IsObject()) {
    AppendJsonEscaped(to->arguments, arguments.Raw());
    to->watch.Feed(arguments.Raw());
  }
}

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

void ObjectWatch::Feed(std::string_view text) {
  for (const char c : text) {
    if (after_backslash_) {
      after_backslash_ = false;
    } else if (in_string_) {
      after_backslash_ = c == '\\';
      in_string_ = c != '"';
    } else if (place_ == Place::kInside) {
      in_string_ = c == '"';
      if (c == '{' || c == '[') ++depth_;
      if ((c == '}' || c == ']') && --depth_ == 0) place_ = Place::kClosed;
    } else if (!IsSpace(c)) {
      if (place_ != Place::kBefore || c != '{') {
        place_ = Place::kBroken;
        return;
      }
      place_ = Place::kInside;
      depth_ = 1;
    }
  }
}

bool ObjectWatch::Whole(const std::string& escaped) {
  if (place_ != Place::kClosed) return false;
  if (!whole_) whole_ = IsWholeObject(escaped);
  return *whole_;
}

ToolCall* ToolCalls::LastAt(std::optional<int64_t> index) {
  if (!index) return calls_.empty() ? nullptr : &calls_.back();
  const auto found = by_index_.find(*index);
  return found == by_index_.end() ? nullptr : found->second;
}

ToolCall* ToolCalls::ById(const std::string& id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

// The call that a fragment continues, or null for a new one.
ToolCall* ToolCalls::Match(std::optional<int64_t> index, const std::string& id,
                           const std::string& name, JsonView arguments) {
  ToolCall* call = id.empty() ? LastAt(index) : ById(id);
  if (call == nullptr && !id.empty()) {
    call = LastAt(index);
    if (call == nullptr) return nullptr;
    // An id that arrives after the beginning, or a different id on each fragment of a call.
    if (call->id.empty() && (name.empty() || call->name.empty())) return call;
    const bool fragment = name.empty() && !call->name.empty() && !arguments.RawString().empty();
    return fragment ? call : nullptr;
  }
  if (call == nullptr || name.empty()) return call;
  if (call->name.empty()) return call;
  if (call->name != name) return nullptr;  // S19
  // The same name again: either the same call repeated, or the next call of the same tool.
  const bool anew = arguments.IsObject() || BeginsObject(arguments.RawString());
  const bool no_mark = id.empty() && !index;
  return (anew || no_mark) && call->watch.Whole(call->arguments) ? nullptr : call;
}

ToolCall* ToolCalls::Take(int64_t choice, JsonView index_view, JsonView id_view, JsonView function,
                          JsonView extra) {
  constexpr int64_t kMostCalls = int64_t{1} << 24U;
  auto index = index_view.Integer();
  if (index && choice > 0 && choice < kMostCalls) *index += choice * kMostCalls;
  const std::string id = id_view.IsNumber() ? std::string(id_view.Raw()) : id_view.Text();
  const std::string name = function["name"].Text();
  const JsonView arguments = function["arguments"];
  ToolCall* call = Match(index, id, name, arguments);
  if (call == nullptr) {
    if (name.empty() && id.empty()) return nullptr;
    calls_.emplace_back();
    call = &calls_.back();
    call->index = index;
    if (index) by_index_[*index] = call;
  }
  // If two calls have the same id, the second gets a new one when it opens.
  if (call->id.empty() && !id.empty()) {
    call->id = id;
    by_id_[id] = call;
  }
  if (call->name.empty()) call->name = name;
  const JsonView signature = extra["google"]["thought_signature"];
  if (signature.IsString()) call->thought_signature = signature.RawString();
  Append(arguments, call);
  if (!call->streams) {
    call->blanks =
        std::min(call->arguments.find_first_not_of(' ', call->blanks), call->arguments.size());
    call->streams = call->blanks < call->arguments.size() && call->arguments[call->blanks] == '{';
  }
  return call;
}

std::string_view Unsent(const ToolCall& call) {
  if (!call.streams) return {};
  return std::string_view(call.arguments).substr(call.sent);
}

std::string Remainder(const ToolCall& call, bool* fault) {
  *fault = false;
  if (call.streams) {
    *fault = !IsWholeObject(call.arguments);
    return std::string(Unsent(call));
  }
  const std::string text = UnescapeJson(call.arguments);
  const std::string_view trimmed = Trim(text);
  if (trimmed.empty() || trimmed == "null") return "{}";
  JsonDocument document;
  if (document.Parse(trimmed) && document.Root().IsString()) {
    const std::string inner = document.Root().Text();
    JsonDocument inside;
    if (inside.Parse(inner) && inside.Root().IsObject()) {
      std::string escaped;
      AppendJsonEscaped(escaped, inner);
      return escaped;
    }
  }
  *fault = true;
  std::string json = R"({"raw_arguments":)";
  AppendJsonString(json, text);
  json += "}";
  std::string escaped;
  AppendJsonEscaped(escaped, json);
  return escaped;
}

}  // namespace katra::router::translate
