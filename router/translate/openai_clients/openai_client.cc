#include "router/translate/openai_clients/openai_client.h"

#include "core/json_view.h"
#include "core/text.h"
#include "router/translate/messages/reader.h"
#include "router/translate/openai_clients/parts.h"
#include "router/translate/openai_clients/writers.h"

namespace katra::router::translate {
namespace {

constexpr std::string_view kEarlyEnd = "the answer ended early";

// The failure that an error event of a Messages stream reports (E19).
ApiError OfEvent(std::string_view type, std::string_view message) {
  struct Meaning {
    std::string_view type;
    Failure failure;
  };
  static constexpr Meaning kMeanings[] = {
      {"rate_limit_error", Failure::kRateLimit},
      {"overloaded_error", Failure::kOverloaded},
      {"billing_error", Failure::kQuota},
      {"invalid_request_error", Failure::kInvalidRequest},
      {"request_too_large", Failure::kTooLarge},
      {"authentication_error", Failure::kAuthentication},
      {"permission_error", Failure::kPermission},
      {"not_found_error", Failure::kNotFound},
  };
  ApiError error;
  error.type = type;
  error.message = message;
  for (const Meaning& meaning : kMeanings) {
    if (meaning.type == type) error.failure = meaning.failure;
  }
  // The messages on which clients compact (E4), whatever the type.
  if (message.find("prompt is too long") != std::string_view::npos) {
    error.failure = Failure::kContextOverflow;
  }
  return error;
}

// A stream; `Writer` has Into() and is a MessageSink.
template <typename Writer>
class ClientStreamOf : public OpenAiClientStream {
 public:
  ClientStreamOf(const OpenAiClientRequest& request, const OpenAiClientIdentity& identity)
      : writer_(request, identity), reader_(writer_) {}

  void Feed(std::string_view messages_sse, std::string* out) override {
    if (done_) return;
    writer_.Into(out);
    reader_.Feed(messages_sse);
    if (reader_.failed()) {
      Broken(reader_.error_type(), reader_.error_message(), out);
      done_ = true;
    }
    done_ = done_ || reader_.complete();
  }

  void Finish(std::string* out) override {
    if (done_) return;
    writer_.Into(out);
    Broken("api_error", kEarlyEnd, out);
    done_ = true;
  }

  [[nodiscard]] bool done() const override { return done_; }
  [[nodiscard]] bool unreadable() const override { return reader_.unreadable(); }

 protected:
  virtual void Broken(std::string_view type, std::string_view message, std::string* out) = 0;
  Writer& writer() { return writer_; }

 private:
  Writer writer_;
  MessagesReader reader_;
  bool done_ = false;
};

class ChatFrontStream final : public ClientStreamOf<ChatClientWriter> {
 public:
  using ClientStreamOf::ClientStreamOf;

 private:
  void Broken(std::string_view type, std::string_view message, std::string* out) override {
    *out += "data: " + OpenAiErrorBody(OfEvent(type, message)) + "\n\n";
  }
};

class ResponsesFrontStream final : public ClientStreamOf<ResponsesClientWriter> {
 public:
  using ClientStreamOf::ClientStreamOf;

 private:
  void Broken(std::string_view type, std::string_view message, std::string*) override {
    writer().Fail(ResponsesErrorCode(OfEvent(type, message).failure), message);
  }
};

}  // namespace

std::string_view ResponsesErrorCode(Failure failure) {
  switch (failure) {
    case Failure::kContextOverflow:
      return "context_length_exceeded";
    case Failure::kRateLimit:
      return "rate_limit_exceeded";
    case Failure::kQuota:
    case Failure::kBilling:
      return "insufficient_quota";
    case Failure::kOverloaded:
      return "server_is_overloaded";
    case Failure::kInvalidRequest:
    case Failure::kTooLarge:
      return "invalid_prompt";
    default:
      return "server_error";
  }
}

Result<OpenAiClientRequest> ReadOpenAiClientRequest(OpenAiClientFormat format,
                                                    std::string_view body,
                                                    const OpenAiClientOptions& options) {
  if (!IsValidUtf8(body)) {
    return Fail(ErrorCode::kInvalidArgument, "the request body is not valid UTF-8");
  }
  JsonDocument document;
  if (auto parsed = document.Parse(body); !parsed) return Pass(std::move(parsed));
  if (!document.Root().IsObject()) {
    return Fail(ErrorCode::kInvalidArgument, "the request body is not a JSON object");
  }
  return format == OpenAiClientFormat::kChat ? ReadChatClientRequest(document.Root(), options)
                                             : ReadResponsesClientRequest(document.Root(), options);
}

Result<std::string> WriteOpenAiClientReply(const OpenAiClientRequest& request,
                                           std::string_view messages_reply,
                                           const OpenAiClientIdentity& identity) {
  JsonDocument document;
  if (auto parsed = document.Parse(messages_reply); !parsed) return Pass(std::move(parsed));
  const auto none = [] {
    return Fail(ErrorCode::kInvalidArgument, "the answer is not a Messages reply");
  };
  if (request.format == OpenAiClientFormat::kChat) {
    ChatClientWriter writer(request, identity);
    if (!ReadMessagesReply(document.Root(), writer)) return none();
    return writer.Reply();
  }
  ResponsesClientWriter writer(request, identity);
  if (!ReadMessagesReply(document.Root(), writer)) return none();
  return writer.Response();
}

std::unique_ptr<OpenAiClientStream> MakeOpenAiClientStream(const OpenAiClientRequest& request,
                                                           const OpenAiClientIdentity& identity) {
  if (request.format == OpenAiClientFormat::kChat) {
    return std::make_unique<ChatFrontStream>(request, identity);
  }
  return std::make_unique<ResponsesFrontStream>(request, identity);
}

}  // namespace katra::router::translate
