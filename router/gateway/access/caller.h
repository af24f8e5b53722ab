// Identifies the caller of a request by its token, and rejects requests from web pages of other
// hosts. Knows no provider.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/http/message.h"
#include "core/sha256_memo.h"
#include "router/config/config.h"
#include "router/gateway/access/tokens.h"
#include "router/translate/errors.h"

namespace katra::router::gateway {

struct Caller {
  std::string persona;
  std::string token_id;
  SessionChoice session;
  std::string folder;  // in which the session was started; empty: unknown
  Permit permit;
  // The client's own login, if the token came in x-katra-token (C10). LoginFor decides where it may
  // be sent.
  std::string own_authorization;
  std::string own_api_key;
};

// Why a caller is refused, with persona and token if known.
struct Denial : translate::ApiError {
  std::string reason;  // for the audit log: a few words of Katra's own
  std::string persona;
  std::string token_id;
};

// The caller's API format, which decides the format of errors.
enum class CallerFormat { kMessages, kOpenAi };
[[nodiscard]] CallerFormat FormatOf(std::string_view path);

// "/v1/v1/messages" -> "/v1/messages", for clients whose base URL ends in /v1.
[[nodiscard]] std::string_view PlainPath(std::string_view path);

// An error if Host or Origin is not this machine (DNS rebinding). `any_host`: the gateway
// intentionally listens for other machines.
[[nodiscard]] std::optional<translate::ApiError> CheckSource(const http::Request& request,
                                                             bool any_host);

// "Bearer abc" -> "abc".
[[nodiscard]] std::string_view WithoutScheme(std::string_view authorization);

// A login in a form that may be forwarded: "Bearer " and one token (RFC 6750); for a key, the token
// alone. Empty for anything else, and for anything that contains a gateway token in any spelling,
// current or old: that is nobody's login.
[[nodiscard]] std::string OwnAuthorization(std::string_view authorization);
[[nodiscard]] std::string OwnApiKey(std::string_view api_key);
// Whether `text` contains the prefix of gateway tokens, in any case.
[[nodiscard]] bool HoldsGatewayToken(std::string_view text);

// Identifies the caller by x-katra-token, Authorization or x-api-key (C8, C38). An unknown, revoked
// or expired token is a 401 (E9), one without `scope` a 403.
[[nodiscard]] tl::expected<Caller, Denial> Identify(const http::Request& request, TokenBook& tokens,
                                                    Scope scope, WallTime now);

// Provider keys passed by `katra start`: only in memory, by token id and variable.
class KeyRing {
 public:
  void Put(const std::string& token_id, std::map<std::string, std::string> keys) {
    keys_[token_id] = std::move(keys);
  }
  void Drop(const std::string& token_id) {
    if (keys_.erase(token_id) != 0) digests_.Clear();
  }
  // Drops the keys of tokens for which `holds` is false.
  void Prune(const std::function<bool(const std::string& token_id)>& holds) {
    const size_t dropped =
        std::erase_if(keys_, [&](const auto& session) { return !holds(session.first); });
    if (dropped != 0) digests_.Clear();
  }
  // Variables of a .env file, which count where the environment has nothing.
  void PutFile(std::map<std::string, std::string> variables) {
    file_variables_ = std::move(variables);
  }
  // The session's key, else the one in the gateway's environment, else in the .env file; empty if
  // there is none.
  [[nodiscard]] std::string Find(const std::string& token_id, const std::string& variable) const;
  // The keys passed for this token.
  [[nodiscard]] std::vector<std::string> OfSession(const std::string& token_id) const;
  // All known keys: of all sessions, and of the variables named in `config`.
  [[nodiscard]] std::vector<std::string> Values(const RouterConfig& config) const;

  // A hash that stands for the key in circuits and usage.
  [[nodiscard]] std::string Credential(std::string_view key) {
    const Sha256Digest digest = digests_.Of(key);
    return {digest.begin(), digest.end()};
  }

 private:
  std::map<std::string, std::map<std::string, std::string>> keys_;
  std::map<std::string, std::string> file_variables_;
  Sha256Memo digests_;
};

// A response with `error` in the caller's format.
[[nodiscard]] http::Response ErrorResponse(const translate::ApiError& error, CallerFormat format,
                                           const std::string& request_id);

[[nodiscard]] translate::ApiError MakeError(translate::Failure failure, int status,
                                            std::string type, std::string message);

}  // namespace katra::router::gateway
