// Clients of the Chat Completions API.
#include <utility>

#include "router/gateway/proxy/client_formats.h"

namespace katra::router::gateway {
namespace {

class ChatClient final : public OpenAiClientWriter {
 public:
  ChatClient(std::shared_ptr<http::Exchange> exchange, const Clock& clock, std::string request_id)
      : OpenAiClientWriter(std::move(exchange), clock, std::move(request_id)) {}

  std::optional<translate::OpenAiClientFormat> openai_format() const override {
    return translate::OpenAiClientFormat::kChat;
  }
  bool CanAsk(Interface interface) const override { return interface == Interface::kChat; }
};

}  // namespace

std::unique_ptr<ClientWriter> MakeChatClient(std::shared_ptr<http::Exchange> exchange,
                                             const Clock& clock, std::string request_id) {
  return std::make_unique<ChatClient>(std::move(exchange), clock, std::move(request_id));
}

}  // namespace katra::router::gateway
