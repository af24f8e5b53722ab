#include "router/cloud/bedrock_stream.h"

#include <algorithm>
#include <array>

#include "core/json_write.h"
#include "core/text.h"
#include "router/cloud/base64.h"

namespace katra::router::cloud {
namespace {

struct Exception {
  std::string_view name;  // lower case
  std::string_view type;
  int status;  // the status with that meaning
};

// The errors of InvokeModel and InvokeModelWithResponseStream in the API reference of Amazon
// Bedrock Runtime, and those of the signature ("Common errors").
constexpr std::array<Exception, 17> kExceptions = {{
    {"accessdeniedexception", "permission_error", 403},
    {"expiredtokenexception", "authentication_error", 401},
    {"incompletesignatureexception", "authentication_error", 401},
    {"internalserverexception", "api_error", 500},
    {"invalidsignatureexception", "authentication_error", 401},
    {"missingauthenticationtokenexception", "authentication_error", 401},
    {"modelerrorexception", "api_error", 502},
    {"modelnotreadyexception", "overloaded_error", 529},
    {"modelstreamerrorexception", "api_error", 502},
    {"modeltimeoutexception", "timeout_error", 504},
    {"resourcenotfoundexception", "not_found_error", 404},
    {"servicequotaexceededexception", "rate_limit_error", 429},
    {"serviceunavailableexception", "overloaded_error", 503},
    {"throttlingexception", "rate_limit_error", 429},
    {"toomanyrequestsexception", "rate_limit_error", 429},
    {"unrecognizedclientexception", "authentication_error", 401},
    {"validationexception", "invalid_request_error", 400},
}};

const Exception* Find(std::string_view exception) {
  exception = exception.substr(0, exception.find(':'));
  exception = exception.substr(exception.rfind('#') + 1);
  const std::string name = ToLowerAscii(Trim(exception));
  const auto* const found = std::find_if(kExceptions.begin(), kExceptions.end(),
                                         [&](const Exception& one) { return one.name == name; });
  return found == kExceptions.end() ? nullptr : found;
}

// Line ends between JSON tokens have no meaning, but would end an SSE field.
void AppendOneLine(std::string_view json, std::string* out) {
  const size_t begin = out->size();
  out->append(json);
  std::replace_if(
      out->begin() + static_cast<std::ptrdiff_t>(begin), out->end(),
      [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

// Event types are words; anything else is not copied into an SSE field.
bool IsWord(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_' || c == '-';
  });
}

}  // namespace

std::string_view BedrockErrorType(std::string_view exception) {
  const Exception* const known = Find(exception);
  return known == nullptr ? "api_error" : known->type;
}

int BedrockStatus(int status, std::string_view exception) {
  const Exception* const known = Find(exception);
  return known == nullptr || status < 400 ? status : known->status;
}

Status BedrockStream::Feed(std::string_view bytes, std::string* out) {
  if (failed_ || !damage_) return damage_;
  Status lost;
  const Status fed = decoder_.Feed(bytes, [&](const EventMessage& message) {
    lost = Take(message, out);
    return lost.has_value() && !failed_;
  });
  damage_ = lost ? fed : lost;
  return damage_;
}

Status BedrockStream::Take(const EventMessage& message, std::string* out) {
  if (message.message_type == "event") {
    // The service may add events, which are not part of the answer.
    return message.event_type == "chunk" ? TakeChunk(message.payload, out) : Status();
  }
  if (message.message_type == "exception") {
    TakeException(message.exception_type, message.payload, out);
    return {};
  }
  if (message.message_type == "error") {
    std::string payload;
    JsonWriter writer(payload);
    writer.BeginObject().Key("message").String(message.error_message).EndObject();
    TakeException(message.error_code, payload, out);
    return {};
  }
  return Fail(ErrorCode::kDataLoss, "an event does not say whether it is one");
}

Status BedrockStream::TakeChunk(std::string_view payload, std::string* out) {
  const auto unreadable = [] {
    return Fail(ErrorCode::kDataLoss, "a chunk of the answer cannot be read");
  };
  if (!payload_.Parse(payload)) return unreadable();
  const JsonView bytes = payload_.Root()["bytes"];
  if (!bytes.IsString()) return unreadable();
  const auto json = FromBase64(bytes.HasEscapes() ? bytes.Text() : bytes.RawString());
  if (!json || !event_.Parse(*json)) return unreadable();
  const std::string type = event_.Root()["type"].Text();
  if (!IsWord(type)) return unreadable();
  out->append("event: ").append(type).append("\ndata: ");
  AppendOneLine(*json, out);
  out->append("\n\n");
  failed_ = type == "error";
  return {};
}

void BedrockStream::TakeException(std::string_view type, std::string_view payload,
                                  std::string* out) {
  failed_ = true;
  std::string message;
  if (payload_.Parse(payload)) {
    const JsonView said = payload_.Root();
    message = said["message"].Text();
    if (message.empty()) message = said["Message"].Text();
    const std::string original = said["originalMessage"].Text();
    if (!original.empty() && original != message) {
      message += message.empty() ? original : ": " + original;
    }
  }
  if (message.empty()) message = "the model's service reported " + OneLine(type, 80);
  out->append("event: error\ndata: ");
  JsonWriter writer(*out);
  writer.BeginObject().Key("type").String("error").Key("error").BeginObject();
  writer.Key("type").String(BedrockErrorType(type)).Key("message").String(message);
  writer.EndObject().EndObject();
  out->append("\n\n");
}

}  // namespace katra::router::cloud
