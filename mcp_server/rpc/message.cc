#include "mcp_server/rpc/message.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/json_text.h"
#include "core/text.h"
#include "mcp_server/rpc/id_finder.h"
#include "mcp_server/rpc/line_framer.h"

namespace katra::mcp {
namespace {

using nlohmann::json;

const JsonPtr& NoParams() {
  static const JsonPtr empty = std::make_shared<const json>(json::object());
  return empty;
}

Message Invalid(int code, std::string error, RequestId id = {}) {
  Message message;
  message.id = std::move(id);
  message.params = NoParams();
  message.error_code = code;
  message.error = std::move(error);
  return message;
}

// Whether arrays and objects are nested deeper than kMaxNesting. The text need not be valid JSON.
bool IsTooDeep(std::string_view text) {
  size_t depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxNesting) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

// The value of an escape \uXXXX at `at`; nullopt if there is none.
std::optional<unsigned> UnitAt(std::string_view text, size_t at) {
  constexpr size_t kEscapeBytes = 6;
  if (at + kEscapeBytes > text.size() || text.substr(at, 2) != "\\u") return std::nullopt;
  unsigned unit = 0;
  const char* const begin = text.data() + at + 2;
  const char* const end = text.data() + at + kEscapeBytes;
  const auto [stop, error] = std::from_chars(begin, end, unit, 16);
  if (error != std::errc() || stop != end) return std::nullopt;
  return unit;
}

// Replaces lone surrogates by U+FFFD. Programs that cut text by UTF-16 units leave half an emoji,
// which is not a character; the rest of the text is still useful.
std::string WithWholeCharacters(std::string_view line) {
  constexpr size_t kEscapeBytes = 6;
  const auto is_high = [](unsigned unit) { return unit >= 0xD800 && unit < 0xDC00; };
  const auto is_low = [](unsigned unit) { return unit >= 0xDC00 && unit < 0xE000; };
  std::string whole;
  whole.reserve(line.size());
  for (size_t at = 0; at < line.size();) {
    if (line[at] != '\\') {
      whole += line[at++];
      continue;
    }
    const std::optional<unsigned> unit = UnitAt(line, at);
    if (!unit) {
      whole.append(line.substr(at, 2));
      at += 2;
      continue;
    }
    const std::optional<unsigned> next = UnitAt(line, at + kEscapeBytes);
    const bool pair = is_high(*unit) && next && is_low(*next);
    const size_t bytes = pair ? 2 * kEscapeBytes : kEscapeBytes;
    const bool lone = !pair && (is_high(*unit) || is_low(*unit));
    whole.append(lone ? std::string_view("\\ufffd") : line.substr(at, bytes));
    at += bytes;
  }
  return whole;
}

RequestId IdIn(std::string_view line) {
  IdFinder finder;
  finder.Feed(line);
  return finder.id();
}

Message Classify(json& value) {
  if (!value.is_object()) {
    return Invalid(kInvalidRequest, "a message is a JSON object with \"jsonrpc\": \"2.0\"");
  }
  RequestId id;
  const auto raw_id = value.find("id");
  const bool has_id = raw_id != value.end();
  if (has_id) {
    std::optional<RequestId> read = RequestId::FromJson(*raw_id);
    const bool is_response = !value.contains("method");
    if (!read && !(is_response && raw_id->is_null())) {
      return Invalid(kInvalidRequest, "\"id\" must be a string or an integer");
    }
    if (read) id = std::move(*read);
  }
  const auto version = value.find("jsonrpc");
  if (version == value.end() || *version != "2.0") {
    return Invalid(kInvalidRequest, "\"jsonrpc\" must be \"2.0\"", std::move(id));
  }
  Message message;
  message.params = NoParams();
  const auto method = value.find("method");
  if (method == value.end()) {
    if (!value.contains("result") && !value.contains("error")) {
      return Invalid(kInvalidRequest, "\"method\" is missing", std::move(id));
    }
    message.kind = MessageKind::kResponse;
    message.id = std::move(id);
    return message;
  }
  if (!method->is_string()) {
    return Invalid(kInvalidRequest, "\"method\" must be a string", std::move(id));
  }
  if (const auto params = value.find("params"); params != value.end()) {
    if (!params->is_object()) {
      return Invalid(kInvalidParams, "\"params\" must be an object", std::move(id));
    }
    message.params = std::make_shared<const json>(std::move(*params));
  }
  message.kind = has_id ? MessageKind::kRequest : MessageKind::kNotification;
  message.id = std::move(id);
  message.method = method->get<std::string>();
  return message;
}

// A notification is never answered, not even an invalid one.
bool IsWrongNotification(const json& value, const Message& message) {
  return message.kind == MessageKind::kInvalid && message.error_code == kInvalidParams &&
         value.is_object() && !value.contains("id");
}

std::string Dump(const json& value) { return JsonText(value); }

}  // namespace

std::optional<RequestId> RequestId::FromJson(const json& json) {
  if (json.is_string()) return RequestId{json.get<std::string>()};
  if (json.is_number_unsigned()) return RequestId{json.get<uint64_t>()};
  if (json.is_number_integer()) return RequestId{json.get<int64_t>()};
  return std::nullopt;
}

json RequestId::ToJson() const {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<int64_t>(&value)) return *number;
  if (const auto* number = std::get_if<uint64_t>(&value)) return *number;
  return nullptr;
}

