// Writes to a client in its own format: events as they arrive, whole answers, signs of life and
// errors. One class per format (messages_client.cc, chat_client.cc, responses_client.cc). Knows no
// upstream and no candidate.
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

// On the loop's thread. After the client has disconnected, writing does nothing.
class ClientWriter {
 public:
  // The writer for the format of `endpoint`. `clock` is borrowed.
  [[nodiscard]] static std::unique_ptr<ClientWriter> Make(Endpoint endpoint,
                                                          std::shared_ptr<http::Exchange> exchange,
                                                          const Clock& clock,
                                                          std::string request_id);
  virtual ~ClientWriter() = default;
  ClientWriter(const ClientWriter&) = delete;
  ClientWriter& operator=(const ClientWriter&) = delete;

  [[nodiscard]] virtual CallerFormat format() const = 0;
  // nullopt: the Messages API, whose answers need no translation.
  [[nodiscard]] virtual std::optional<translate::OpenAiClientFormat> openai_format() const = 0;
  // Whether the client's body can be sent to an upstream that speaks `interface`. If not, it is
  // translated to a Messages request first.
  [[nodiscard]] virtual bool CanAsk(Interface interface) const = 0;
  // The error for a body that is not a JSON object. `said`: the body parser's message.
  [[nodiscard]] virtual std::string NoObject(std::string said) const = 0;
  // The request in Messages form, which translating answers needs. Borrowed.
  virtual void SetRequest(const translate::OpenAiClientRequest& request) = 0;

  // Sends the head of a stream; everything later is part of that stream. Call it once.
  void BeginStream(http::Headers headers);
  [[nodiscard]] bool streaming() const { return streaming_; }
  // Complete events of a stream. `own_format`: in the client's format; otherwise in that of the
  // Messages API.
  virtual void WriteEvents(std::string_view events, bool own_format) = 0;
  // An event could not be translated; the client was sent an error (S46).
  [[nodiscard]] virtual bool unreadable() const { return false; }
  // Ends a complete stream, with the format's end marker if it has one.
  virtual void EndStream() = 0;
  // Ends a stream that broke off within the answer (S35, S36). `event`: the error as an event of
  // the upstream's format; empty: it has already been sent.
  virtual void BreakStream(const translate::ApiError& error, const std::string& event) = 0;
  // Ends a stream on which only signs of life were sent. `reply`: the upstream's body if it is an
  // error event, otherwise empty.
  virtual void FailStream(const translate::ApiError& error, std::string_view reply) = 0;
  // For a client that waits on a stream. `content`: part of the answer has been sent.
  virtual void WriteSignOfLife(bool content) = 0;
  [[nodiscard]] bool SilentFor(std::chrono::milliseconds time) const;

  // A whole Messages reply, translated to the client's format. kInvalidArgument: it is not one.
  [[nodiscard]] virtual Result<std::string> ReplyOf(std::string messages_reply) const = 0;
  void Respond(http::Response response) { exchange_->Respond(std::move(response)); }
  [[nodiscard]] http::Response ErrorOf(const translate::ApiError& error) const {
    return ErrorResponse(error, format(), request_id_);
  }

  // What to do with the upstream because of how fast the client reads.
  enum class Demand : uint8_t { kNothing, kPause, kLeave };
  // Call after each write. `can_pause`: the upstream can be paused. If it cannot, a client that is
  // too far behind loses its stream: kLeave, returned once (U2, U3).
  [[nodiscard]] Demand DemandOn(bool can_pause);
  // True: the upstream was paused and should resume.
  [[nodiscard]] bool Drained() { return std::exchange(paused_, false); }
  [[nodiscard]] bool paused() const { return paused_; }
  // Call when another upstream begins.
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
  bool streaming_ = false;  // the head of a stream was sent
  bool paused_ = false;     // the upstream is paused until the client has read
  bool behind_ = false;     // the client lost the stream because it read too slowly
};

}  // namespace katra::router::gateway
