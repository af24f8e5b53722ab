// Who asks: the token of a request, and whether a browser of elsewhere sent it. Knows no provider.
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
  Permit permit;
  // The client's own login, when the token came in x-katra-token (C10). Where it may go: LoginFor.
  std::string own_authorization;
  std::string own_api_key;
};

// Why a caller is refused, and whose token it came with as far as that is known.
struct Denial : translate::ApiError {
  std::string reason;  // for the audit log: a few words of ours
  std::string persona;
  std::string token_id;
};

// The formats that callers speak, for errors.
enum class CallerFormat { kMessages, kOpenAi };
[[nodiscard]] CallerFormat FormatOf(std::string_view path);

// "/v1/v1/messages" -> "/v1/messages": a base URL that ended in /v1.
[[nodiscard]] std::string_view PlainPath(std::string_view path);

// An error when Host or Origin are not of this machine (DNS rebinding). `any_host`: the gateway
// listens for others on purpose.
[[nodiscard]] std::optional<translate::ApiError> CheckSource(const http::Request& request,
                                                             bool any_host);

// "Bearer abc" -> "abc".
[[nodiscard]] std::string_view WithoutScheme(std::string_view authorization);

// A login that may be sent on: "Bearer " and one word of the bytes that such words consist of
// (RFC 6750); a key: the word alone. Empty for anything else, and for what holds a token of the
// gateway in any spelling: this one or an older one, it is nobody's login.
[[nodiscard]] std::string OwnAuthorization(std::string_view authorization);
[[nodiscard]] std::string OwnApiKey(std::string_view api_key);
// Whether the mark of the gateway's tokens occurs, without regard to case.
[[nodiscard]] bool HoldsGatewayToken(std::string_view text);

// By x-katra-token, Authorization or x-api-key (C8, C38). A token that is unknown, has ended or has
// expired is a 401 (E9), one without `scope` a 403.
[[nodiscard]] tl::expected<Caller, Denial> Identify(const http::Request& request, TokenBook& tokens,
                                                    Scope scope, WallTime now);

// Provider keys handed over by `katra start`: in memory only, by token id and variable.
class KeyRing {
 public:
  void Put(const std::string& token_id, std::map<std::string, std::string> keys) {
    keys_[token_id] = std::move(keys);
  }
  void Drop(const std::string& token_id) {
    if (keys_.erase(token_id) != 0) digests_.Clear();
  }
  // Keeps those of the tokens that `holds` says to be there.
  void Prune(const std::function<bool(const std::string& token_id)>& holds) {
    const size_t dropped =
        std::erase_if(keys_, [&](const auto& session) { return !holds(session.first); });
    if (dropped != 0) digests_.Clear();
  }
  // Of the session, else of the gateway's own environment; empty: none.
  [[nodiscard]] std::string Find(const std::string& token_id, const std::string& variable) const;
  // Handed over for this token.
  [[nodiscard]] std::vector<std::string> OfSession(const std::string& token_id) const;
  // Every key that is known: of all sessions, and of the variables that `config` names.
  [[nodiscard]] std::vector<std::string> Values(const RouterConfig& config) const;

  // What circuits and usage know a key by: never the key itself.
  [[nodiscard]] std::string Credential(std::string_view key) {
    const Sha256Digest digest = digests_.Of(key);
    return {digest.begin(), digest.end()};
  }

 private:
  std::map<std::string, std::map<std::string, std::string>> keys_;
  Sha256Memo digests_;
};

// The answer with `error` in the caller's format.
[[nodiscard]] http::Response ErrorResponse(const translate::ApiError& error, CallerFormat format,
                                           const std::string& request_id);

[[nodiscard]] translate::ApiError MakeError(translate::Failure failure, int status,
                                            std::string type, std::string message);

}  // namespace katra::router::gateway