std::string RequestId::Key() const { return Dump(ToJson()); }

ParsedLine ParseLine(std::string_view line) {
  ParsedLine parsed;
  if (IsTooDeep(line)) {
    parsed.messages.push_back(
        Invalid(kInvalidRequest, "nested deeper than " + std::to_string(kMaxNesting) + " levels",
                IdIn(line)));
    return parsed;
  }
  json value = json::parse(line, nullptr, false);
  if (value.is_discarded()) value = json::parse(WithWholeCharacters(line), nullptr, false);
  if (value.is_discarded()) {
    parsed.messages.push_back(
        Invalid(kParseError,
                IsValidUtf8(line) ? "not valid JSON: a message is one JSON object on one line"
                                  : "not valid UTF-8",
                IdIn(line)));
    return parsed;
  }
  if (!value.is_array()) {
    Message message = Classify(value);
    if (IsWrongNotification(value, message)) message.kind = MessageKind::kNotification;
    parsed.messages.push_back(std::move(message));
    return parsed;
  }
  if (value.empty() || value.size() > kMaxBatchMessages) {
    parsed.messages.push_back(Invalid(
        kInvalidRequest, "a batch has 1 to " + std::to_string(kMaxBatchMessages) + " messages"));
    return parsed;
  }
  parsed.batch = true;
  for (json& element : value) {
    Message message = Classify(element);
    if (IsWrongNotification(element, message)) message.kind = MessageKind::kNotification;
    parsed.messages.push_back(std::move(message));
  }
  return parsed;
}

Message TooLongMessage(RequestId id) {
  return Invalid(kInvalidRequest,
                 "the line is longer than " + std::to_string(kMaxLineBytes) + " bytes",
                 std::move(id));
}

std::string ResultLine(const RequestId& id, const json& result) {
  // Assembled by hand, because the result may be large and need not be copied.
  return R"({"jsonrpc":"2.0","id":)" + id.Key() + R"(,"result":)" + Dump(result) + "}";
}

std::string ErrorLine(const RequestId& id, int code, const std::string& message,
                      const JsonPtr& data) {
  json error = {{"code", code}, {"message", message}};
  if (data) error["data"] = *data;
  return R"({"jsonrpc":"2.0","id":)" + id.Key() + R"(,"error":)" + Dump(error) + "}";
}

std::string NotificationLine(const std::string& method, const json& params) {
  return R"({"jsonrpc":"2.0","method":)" + Dump(method) + R"(,"params":)" + Dump(params) + "}";
}

}  // namespace katra::mcp
