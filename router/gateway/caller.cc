#include "router/gateway/caller.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/text.h"

namespace katra::gateway {
namespace {

using translate::ApiError;
using translate::Failure;

// "127.0.0.1:12000" -> "127.0.0.1"; "[::1]:1" -> "[::1]".
std::string_view HostOnly(std::string_view host) {
  if (!host.empty() && host.front() == '[') return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool IsThisMachine(std::string_view host) {
  static constexpr std::array<std::string_view, 3> kNames = {"127.0.0.1", "localhost", "[::1]"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view name) { return http::EqualsIgnoreCase(host, name); });
}

std::string OfEnvironment(const std::string& variable) {
  if (variable.empty()) return {};
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here changes the environment
  const char* value = std::getenv(variable.c_str());
  return value == nullptr ? std::string() : std::string(Trim(value));
}

std::string Value(const http::Headers& headers, std::string_view name) {
  const std::string* found = headers.Find(name);
  return found == nullptr ? std::string() : *found;
}

}  // namespace

CallerFormat FormatOf(std::string_view path) {
  path = PlainPath(path);
  return path == "/v1/chat/completions" || path == "/v1/responses" ? CallerFormat::kOpenAi
                                                                   : CallerFormat::kMessages;
}

std::string_view PlainPath(std::string_view path) {
  if (path.substr(0, 7) == "/v1/v1/") path.remove_prefix(3);
  if (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path;
}

std::string_view WithoutScheme(std::string_view authorization) {
  constexpr std::string_view kBearer = "bearer ";
  if (authorization.size() > kBearer.size() &&
      http::EqualsIgnoreCase(authorization.substr(0, kBearer.size()), kBearer)) {
    return Trim(authorization.substr(kBearer.size()));
  }
  return Trim(authorization);
}

ApiError MakeError(Failure failure, int status, std::string type, std::string message) {
  ApiError error;
  error.failure = failure;
  error.status = status;
  error.type = std::move(type);
  error.message = std::move(message);
  return error;
}

std::optional<ApiError> CheckSource(const http::Request& request, bool any_host) {
  if (request.local || any_host) return std::nullopt;
  const std::string* host = request.headers.Find("host");
  if (host != nullptr && !IsThisMachine(HostOnly(*host))) {
    return MakeError(Failure::kPermission, 403, "permission_error",
                     "this gateway answers for 127.0.0.1 and localhost only, and the request's "
                     "Host is another");
  }
  if (const std::string* origin = request.headers.Find("origin")) {
    const size_t start = origin->find("://");
    const std::string_view rest =
        start == std::string::npos ? *origin : std::string_view(*origin).substr(start + 3);
    if (!IsThisMachine(HostOnly(rest))) {
      return MakeError(Failure::kPermission, 403, "permission_error",
                       "a web page of another origin may not use this gateway");
    }
  }
  return std::nullopt;
}

tl::expected<Caller, ApiError> Identify(const http::Request& request, TokenBook& tokens) {
  const http::Headers& headers = request.headers;
  Caller caller;
  const std::string own = Value(headers, "x-katra-token");
  const std::string authorization = Value(headers, "authorization");
  const std::string api_key = Value(headers, "x-api-key");
  const Grant* grant = nullptr;
  if (!own.empty()) {
    grant = tokens.Find(Trim(own));
    caller.own_authorization = authorization;
    caller.own_api_key = api_key;
  } else {
    if (!authorization.empty()) grant = tokens.Find(WithoutScheme(authorization));
    if (grant == nullptr && !api_key.empty()) grant = tokens.Find(Trim(api_key));
  }
  if (grant == nullptr) {
    const bool none = own.empty() && authorization.empty() && api_key.empty();
    std::string why = none ? "no gateway token was sent: "
                           : "the gateway does not know this token, or it has ended: ";
    if (!tokens.trouble().empty()) why = "the gateway's tokens cannot be read: ";
    ApiError error = MakeError(Failure::kAuthentication, 401, "authentication_error",
                               why +
                                   "start the session with `katra start`, or make a token with "
                                   "`katra token create --persona NAME`");
    error.headers.emplace_back("x-should-retry", "false");
    return tl::unexpected<ApiError>(std::move(error));
  }
  caller.persona = grant->persona;
  caller.token_id = grant->id;
  return caller;
}

std::string KeyRing::Find(const std::string& token_id, const std::string& variable) const {
  if (variable.empty()) return {};
  if (const auto session = keys_.find(token_id); session != keys_.end()) {
    const auto key = session->second.find(variable);
    if (key != session->second.end()) return key->second;
  }
  return OfEnvironment(variable);
}

std::vector<std::string> KeyRing::Values(const router::RouterConfig& config) const {
  std::vector<std::string> values;
  for (const auto& [token_id, keys] : keys_) {
    for (const auto& [variable, value] : keys) values.push_back(value);
  }
  for (const router::Provider& provider : config.providers) {
    values.push_back(OfEnvironment(provider.api_key_env));
  }
  for (const router::PersonaConfig& persona : config.personas) {
    values.push_back(OfEnvironment(persona.api_key_env));
  }
  return values;
}

http::Response ErrorResponse(const ApiError& error, CallerFormat format,
                             const std::string& request_id) {
  http::Response response;
  response.status = error.status;
  response.headers.Add("content-type", "application/json");
  if (!request_id.empty()) response.headers.Add("request-id", request_id);
  for (const auto& [name, value] : error.headers) response.headers.Set(name, value);
  response.body = format == CallerFormat::kOpenAi ? translate::OpenAiErrorBody(error)
                                                  : translate::MessagesErrorBody(error, request_id);
  return response;
}

}  // namespace katra::gateway
