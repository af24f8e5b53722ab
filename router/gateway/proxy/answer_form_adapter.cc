#include "router/gateway/proxy/answer_form_adapter.h"

#include <utility>

namespace katra::router::gateway {

using translate::BodyForm;

AnswerFormAdapter::AnswerFormAdapter(UpstreamCallbacks& events, bool stream, std::string provider)
    : events_(events), stream_(stream), provider_(std::move(provider)) {}

void AnswerFormAdapter::OnFlow(std::string_view events) {
  if (stream_) {
    events_.OnFlow(events);
  } else if (forms_) {
    stream_bytes_.append(events);
  } else {
    reply_.Feed(events);
  }
}

void AnswerFormAdapter::OnWhole(std::string body) {
  if (!stream_) {
    events_.OnWhole(std::move(body));
    return;
  }
  const auto events = forms_ ? forms_->to_events(body) : translate::ToEvents(body);
  if (!events) {
    events_.OnFailed(
        translate::NoAnswer(provider_ + " answered with something that is not a message"), nullptr);
    return;
  }
  events_.OnFlow(*events);
  events_.OnDone();
}

void AnswerFormAdapter::OnDone() {
  if (stream_) {
    events_.OnDone();
    return;
  }
  auto reply = forms_ ? forms_->to_reply(stream_bytes_) : reply_.Reply();
  if (reply) {
    events_.OnWhole(std::move(*reply));
  } else {
    events_.OnFailed(
        translate::NoAnswer(provider_ + " sent an event that cannot be read: a part of the answer "
                                        "is lost"),
        nullptr);
  }
}

void AnswerFormAdapter::OnFailed(const translate::ApiError& error, std::unique_ptr<RawReply> raw) {
  events_.OnFailed(error, std::move(raw));
}

void AnswerFormAdapter::OnBroken(const translate::ApiError& error, bool told) {
  if (stream_) {
    events_.OnBroken(error, told);
  } else {
    events_.OnFailed(error, nullptr);
  }
}

BodyForm ReadAs(BodyForm seen, bool labelled) {
  return seen == BodyForm::kOther && labelled ? BodyForm::kEvents : seen;
}

}  // namespace katra::router::gateway
