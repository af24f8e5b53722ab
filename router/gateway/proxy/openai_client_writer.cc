// Clients of OpenAI's two formats are sent translated answers of the Messages API.
#include <utility>

#include "router/gateway/proxy/client_formats.h"

namespace katra::router::gateway {

std::string OpenAiClientWriter::NoObject(std::string) const {
  return "the request body is not a JSON object";
}

translate::OpenAiClientIdentity OpenAiClientWriter::Identity() const {
  return {request_id(), ToUnixMillis(clock().Now()) / 1000};
}

void OpenAiClientWriter::WriteEvents(std::string_view events, bool own_format) {
  if (own_format) {
    Send(events);
    return;
  }
  if (!stream_) stream_ = translate::MakeOpenAiClientStream(*request_, Identity());
  std::string out;
  stream_->Feed(events, &out);
  Send(out);
}

void OpenAiClientWriter::EndStream() {
  std::string out;
  if (stream_) stream_->Finish(&out);
  Send(out);
  End();
}

void OpenAiClientWriter::BreakStream(const translate::ApiError& error, const std::string& event) {
  if (!stream_) {
    Send(event);
    End();
    return;
  }
  std::string out;
  if (!event.empty()) stream_->Feed(translate::MessagesErrorEvent(error, request_id()), &out);
  stream_->Finish(&out);
  Send(out);
  End();
}

void OpenAiClientWriter::FailStream(const translate::ApiError& error, std::string_view) {
  Send("data: " + translate::OpenAiErrorBody(error) + "\n\n");
  End();
}

void OpenAiClientWriter::WriteSignOfLife(bool) { Send(kWaiting); }

Result<std::string> OpenAiClientWriter::ReplyOf(std::string messages_reply) const {
  return translate::WriteOpenAiClientReply(*request_, messages_reply, Identity());
}

}  // namespace katra::router::gateway
