#include "router/gateway/proxy/client_writer.h"

#include <utility>

#include "router/gateway/proxy/client_formats.h"

namespace katra::router::gateway {
namespace {

constexpr size_t kPauseBytes = 256 * 1024;
constexpr size_t kBehindBytes = size_t{8} * 1024 * 1024;

}  // namespace

const char* ToString(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::kMessages:
      return "messages";
    case Endpoint::kCountTokens:
      return "count_tokens";
    case Endpoint::kChat:
      return "chat";
    case Endpoint::kResponses:
      return "responses";
    case Endpoint::kRoute:
      return "route";
    case Endpoint::kCompact:
      return "compact";
  }
  return "";
}

std::unique_ptr<ClientWriter> ClientWriter::Make(Endpoint endpoint,
                                                 std::shared_ptr<http::Exchange> exchange,
                                                 const Clock& clock, std::string request_id) {
  switch (endpoint) {
    case Endpoint::kChat:
      return MakeChatClient(std::move(exchange), clock, std::move(request_id));
    case Endpoint::kResponses:
    case Endpoint::kCompact:
      return MakeResponsesClient(endpoint == Endpoint::kCompact, std::move(exchange), clock,
                                 std::move(request_id));
    case Endpoint::kMessages:
    case Endpoint::kRoute:
    case Endpoint::kCountTokens:
      break;
  }
  return MakeMessagesClient(std::move(exchange), clock, std::move(request_id));
}

ClientWriter::ClientWriter(std::shared_ptr<http::Exchange> exchange, const Clock& clock,
                           std::string request_id)
    : exchange_(std::move(exchange)),
      clock_(clock),
      request_id_(std::move(request_id)),
      last_sent_(clock.Steady()) {}

void ClientWriter::BeginStream(http::Headers headers) {
  if (streaming_) return;
  streaming_ = true;
  if (headers.Find("cache-control") == nullptr) headers.Add("cache-control", "no-cache");
  headers.Add("x-accel-buffering", "no");
  exchange_->Begin(200, std::move(headers));
}

void ClientWriter::Send(std::string_view bytes) {
  if (bytes.empty()) return;
  last_sent_ = clock_.Steady();
  exchange_->Write(bytes);
}

bool ClientWriter::SilentFor(std::chrono::milliseconds time) const {
  return clock_.Steady() - last_sent_ >= time;
}

ClientWriter::Demand ClientWriter::DemandOn(bool can_pause) {
  if (paused_ || exchange_->pending_bytes() <= kPauseBytes) return Demand::kNothing;
  if (can_pause) {
    paused_ = true;
    return Demand::kPause;
  }
  if (behind_ || exchange_->pending_bytes() <= kBehindBytes) return Demand::kNothing;
  behind_ = true;
  return Demand::kLeave;
}

std::string ClientWriter::TooSlow() {
  return "the client reads too slowly: " + std::to_string(kBehindBytes / 1024 / 1024) +
         " MiB of the answer wait for it";
}

}  // namespace katra::router::gateway
