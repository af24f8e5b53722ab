// One attempt at one candidate. Sends the request and delivers the answer in the Messages format,
// whatever format the upstream speaks, or unchanged if the client speaks the upstream's format.
// Delivers nothing before the first content, so that another candidate can be tried after an
// earlier failure. Knows no client connection.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/http/client.h"
#include "core/known_secrets.h"
#include "router/gateway/access/login.h"
#include "router/gateway/settings.h"
#include "router/policy/policy.h"
#include "router/translate/errors.h"
#include "router/translate/memo.h"
#include "router/translate/messages/face_fit.h"
#include "router/translate/messages/splice.h"
#include "router/translate/reasoning_store.h"
#include "router/translate/request.h"
#include "router/translate/usage.h"

namespace katra::router::gateway {

// An upstream's reply as it came, for a client of the same format (E1).
struct RawReply {
  int status = 0;
  http::Headers headers;
  std::string body;
};

class UpstreamCallbacks {
 public:
  virtual ~UpstreamCallbacks() = default;
  // Complete events of a stream. The first call means that content has arrived.
  virtual void OnFlow(std::string_view events) = 0;
  // A whole reply.
  virtual void OnWhole(std::string body) = 0;
  // Once, the last call: the answer is complete.
  virtual void OnDone() = 0;
  // Once, the last call: it failed before any content. `raw`: set if the client's format allows it.
  virtual void OnFailed(const translate::ApiError& error, std::unique_ptr<RawReply> raw) = 0;
  // Once, the last call: the stream broke off after content. `told`: OnFlow delivered its error
  // event.
  virtual void OnBroken(const translate::ApiError& error, bool told) = 0;
};

// A Messages body in a platform's shape (platform_request.h).
struct PlatformBody {
  std::shared_ptr<const std::string> body;  // never null
  std::string sha256;                       // hexadecimal; only for signed requests
  std::vector<std::string> betas;
  std::vector<std::string> dropped;
};

// The client's body, prepared for one candidate (preparation.h).
struct PreparedBody {
  std::shared_ptr<const std::string> body;             // a cleaned copy; nullptr: use it unchanged
  std::shared_ptr<const translate::RequestPeek> peek;  // of `body`
  std::optional<translate::TranslatedRequest> chat;    // for Chat Completions or Responses
  std::optional<PlatformBody> platform;                // replaces `body` for a platform
  std::vector<http::Header> headers;                   // the platform's, which depend on the body
  bool needs_messages = false;               // this candidate cannot take the client's own format
  std::optional<translate::ApiError> error;  // the body cannot be sent to this candidate
  std::vector<std::string> dropped;          // what was removed from the body
  int64_t estimate = -1;                     // input tokens; -1: not needed
  int64_t input_estimate = 0;                // the same, calibrated
};

// The credential of an attempt.
struct UpstreamCredential {
  std::string key;  // empty: none is needed, or the caller's own login is used
  // The address that a platform's exchange returned for the key; empty: the provider's.
  std::string base_url;
  Login login;  // the caller's own, if it may be sent there and `key` is empty
};

// The client's request, shared by all of its attempts, which it outlives.
struct ClientRequest {
  const http::Request* http = nullptr;
  // Headers, plans and raw errors are only passed on to clients of the upstream's own format.
  CallerFormat format = CallerFormat::kMessages;
  bool count_only = false;
  std::string request_id;

  [[nodiscard]] bool speaks_messages() const { return format == CallerFormat::kMessages; }
};

// What an upstream request is made from. Pointers are borrowed for the request's lifetime and never
// null.
struct UpstreamPlan {
  // The destination.
  const policy::Candidate* candidate = nullptr;
  UpstreamCredential credential;
  // The content. `body` is in the Messages format, or as the client sent it.
  const ClientRequest* client = nullptr;
  std::shared_ptr<const std::string> body;
  const translate::RequestPeek* peek = nullptr;  // of `body`
  // The conditions.
  const Settings* settings = nullptr;
  const Clock* clock = nullptr;
  // Secrets that the upstream was sent and may repeat.
  std::shared_ptr<const KnownSecrets> secrets;
};

class UpstreamRequest {
 public:
  virtual ~UpstreamRequest() = default;
  // Never calls a callback before it returns.
  virtual void Begin(http::Client& client) = 0;
  virtual void Pause() = 0;
  virtual void Resume() = 0;
  // Call periodically.
  virtual void Tick() {}

  [[nodiscard]] virtual translate::Usage usage() const = 0;
  [[nodiscard]] virtual std::string reported_model() const = 0;
  [[nodiscard]] virtual std::string upstream_id() const = 0;
  [[nodiscard]] virtual int status() const = 0;
  [[nodiscard]] virtual const http::Headers& reply_headers() const = 0;
  [[nodiscard]] virtual const std::vector<std::string>& dropped() const = 0;
  // The body of a refusal, if OnFailed had no raw reply.
  [[nodiscard]] virtual std::string_view refusal() const { return {}; }
  // Faults of the answer that were repaired or ignored, for the log.
  [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }
  // The answer is delivered in the client's own format, almost as the upstream sent it.
  [[nodiscard]] virtual bool same_format() const = 0;
  // `error` as the event that ends a stream of the delivered format.
  [[nodiscard]] virtual std::string ErrorEvent(const translate::ApiError& error) const = 0;
  // Unknown parts of the answer that were dropped: "output.TYPE", "event.TYPE".
  [[nodiscard]] virtual std::vector<std::string> left_out() const { return {}; }
};

[[nodiscard]] std::unique_ptr<UpstreamRequest> MakeMessagesUpstreamRequest(
    UpstreamPlan&& plan, PreparedBody&& prepared, UpstreamCallbacks& events);
// `prepared.chat` must be set.
[[nodiscard]] std::unique_ptr<UpstreamRequest> MakeChatUpstreamRequest(UpstreamPlan&& plan,
                                                                       PreparedBody&& prepared,
                                                                       UpstreamCallbacks& events);

// Shared by both: timeouts, the HTTP version, errors of a failed call, headers.
[[nodiscard]] http::Outgoing StartOutgoing(const Settings& settings, const Provider& provider);
[[nodiscard]] translate::ApiError FailureOf(const http::CallEnd& end, const std::string& provider);
[[nodiscard]] translate::Headers ToPairs(const http::Headers& headers);
[[nodiscard]] bool IsEventStream(const http::Headers& headers);

}  // namespace katra::router::gateway
