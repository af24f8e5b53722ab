// Clients of the Responses API, and of its compaction.
#include <utility>

#include "router/gateway/proxy/client_formats.h"

namespace katra::router::gateway {
namespace {

class ResponsesClient final : public OpenAiClientWriter {
 public:
  ResponsesClient(bool compact, std::shared_ptr<http::Exchange> exchange, const Clock& clock,
                  std::string request_id)
      : OpenAiClientWriter(std::move(exchange), clock, std::move(request_id)), compact_(compact) {}

  std::optional<translate::OpenAiClientFormat> openai_format() const override {
    return translate::OpenAiClientFormat::kResponses;
  }
  bool CanAsk(Interface interface) const override {
    return !compact_ && interface == Interface::kResponses;
  }

 private:
  bool compact_;
};

}  // namespace

std::unique_ptr<ClientWriter> MakeResponsesClient(bool compact,
                                                  std::shared_ptr<http::Exchange> exchange,
                                                  const Clock& clock, std::string request_id) {
  return std::make_unique<ResponsesClient>(compact, std::move(exchange), clock,
                                           std::move(request_id));
}

}  // namespace katra::router::gateway
