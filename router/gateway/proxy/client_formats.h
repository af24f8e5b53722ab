// The writers of the client formats, for ClientWriter::Make, and the base class of OpenAI's two
// formats. Internal to router/gateway/proxy.
#pragma once

#include <memory>
#include <string>

#include "router/gateway/proxy/client_writer.h"

namespace katra::router::gateway {

[[nodiscard]] std::unique_ptr<ClientWriter> MakeMessagesClient(
    std::shared_ptr<http::Exchange> exchange, const Clock& clock, std::string request_id);
[[nodiscard]] std::unique_ptr<ClientWriter> MakeChatClient(std::shared_ptr<http::Exchange> exchange,
                                                           const Clock& clock,
                                                           std::string request_id);
// `compact`: for /v1/responses/compact, which is never forwarded to an upstream.
[[nodiscard]] std::unique_ptr<ClientWriter> MakeResponsesClient(
    bool compact, std::shared_ptr<http::Exchange> exchange, const Clock& clock,
    std::string request_id);

// Translates answers of the Messages API to the client's format.
class OpenAiClientWriter : public ClientWriter {
 public:
  [[nodiscard]] CallerFormat format() const final { return CallerFormat::kOpenAi; }
  [[nodiscard]] std::string NoObject(std::string said) const final;
  void SetRequest(const translate::OpenAiClientRequest& request) final { request_ = &request; }
  void WriteEvents(std::string_view events, bool own_format) final;
  [[nodiscard]] bool unreadable() const final { return stream_ && stream_->unreadable(); }
  void EndStream() final;
  void BreakStream(const translate::ApiError& error, const std::string& event) final;
  void FailStream(const translate::ApiError& error, std::string_view reply) final;
  void WriteSignOfLife(bool content) final;
  [[nodiscard]] Result<std::string> ReplyOf(std::string messages_reply) const final;

 protected:
  using ClientWriter::ClientWriter;

 private:
  [[nodiscard]] translate::OpenAiClientIdentity Identity() const;

  const translate::OpenAiClientRequest* request_ = nullptr;
  std::unique_ptr<translate::OpenAiClientStream>
      stream_;  // created with the first translated event
};

// S2: a comment, which every client accepts as a sign of life (C34).
inline constexpr std::string_view kWaiting = ": waiting for the model\n\n";

}  // namespace katra::router::gateway
