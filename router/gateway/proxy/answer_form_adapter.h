// Converts an upstream's answer to the form that the client asked for: a stream or a whole reply,
// whichever of them the upstream sends (S50). Sits between an UpstreamRequest and its
// ProxiedRequest.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "router/gateway/proxy/upstream_request.h"
#include "router/translate/messages/answer_form.h"

namespace katra::router::gateway {

// An answer in the requested form is forwarded as it arrives. One that must be converted is held
// back until it is complete, so that another candidate can answer if it breaks off.
class AnswerFormAdapter final : public UpstreamCallbacks {
 public:
  // `events` is borrowed. `stream`: what the client asked for. `provider`: for messages.
  AnswerFormAdapter(UpstreamCallbacks& events, bool stream, std::string provider);

  // Convert between a reply and its events, for answers that are not in the Messages format.
  // nullopt: the answer cannot be read.
  struct Forms {
    std::function<std::optional<std::string>(std::string_view reply)> to_events;
    std::function<std::optional<std::string>(std::string_view events)> to_reply;
  };
  void SetForms(Forms forms) { forms_ = std::move(forms); }

  void OnFlow(std::string_view events) override;
  void OnWhole(std::string body) override;
  void OnDone() override;
  void OnFailed(const translate::ApiError& error, std::unique_ptr<RawReply> raw) override;
  void OnBroken(const translate::ApiError& error, bool told) override;

 private:
  UpstreamCallbacks& events_;
  bool stream_;
  std::string provider_;
  translate::ReplyBuilder reply_;
  std::optional<Forms> forms_;
  std::string stream_bytes_;  // a stream to convert to a reply, if forms_ is set
};

// How to read the body of a 200 response. `seen`: what its first bytes say. `labelled`: its content
// type says that it is a stream, which decides if the bytes are not conclusive. kUnknown: wait for
// more bytes.
[[nodiscard]] translate::BodyForm ReadAs(translate::BodyForm seen, bool labelled);

}  // namespace katra::router::gateway
