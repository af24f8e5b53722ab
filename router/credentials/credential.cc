#include "router/credentials/credential.h"

#include <string>

namespace katra::router::credentials {

std::vector<http::Header> CredentialHeaders(const Provider& provider, Interface interface,
                                            std::string_view key) {
  std::vector<http::Header> headers;
  if (key.empty()) return headers;
  const Auth auth = provider.auth;
  const bool chat = interface != Interface::kMessages;
  if (auth == Auth::kApiKey) {
    headers.push_back({"api-key", std::string(key)});
    return headers;
  }
  if (!chat && (auth == Auth::kXApiKey || auth == Auth::kBoth)) {
    headers.push_back({"x-api-key", std::string(key)});
  }
  if (chat || auth == Auth::kBearer || auth == Auth::kBoth) {
    headers.push_back({"authorization", "Bearer " + std::string(key)});
  }
  return headers;
}

}  // namespace katra::router::credentials
