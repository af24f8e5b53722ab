// Clients of the Messages API: they are sent what an upstream request delivers.
#include <utility>

#include "router/gateway/proxy/client_formats.h"

namespace katra::router::gateway {
namespace {

class MessagesClient final : public ClientWriter {
 public:
  MessagesClient(std::shared_ptr<http::Exchange> exchange, const Clock& clock,
                 std::string request_id)
      : ClientWriter(std::move(exchange), clock, std::move(request_id)) {}

  CallerFormat format() const override { return CallerFormat::kMessages; }
  std::optional<translate::OpenAiClientFormat> openai_format() const override {
    return std::nullopt;
  }
  bool CanAsk(Interface) const override {
    return true;
  }  // every translation starts from this format
  std::string NoObject(std::string said) const override { return said; }
  void SetRequest(const translate::OpenAiClientRequest&) override {}

  void WriteEvents(std::string_view events, bool) override { Send(events); }
  void EndStream() override { End(); }
  void BreakStream(const translate::ApiError&, const std::string& event) override {
    Send(event);
    End();
  }
  void FailStream(const translate::ApiError& error, std::string_view reply) override {
    Send(reply.empty() ? translate::MessagesErrorEvent(error, request_id()) : std::string(reply));
    End();
  }
  void WriteSignOfLife(bool content) override {  // S2: no ping before message_start
    Send(content ? "event: ping\ndata: {\"type\": \"ping\"}\n\n" : kWaiting);
  }
  Result<std::string> ReplyOf(std::string messages_reply) const override { return messages_reply; }
};

}  // namespace

std::unique_ptr<ClientWriter> MakeMessagesClient(std::shared_ptr<http::Exchange> exchange,
                                                 const Clock& clock, std::string request_id) {
  return std::make_unique<MessagesClient>(std::move(exchange), clock, std::move(request_id));
}

}  // namespace katra::router::gateway
