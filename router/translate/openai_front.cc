#include "router/translate/openai_front.h"

#include "core/json_view.h"
#include "core/text.h"
#include "router/translate/front_parts.h"
#include "router/translate/front_writers.h"
#include "router/translate/messages_reader.h"

namespace katra::translate {
namespace {

constexpr std::string_view kEarlyEnd = "the answer ended early";

// One stream; `Writer` has Into() and is a MessageSink.
template <typename Writer>
class FrontStreamOf : public FrontStream {
 public:
  FrontStreamOf(const FrontRequest& request, const FrontIdentity& identity)
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

class ChatFrontStream final : public FrontStreamOf<ChatFrontWriter> {
 public:
  using FrontStreamOf::FrontStreamOf;

 private:
  void Broken(std::string_view type, std::string_view message, std::string* out) override {
    ApiError error;
    error.type = type;
    error.message = message;
    *out += "data: " + OpenAiErrorBody(error) + "\n\n";
  }
};

class ResponsesFrontStream final : public FrontStreamOf<ResponsesFrontWriter> {
 public:
  using FrontStreamOf::FrontStreamOf;

 private:
  void Broken(std::string_view type, std::string_view message, std::string*) override {
    // The word on which clients of this format try again.
    const bool overloaded = type == "overloaded_error" || type == "rate_limit_error";
    writer().Fail(overloaded ? "server_is_overloaded" : "server_error", message);
  }
};

}  // namespace

Result<FrontRequest> ReadFrontRequest(FrontFormat format, std::string_view body,
                                      const FrontOptions& options) {
  if (!IsValidUtf8(body)) {
    return Fail(ErrorCode::kInvalidArgument, "the request body is not valid UTF-8");
  }
  JsonDocument document;
  if (auto parsed = document.Parse(body); !parsed) return Pass(std::move(parsed));
  if (!document.Root().IsObject()) {
    return Fail(ErrorCode::kInvalidArgument, "the request body is not a JSON object");
  }
  return format == FrontFormat::kChat ? ReadChatFront(document.Root(), options)
                                      : ReadResponsesFront(document.Root(), options);
}

Result<std::string> WriteFrontReply(const FrontRequest& request, std::string_view messages_reply,
                                    const FrontIdentity& identity) {
  JsonDocument document;
  if (auto parsed = document.Parse(messages_reply); !parsed) return Pass(std::move(parsed));
  const auto none = [] {
    return Fail(ErrorCode::kInvalidArgument, "the answer is not a Messages reply");
  };
  if (request.format == FrontFormat::kChat) {
    ChatFrontWriter writer(request, identity);
    if (!ReadMessagesReply(document.Root(), writer)) return none();
    return writer.Reply();
  }
  ResponsesFrontWriter writer(request, identity);
  if (!ReadMessagesReply(document.Root(), writer)) return none();
  return writer.Response();
}

std::unique_ptr<FrontStream> MakeFrontStream(const FrontRequest& request,
                                             const FrontIdentity& identity) {
  if (request.format == FrontFormat::kChat) {
    return std::make_unique<ChatFrontStream>(request, identity);
  }
  return std::make_unique<ResponsesFrontStream>(request, identity);
}

}  // namespace katra::translate
