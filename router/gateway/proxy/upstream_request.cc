#include "router/gateway/proxy/upstream_request.h"

namespace katra::router::gateway {

http::Outgoing StartOutgoing(const Settings& settings, const Provider& provider) {
  http::Outgoing outgoing;
  outgoing.connect_timeout = settings.connect_timeout;
  outgoing.first_byte_timeout = settings.first_byte_timeout;
  outgoing.idle_timeout = settings.idle_timeout;
  outgoing.http2 = provider.http2;  // U1
  return outgoing;
}

translate::ApiError FailureOf(const http::CallEnd& end, const std::string& provider) {
  std::string what;
  switch (end.failure) {
    case http::CallFailure::kConnect:
      what = " cannot be reached";
      break;
    case http::CallFailure::kTls:
      what = " cannot be reached safely (TLS)";
      break;
    case http::CallFailure::kTimeout:
      what = " did not answer in time";
      break;
    case http::CallFailure::kCut:
    case http::CallFailure::kProtocol:
      what = " broke the connection off";
      break;
  }
  translate::ApiError error = translate::NoAnswer(provider + what + ": " + end.message);
  error.unreachable =
      end.failure == http::CallFailure::kConnect || end.failure == http::CallFailure::kTls;
  if (end.failure == http::CallFailure::kTimeout) {
    error.status = 504;
    error.type = "timeout_error";
  }
  return error;
}

translate::Headers ToPairs(const http::Headers& headers) {
  translate::Headers pairs;
  pairs.reserve(headers.all().size());
  for (const http::Header& header : headers.all()) pairs.emplace_back(header.name, header.value);
  return pairs;
}

bool IsEventStream(const http::Headers& headers) {
  const std::string* type = headers.Find("content-type");
  constexpr std::string_view kType = "text/event-stream";
  return type != nullptr && http::EqualsIgnoreCase(type->substr(0, kType.size()), kType);
}

}  // namespace katra::router::gateway
