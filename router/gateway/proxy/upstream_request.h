// One try at one candidate: asks the upstream and gives what comes back in the Messages form,
// whatever format the upstream speaks, or as it is where that is what the client speaks. Nothing is
// given before content is there, so that a failure until then leaves the way open to another
// candidate. Knows no client connection.
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
  // Whole events of a stream; the first call means that content is there.
  virtual void OnFlow(std::string_view events) = 0;
  // A whole reply.
  virtual void OnWhole(std::string body) = 0;
  // Once, the last call: the answer is complete.
  virtual void OnDone() = 0;
  // Once, the last call: no content was given. `raw` is set when the client's format allows it.
  virtual void OnFailed(const translate::ApiError& error, std::unique_ptr<RawReply> raw) = 0;
  // Once, the last call: the stream ended after content. `told`: its error event was given.
  virtual void OnBroken(const translate::ApiError& error, bool told) = 0;
};

// A Messages body in the shape of a platform (platform_request.h).
struct PlatformBody {
  std::shared_ptr<const std::string> body;  // never null
  std::string sha256;                       // in hexadecimal, where it is signed
  std::vector<std::string> betas;
  std::vector<std::string> dropped;
};

// What was made of the client's body for one candidate (preparation.h).
struct PreparedBody {
  std::shared_ptr<const std::string> body;             // a cleaned one; nullptr: as it is
  std::shared_ptr<const translate::RequestPeek> peek;  // of `body`
  std::optional<translate::TranslatedRequest> chat;    // for Chat Completions or Responses
  std::optional<PlatformBody> platform;                // instead of `body`, where one wants it
  std::vector<http::Header> headers;                   // of the platform, by what is in the body
  bool needs_messages = false;               // the client's own form does not do for this candidate
  std::optional<translate::ApiError> error;  // it cannot be put to this candidate
  std::vector<std::string> dropped;          // of `body`: what it was made without
  int64_t estimate = -1;                     // of the input's tokens; -1: none was needed
  int64_t input_estimate = 0;                // the same, calibrated
};

// What an attempt goes with.
struct UpstreamCredential {
  std::string key;  // of the provider; empty: none is needed, or the caller's own login is used
  // Where a platform's exchange says that the key may go; empty: as the provider says.
  std::string base_url;
  Login login;  // the caller's own, where it may go and `key` is empty
};

// What the client wants: the same for all attempts of its request. Outlives them.
struct ClientRequest {
  const http::Request* http = nullptr;
  // Headers, plans and raw errors mean something to a client of the upstream's own format alone.
  CallerFormat format = CallerFormat::kMessages;
  bool count_only = false;
  std::string request_id;

  [[nodiscard]] bool speaks_messages() const { return format == CallerFormat::kMessages; }
};

// What an upstream request is made of. What is pointed at is borrowed for as long as it lives; none
// of it is null.
struct UpstreamPlan {
  // Where it goes.
  const policy::Candidate* candidate = nullptr;
  UpstreamCredential credential;
  // What it asks for. `body` is in the Messages form, or as the client wrote it.
  const ClientRequest* client = nullptr;
  std::shared_ptr<const std::string> body;
  const translate::RequestPeek* peek = nullptr;  // of `body`
  // How.
  const Settings* settings = nullptr;
  const Clock* clock = nullptr;
  // What the upstream was sent, and may repeat.
  std::shared_ptr<const KnownSecrets> secrets;
};

class UpstreamRequest {
 public:
  virtual ~UpstreamRequest() = default;
  // Never calls back from within.
  virtual void Begin(http::Client& client) = 0;
  virtual void Pause() = 0;
  virtual void Resume() = 0;
  // Once in a while.
  virtual void Tick() {}

  [[nodiscard]] virtual translate::Usage usage() const = 0;
  [[nodiscard]] virtual std::string reported_model() const = 0;
  [[nodiscard]] virtual std::string upstream_id() const = 0;
  [[nodiscard]] virtual int status() const = 0;
  [[nodiscard]] virtual const http::Headers& reply_headers() const = 0;
  [[nodiscard]] virtual const std::vector<std::string>& dropped() const = 0;
  // The body of a refusal that was given without its raw reply.
  [[nodiscard]] virtual std::string_view refusal() const { return {}; }
  // Faults of the answer that were mended or passed over, for the log.
  [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }
  // What is given is in the client's own format, near as the upstream sent it.
  [[nodiscard]] virtual bool same_format() const = 0;
  // `error` as the event that ends a stream in the format that is given.
  [[nodiscard]] virtual std::string ErrorEvent(const translate::ApiError& error) const = 0;
  // Parts of the answer that are not understood and were left out: "output.TYPE", "event.TYPE".
  [[nodiscard]] virtual std::vector<std::string> left_out() const { return {}; }
};

[[nodiscard]] std::unique_ptr<UpstreamRequest> MakeMessagesUpstreamRequest(
    UpstreamPlan&& plan, PreparedBody&& prepared, UpstreamCallbacks& events);
// `prepared.chat` is there.
[[nodiscard]] std::unique_ptr<UpstreamRequest> MakeChatUpstreamRequest(UpstreamPlan&& plan,
                                                                       PreparedBody&& prepared,
                                                                       UpstreamCallbacks& events);

// What both have in common: timeouts, the HTTP version, and the failure of a call.
[[nodiscard]] http::Outgoing StartOutgoing(const Settings& settings, const Provider& provider);
[[nodiscard]] translate::ApiError FailureOf(const http::CallEnd& end, const std::string& provider);
[[nodiscard]] translate::Headers ToPairs(const http::Headers& headers);
[[nodiscard]] bool IsEventStream(const http::Headers& headers);

}  // namespace katra::router::gateway
