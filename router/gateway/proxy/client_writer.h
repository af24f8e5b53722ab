// What a client is sent, in the format that it speaks: events as they come, whole answers, signs of
// life and errors. One class a format (messages_client.cc, chat_client.cc, responses_client.cc).
// Knows no upstream and no candidate.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/http/server.h"
#include "core/result.h"
#include "router/gateway/access/caller.h"
#include "router/gateway/proxy/endpoint.h"
#include "router/providers/provider.h"
#include "router/translate/openai_clients/openai_client.h"

namespace katra::router::gateway {

// On the loop's thread. Once the client has gone, writing does nothing.
class ClientWriter {
 public:
  // The writer of the format that `endpoint` is for. `clock` is borrowed.
  [[nodiscard]] static std::unique_ptr<ClientWriter> Make(Endpoint endpoint,
                                                          std::shared_ptr<http::Exchange> exchange,
                                                          const Clock& clock,
                                                          std::string request_id);
  virtual ~ClientWriter() = default;
  ClientWriter(const ClientWriter&) = delete;
  ClientWriter& operator=(const ClientWriter&) = delete;

  [[nodiscard]] virtual CallerFormat format() const = 0;
  // Nothing: the Messages API, in which answers come anyway.
  [[nodiscard]] virtual std::optional<translate::OpenAiClientFormat> openai_format() const = 0;
  // Whether the body of the client's request can be put to an upstream that is asked by
  // `interface`. Else it is made a Messages request first.
  [[nodiscard]] virtual bool CanAsk(Interface interface) const = 0;
  // Why a body that is no JSON object is refused; `said` is how the reader of bodies says it.
  [[nodiscard]] virtual std::string NoObject(std::string said) const = 0;
  // The request in the Messages form, once it is needed: answers are written by it. Borrowed.
  virtual void SetRequest(const translate::OpenAiClientRequest& request) = 0;

  // The head of a stream; what comes later is part of it. Once.
  void BeginStream(http::Headers headers);
  [[nodiscard]] bool streaming() const { return streaming_; }
  // Whole events of a stream. `own_format`: they are in the client's format, else of the Messages
  // API.
  virtual void WriteEvents(std::string_view events, bool own_format) = 0;
  // An event could not be translated; the client has been told (S46).
  [[nodiscard]] virtual bool unreadable() const { return false; }
  // The mark of a whole stream's end, where the format has one of its own, and the end.
  virtual void EndStream() = 0;
  // The end of a stream that broke off within the answer (S35, S36). `event`: the error as the
  // upstream's format has it; empty: it is out.
  virtual void BreakStream(const translate::ApiError& error, const std::string& event) = 0;
  // The end of a stream of which signs of life alone are out. `reply`: of the upstream's body, when
  // that is an event of an error; else empty.
  virtual void FailStream(const translate::ApiError& error, std::string_view reply) = 0;
  // For a client of a stream that waits. `content`: something of the answer is out.
  virtual void WriteSignOfLife(bool content) = 0;
  [[nodiscard]] bool SilentFor(std::chrono::milliseconds time) const;

  // The whole answer. `body` of a Messages reply in the client's format; kInvalidArgument: it is
  // none.
  [[nodiscard]] virtual Result<std::string> ReplyOf(std::string messages_reply) const = 0;
  void Respond(http::Response response) { exchange_->Respond(std::move(response)); }
  [[nodiscard]] http::Response ErrorOf(const translate::ApiError& error) const {
    return ErrorResponse(error, format(), request_id_);
  }

  // What the upstream has to do because of how the client reads.
  enum class Demand : uint8_t { kNothing, kPause, kLeave };
  // After each write. `can_pause`: the upstream can; else a client that is too far behind loses its
  // stream, which is said once (U2, U3).
  [[nodiscard]] Demand DemandOn(bool can_pause);
  // True: the upstream was paused, and is to go on.
  [[nodiscard]] bool Drained() { return std::exchange(paused_, false); }
  [[nodiscard]] bool paused() const { return paused_; }
  // Another upstream begins.
  void ForgetPause() { paused_ = false; }
  [[nodiscard]] static std::string TooSlow();

 protected:
  ClientWriter(std::shared_ptr<http::Exchange> exchange, const Clock& clock,
               std::string request_id);

  void Send(std::string_view bytes);
  void End() { exchange_->End(); }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] const std::string& request_id() const { return request_id_; }

 private:
  std::shared_ptr<http::Exchange> exchange_;
  const Clock& clock_;
  std::string request_id_;
  SteadyTime last_sent_;
  bool streaming_ = false;  // the head of a stream is out
  bool paused_ = false;     // the upstream is, until the client has read
  bool behind_ = false;     // the client lost the stream because it read too slowly
};

}  // namespace katra::router::gateway
