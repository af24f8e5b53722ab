#include "router/gateway/access/caller.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/authority.h"
#include "core/text.h"
#include "router/translate/signature.h"

namespace katra::router::gateway {
namespace {

using translate::ApiError;
using translate::Failure;

bool IsThisMachine(const std::optional<Authority>& named) {
  static constexpr std::array<std::string_view, 3> kNames = {"127.0.0.1", "localhost", "[::1]"};
  return named && std::find(kNames.begin(), kNames.end(), named->host) != kNames.end();
}

ApiError OtherSource(std::string message) {
  return MakeError(Failure::kPermission, 403, "permission_error", std::move(message));
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

tl::unexpected<Denial> Denied(ApiError error, std::string reason, const Grant* grant) {
  Denial denial{std::move(error), std::move(reason), "", ""};
  if (grant != nullptr) {
    denial.persona = grant->persona;
    denial.token_id = grant->id;
  }
  denial.headers.emplace_back("x-should-retry", "false");
  return tl::unexpected<Denial>(std::move(denial));
}

tl::unexpected<Denial> Refused(std::string reason, std::string message, const Grant* grant) {
  return Denied(
      MakeError(Failure::kAuthentication, 401, "authentication_error", std::move(message)),
      std::move(reason), grant);
}

tl::unexpected<Denial> OutOfScope(const Grant& grant, Scope scope) {
  const bool admin = scope == Scope::kAdmin;
  return Denied(
      MakeError(Failure::kPermission, 403, "permission_error",
                "the token of " + grant.persona + " has the scope " + ShowScopes(grant.permit) +
                    ", and " +
                    (admin ? "the metrics need admin" : "requests to models need gateway") +
                    ": make one with `katra token create --persona " + grant.persona + " --scope " +
                    (admin ? "admin" : "gateway") + "`"),
      "scope", &grant);
}

// token68 of RFC 7235.
bool IsToken68(std::string_view word) {
  const auto is_byte = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~+/").find(c) != std::string_view::npos;
  };
  const size_t end = word.find_last_not_of('=');
  if (end == std::string_view::npos) return false;
  return std::all_of(word.begin(), word.begin() + end + 1, is_byte);
}

// Decodes a word as base64, in either alphabet.
std::string Decoded(std::string_view word) {
  std::string url(word.substr(0, word.find('=')));
  std::replace(url.begin(), url.end(), '+', '-');
  std::replace(url.begin(), url.end(), '/', '_');
  return translate::FromBase64Url(url).value_or("");
}

bool MayBeLogin(std::string_view word) {
  return IsToken68(word) && !HoldsGatewayToken(word) && !HoldsGatewayToken(Decoded(word));
}

}  // namespace

bool HoldsGatewayToken(std::string_view text) {
  constexpr std::string_view kMark = "katra_";
  for (size_t at = text.find('_'); at != std::string_view::npos; at = text.find('_', at + 1)) {
    const size_t length = kMark.size();
    if (at + 1 >= length && http::EqualsIgnoreCase(text.substr(at + 1 - length, length), kMark)) {
      return true;
    }
  }
  return false;
}

std::string OwnAuthorization(std::string_view authorization) {
  const std::string_view word = WithoutScheme(authorization);
  if (word == Trim(authorization) || !MayBeLogin(word)) return {};
  return "Bearer " + std::string(word);
}

std::string OwnApiKey(std::string_view api_key) {
  const std::string_view word = Trim(api_key);
  return MayBeLogin(word) ? std::string(word) : std::string();
}

CallerFormat FormatOf(std::string_view path) {
  path = PlainPath(path);
  return path == "/v1/chat/completions" || path.substr(0, 13) == "/v1/responses"
             ? CallerFormat::kOpenAi
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
  // An HTTP/1.0 request may have no Host, and then does not say which host it is meant for.
  const std::string* host = request.headers.Find("host");
  if (host == nullptr || request.headers.Count("host") > 1 ||
      !IsThisMachine(ParseAuthority(*host))) {
    return OtherSource(
        "this gateway answers for 127.0.0.1 and localhost only: send a Host header with one of "
        "them, and the port");
  }
  const std::string* origin = request.headers.Find("origin");
  if (origin == nullptr) return std::nullopt;
  const auto page = ParseOrigin(*origin);
  if (request.headers.Count("origin") > 1 || !page || !IsThisMachine(page->authority)) {
    return OtherSource("a web page of another origin may not use this gateway");
  }
  return std::nullopt;
}

tl::expected<Caller, Denial> Identify(const http::Request& request, TokenBook& tokens, Scope scope,
                                      WallTime now) {
  const http::Headers& headers = request.headers;
  Caller caller;
  const std::string own = Value(headers, "x-katra-token");
  const std::string authorization = Value(headers, "authorization");
  const std::string api_key = Value(headers, "x-api-key");
  const Grant* grant = nullptr;
  if (!own.empty()) {
    grant = tokens.Find(Trim(own));
    caller.own_authorization = OwnAuthorization(authorization);
    caller.own_api_key = OwnApiKey(api_key);
  } else {
    if (!authorization.empty()) grant = tokens.Find(WithoutScheme(authorization));
    if (grant == nullptr && !api_key.empty()) grant = tokens.Find(Trim(api_key));
  }
  if (grant == nullptr) {
    const bool none = own.empty() && authorization.empty() && api_key.empty();
    const std::string how =
        "start the session with `katra start`, or make a token with `katra token create --persona "
        "NAME`";
    if (!tokens.trouble().empty()) {
      return Refused("unreadable tokens",
                     "the gateway's tokens cannot be read: `katra token list` says why", nullptr);
    }
    return none ? Refused("no token", "no gateway token was sent: " + how, nullptr)
                : Refused("unknown token",
                          "the gateway does not know this token, or it has ended: " + how, nullptr);
  }
  if (grant->permit.Expired(now)) {
    return Refused("expired",
                   "the token of " + grant->persona + " expired at " +
                       FormatRfc3339(*grant->permit.expires_at) +
                       ": make another with `katra token create --persona " + grant->persona +
                       " --expires 30d`, or start the session with `katra start`",
                   grant);
  }
  if (!grant->permit.Has(scope)) return OutOfScope(*grant, scope);
  caller.persona = grant->persona;
  caller.token_id = grant->id;
  caller.session = grant->session;
  caller.folder = grant->folder;
  caller.permit = grant->permit;
  return caller;
}

std::string KeyRing::Find(const std::string& token_id, const std::string& variable) const {
  if (variable.empty()) return {};
  if (const auto session = keys_.find(token_id); session != keys_.end()) {
    const auto key = session->second.find(variable);
    if (key != session->second.end()) return key->second;
  }
  std::string value = OfEnvironment(variable);
  const auto of_file = file_variables_.find(variable);
  if (value.empty() && of_file != file_variables_.end()) value = of_file->second;
  return value;
}

std::vector<std::string> KeyRing::OfSession(const std::string& token_id) const {
  std::vector<std::string> values;
  const auto session = keys_.find(token_id);
  if (session == keys_.end()) return values;
  for (const auto& [variable, value] : session->second) values.push_back(value);
  return values;
}

std::vector<std::string> KeyRing::Values(const RouterConfig& config) const {
  std::vector<std::string> values;
  for (const auto& [token_id, keys] : keys_) {
    for (const auto& [variable, value] : keys) values.push_back(value);
  }
  for (const auto& [variable, value] : file_variables_) values.push_back(value);
  for (const Provider& provider : config.providers) {
    values.push_back(OfEnvironment(provider.api_key_env));
    for (const std::string& more : provider.more_key_envs) values.push_back(OfEnvironment(more));
    for (const std::string& part : provider.credential_envs) values.push_back(OfEnvironment(part));
  }
  for (const PersonaConfig& persona : config.personas) {
    values.push_back(OfEnvironment(persona.api_key_env));
    for (const std::string& more : persona.more_key_envs) values.push_back(OfEnvironment(more));
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

}  // namespace katra::router::gateway
