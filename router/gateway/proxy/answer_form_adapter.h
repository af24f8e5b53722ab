// An upstream's answer in the form that the client asked for, a stream or a whole reply, whichever
// the upstream has chosen (S50). Stands between an upstream request and its proxied request.
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

// An answer in the form that was asked for goes through as it comes. Of one that has to be put
// together first nothing is given before it is whole: when it breaks off, another candidate may
// answer.
class AnswerFormAdapter final : public UpstreamCallbacks {
 public:
  // `events` is borrowed. `stream`: what the client asked for. `provider`: for messages.
  AnswerFormAdapter(UpstreamCallbacks& events, bool stream, std::string provider);

  // How one form becomes the other, where the answer is not in Messages' format. Nothing: it
  // cannot be read.
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
  std::string stream_bytes_;  // of a stream that is to be a reply, where there are forms_
};

// How an upstream's body of status 200 is to be read. `labelled`: its type says that it is a
// stream. kUnknown: not yet. A body without a known beginning is what its label says.
[[nodiscard]] translate::BodyForm ReadAs(translate::BodyForm seen, bool labelled);

}  // namespace katra::router::gateway
