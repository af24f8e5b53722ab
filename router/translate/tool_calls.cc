#include "router/translate/tool_calls.h"

#include "core/json_write.h"
#include "core/text.h"

namespace katra::translate {
namespace {

// Whether the text is one whole JSON object.
bool IsWholeObject(const std::string& escaped) {
  const std::string text = UnescapeJson(escaped);
  JsonDocument document;
  return document.Parse(text) && document.Root().IsObject();
}

bool BeginsObject(std::string_view escaped) {
  const size_t first = escaped.find_first_not_of(' ');
  return first != std::string_view::npos && escaped[first] == '{';
}

void Append(JsonView arguments, std::string* to) {
  if (arguments.IsString()) {
    to->append(arguments.RawString());
  } else if (arguments.IsObject()) {
    AppendJsonEscaped(*to, arguments.Raw());
  }
}

}  // namespace

ToolCall* ToolCalls::LastAt(std::optional<int64_t> index) {
  if (!index) return calls_.empty() ? nullptr : &calls_.back();
  for (auto call = calls_.rbegin(); call != calls_.rend(); ++call) {
    if (call->index == index) return &*call;
  }
  return nullptr;
}

ToolCall* ToolCalls::ById(const std::string& id) {
  for (auto call = calls_.rbegin(); call != calls_.rend(); ++call) {
    if (call->id == id) return &*call;
  }
  return nullptr;
}

// The call that a fragment continues, or null for a new one.
ToolCall* ToolCalls::Match(std::optional<int64_t> index, const std::string& id,
                           const std::string& name, JsonView arguments) {
  ToolCall* call = id.empty() ? LastAt(index) : ById(id);
  if (call == nullptr && !id.empty()) {
    call = LastAt(index);
    if (call == nullptr) return nullptr;
    // An id that comes after the beginning; or another id on each fragment of one call.
    if (call->id.empty() && (name.empty() || call->name.empty())) return call;
    const bool fragment = name.empty() && !call->name.empty() && !arguments.RawString().empty();
    return fragment ? call : nullptr;
  }
  if (call == nullptr || name.empty()) return call;
  if (call->name.empty()) return call;
  if (call->name != name) return nullptr;  // S19
  // The same name again: the same call told once more, or the next one of the same tool.
  const bool anew = arguments.IsObject() || BeginsObject(arguments.RawString());
  const bool no_mark = id.empty() && !index;
  return (anew || no_mark) && IsWholeObject(call->arguments) ? nullptr : call;
}

ToolCall* ToolCalls::Take(JsonView index_view, JsonView id_view, JsonView function,
                          JsonView extra) {
  const auto index = index_view.Integer();
  const std::string id = id_view.IsNumber() ? std::string(id_view.Raw()) : id_view.Text();
  const std::string name = function["name"].Text();
  const JsonView arguments = function["arguments"];
  ToolCall* call = Match(index, id, name, arguments);
  if (call == nullptr) {
    if (name.empty() && id.empty()) return nullptr;
    calls_.emplace_back();
    call = &calls_.back();
    call->index = index;
  }
  // Of two calls with one id the second gets another one when it opens.
  if (call->id.empty()) call->id = id;
  if (call->name.empty()) call->name = name;
  const JsonView signature = extra["google"]["thought_signature"];
  if (signature.IsString()) call->thought_signature = signature.RawString();
  Append(arguments, &call->arguments);
  call->streams = call->streams || BeginsObject(call->arguments);
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

}  // namespace katra::translate
