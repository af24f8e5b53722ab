// An upstream that speaks the Messages API. The body is forwarded byte for byte except for spliced
// values (R1-R8), and the answer as it arrives (S44). Usage is read along the way.
#include <algorithm>
#include <utility>

#include "core/json_write.h"
#include "core/text.h"
#include "router/cloud/bedrock_stream.h"
#include "router/credentials/credential.h"
#include "router/gateway/proxy/answer_form_adapter.h"
#include "router/gateway/proxy/answer_watchdog.h"
#include "router/gateway/proxy/platform_request.h"
#include "router/gateway/proxy/upstream_request.h"
#include "router/translate/error_text.h"
#include "router/translate/messages/usage_tap.h"
#include "router/translate/signature.h"

namespace katra::router::gateway {
namespace {

using translate::ApiError;
using translate::BodyForm;

// The end of the last complete event in `bytes`; 0: there is none.
size_t EventsEnd(std::string_view bytes) {
  for (size_t at = bytes.rfind('\n'); at != std::string_view::npos && at > 0;
       at = bytes.rfind('\n', at - 1)) {
    if (bytes[at - 1] == '\n') return at + 1;
    if (at > 1 && bytes[at - 1] == '\r' && bytes[at - 2] == '\n') return at + 1;
  }
  return 0;
}

class MessagesUpstreamRequest final : public UpstreamRequest {
 public:
  MessagesUpstreamRequest(UpstreamPlan&& plan, PreparedBody&& prepared, UpstreamCallbacks& events)
      : plan_(std::move(plan)),
        events_(events, plan_.peek->stream && !plan_.client->count_only, provider_name()),
        watchdog_(plan_.settings->answer, *plan_.clock, provider_name()) {
    dropped_ = std::move(prepared.dropped);
    platform_ = std::move(prepared.platform);
    if (platform_)
      dropped_.insert(dropped_.end(), platform_->dropped.begin(), platform_->dropped.end());
    if (!prepared.body) return;
    plan_.body = std::move(prepared.body);
    own_peek_ = std::move(prepared.peek);
    plan_.peek = own_peek_.get();
  }

  void Begin(http::Client& client) override {
    const Provider& provider = *plan_.candidate->provider;
    http::Outgoing outgoing = StartOutgoing(*plan_.settings, provider);
    if (platform_) {
      ApplyPlatform(plan_, *platform_, SystemClock().Now(), &outgoing);
      platform_.reset();
    } else {
      Address(provider, &outgoing);
    }
    plan_.body.reset();
    call_ = client.Start(std::move(outgoing), {[this](int status, const http::Headers& headers) {
                                                 status_ = status;
                                                 TakeHead(headers);
                                               },
                                               [this](std::string_view bytes) { OnData(bytes); },
                                               [this](const http::CallEnd& end) { OnEnd(end); }});
  }
  void Pause() override {
    watchdog_.Pause(true);
    if (call_) call_->Pause();
  }
  void Resume() override {
    watchdog_.Pause(false);
    if (call_) call_->Resume();
  }
  void Tick() override {
    if (ended_) return;
    if (auto late = watchdog_.Tick()) Stop(std::move(*late));
  }

  translate::Usage usage() const override { return answer().usage; }
  std::string reported_model() const override { return answer().model; }
  std::string upstream_id() const override {
    const std::string* id = headers_.Find("request-id");
    if (id == nullptr) id = headers_.Find("x-amzn-requestid");
    return id != nullptr ? *id : answer().message_id;
  }
  int status() const override { return status_; }
  const http::Headers& reply_headers() const override { return headers_; }
  const std::vector<std::string>& dropped() const override { return dropped_; }
  bool same_format() const override { return plan_.client->speaks_messages(); }
  std::string ErrorEvent(const ApiError& error) const override {
    return translate::MessagesErrorEvent(error, plan_.client->request_id);
  }

 private:
  const translate::TappedAnswer& answer() const { return streaming_ ? tap_.answer() : whole_; }
  const std::string& provider_name() const { return plan_.candidate->provider->name; }

  void Address(const Provider& provider, http::Outgoing* outgoing) const {
    outgoing->url = provider.messages_base_url + "/v1/messages";
    if (plan_.client->count_only) outgoing->url += "/count_tokens";
    outgoing->headers = MakeHeaders(provider);
    const bool betas = Has(outgoing->headers, "anthropic-beta");
    if (betas && !provider.messages_query.empty()) outgoing->url += "?" + provider.messages_query;
    outgoing->body = MakeBody(provider);
  }

  void TakeHead(const http::Headers& headers) {
    headers_ = headers;
    if (status_ == 200 && IsBinaryEventStream(headers)) {
      frames_ = std::make_unique<cloud::BedrockStream>(plan_.settings->answer.event_bytes);
    }
    streaming_ = frames_ != nullptr;  // otherwise its first bytes decide
    labelled_ = IsEventStream(headers);
    watchdog_.Head(status_);
  }

  static bool Has(const std::vector<http::Header>& headers, std::string_view name) {
    return std::any_of(headers.begin(), headers.end(), [&](const http::Header& header) {
      return http::EqualsIgnoreCase(header.name, name);
    });
  }

  std::vector<http::Header> MakeHeaders(const Provider& provider) const {
    std::vector<http::Header> headers;
    if (plan_.client->speaks_messages()) {
      headers = ForwardedHeaders(*plan_.client->http, provider, !plan_.credential.login.empty());
    }
    headers.push_back({"content-type", "application/json"});
    if (!Has(headers, "accept")) {
      headers.push_back({"accept", plan_.peek->stream ? "text/event-stream" : "application/json"});
    }
    if (!Has(headers, "anthropic-version")) {
      headers.push_back({"anthropic-version", "2023-06-01"});
    }
    if (!plan_.credential.key.empty()) {  // R3: never send both our key and the user's
      for (http::Header& header :
           credentials::CredentialHeaders(provider, Interface::kMessages, plan_.credential.key)) {
        headers.push_back(std::move(header));
      }
      return headers;
    }
    if (!plan_.credential.login.authorization.empty()) {
      headers.push_back({"authorization", plan_.credential.login.authorization});
    }
    if (!plan_.credential.login.api_key.empty())
      headers.push_back({"x-api-key", plan_.credential.login.api_key});
    return headers;
  }

  // The client's body with the changes spliced between its pieces.
  static http::Body Splice(const std::shared_ptr<const std::string>& whole,
                           const translate::RequestPeek& peek, const translate::Changes& changes) {
    http::Body body;
    const std::string_view bytes = *whole;
    size_t at = 0;
    for (translate::Edit& edit : translate::PlanSplice(peek, changes)) {
      body.Append(whole, bytes.substr(at, edit.span.begin - at));
      body.Append(std::move(edit.with));
      at = edit.span.end;
    }
    body.Append(whole, bytes.substr(at));
    return body;
  }

  http::Body MakeBody(const Provider& provider) const {
    const policy::Candidate& candidate = *plan_.candidate;
    translate::Changes changes;
    if (candidate.model != plan_.peek->model) changes.model = candidate.model;
    changes.max_output_tokens = MaxOutputTokens(provider, candidate.model);
    return Splice(plan_.body, *plan_.peek, changes);
  }

  void OnData(std::string_view bytes) {
    if (ended_) return;
    if (frames_) {
      OnFrames(bytes);
      return;
    }
    if (streaming_) {
      OnStream(bytes, bytes.size());
      return;
    }
    const size_t room = watchdog_.Room(body_.size(), bytes.size());
    body_.append(bytes.substr(0, room));
    if (room < bytes.size()) {
      Stop(watchdog_.TooLong());
    } else if (status_ == 200 && form_.form() == BodyForm::kUnknown) {
      TakeForm(ReadAs(form_.Feed(bytes), labelled_));
    }
  }

  void TakeForm(BodyForm form) {
    if (form == BodyForm::kEvents) {
      streaming_ = true;
      const std::string begun = std::exchange(body_, {});
      OnStream(begun, begun.size());
    } else if (form != BodyForm::kUnknown) {
      body_.erase(0, form_.skipped());
    } else if (auto wrong = watchdog_.BeforeContent(body_.size())) {
      Stop(std::move(*wrong));
    }
  }

  // Forward the intact part before reporting the damage after it.
  void OnFrames(std::string_view bytes) {
    std::string events;
    const Status whole = frames_->Feed(bytes, &events);
    OnStream(events, bytes.size());
    if (ended_ || whole || tap_.answer().complete || tap_.answer().failed) return;
    Stop(translate::NoAnswer(provider_name() + " sent a damaged stream, and a part of the answer " +
                             "is lost: " + whole.error().message));
  }

  // `received`: how many bytes arrived to make `bytes`, which hold no incomplete frame.
  void OnStream(std::string_view bytes, size_t received) {
    const size_t before = tap_.progress();
    tap_.Feed(bytes);
    if (tap_.progress() > before) watchdog_.Progress();
    const translate::TappedAnswer& seen = tap_.answer();
    if (auto wrong = watchdog_.Stream(received, seen.content_started)) {
      Stop(std::move(*wrong));
      return;
    }
    if (bytes.empty()) return;
    if (seen.broken && !seen.failed) {  // S46
      Stop(translate::NoAnswer(provider_name() +
                               " sent an event that cannot be read: a part of the answer is lost"));
      return;
    }
    if (flowing_ && held_.empty() && EventsEnd(bytes) == bytes.size()) {
      Give(bytes);
      return;
    }
    Hold(bytes);
    if (!flowing_ && seen.failed && !seen.content_started) return;  // S34: reported at the end
    if (!flowing_ && !seen.content_started && !seen.complete) return;
    GiveHeld();
    if (ended_) return;
    if (auto wrong = watchdog_.Event(held_.size())) Stop(std::move(*wrong));
  }

  // Searches the new bytes for the end of an event, and the two before them, which may be part of
  // it.
  void Hold(std::string_view bytes) {
    const size_t begin = held_.size() - std::min<size_t>(held_.size(), 2);
    held_.append(bytes);
    const size_t end = EventsEnd(std::string_view(held_).substr(begin));
    if (end != 0) held_end_ = begin + end;
  }

  // Everything but an error is forwarded byte for byte.
  void Give(std::string_view events) {
    const translate::TappedAnswer& seen = tap_.answer();
    if (seen.failed || seen.named_error) {
      events_.OnFlow(plan_.secrets->Without(std::string(events)));
    } else {
      events_.OnFlow(events);
    }
  }

  // Redact before reading from it: a shortened text may end within a key.
  ApiError Complaint(int status) {
    body_ = plan_.secrets->Without(std::move(body_));
    return translate::FromUpstream(RefusalStatus(*plan_.candidate->provider, status, headers_),
                                   ToPairs(headers_), body_, provider_name());
  }

  void GiveHeld() {
    const size_t end = std::exchange(held_end_, 0);
    if (end == 0) return;
    flowing_ = true;
    const std::string whole = held_.substr(0, end);
    held_.erase(0, end);
    Give(whole);
  }

  // The upstream exceeded a limit. If it reported an error before, that error still counts.
  void Stop(ApiError error) {
    call_.reset();
    if (flowing_) {
      Break(std::move(error));
    } else if (status_ >= 400) {
      Fail(Complaint(status_), false);
    } else {
      Fail(std::move(error), false);
    }
  }

  void OnEnd(const http::CallEnd& end) {
    if (ended_) return;
    const bool empty = status_ == 200 && form_.form() == BodyForm::kUnknown;
    if (empty && labelled_) TakeForm(BodyForm::kEvents);
    if (ended_) return;
    if (status_ == 0) {
      Fail(FailureOf(end, provider_name()), false);
    } else if (streaming_) {
      EndOfStream(end);
    } else if (status_ == 200 && end.complete) {
      EndOfWhole();
    } else if (end.complete || status_ >= 400) {
      Fail(Complaint(status_), true);
    } else {
      Fail(FailureOf(end, provider_name()), false);
    }
  }

  void EndOfStream(const http::CallEnd& end) {
    const translate::TappedAnswer& seen = tap_.answer();
    if (!flowing_ && seen.failed) {
      body_ = held_;
      Fail(SaidInStream(), true);
      return;
    }
    if (seen.complete || seen.failed) {
      if (!held_.empty()) {
        held_ += "\n\n";  // the final blank line is missing
        flowing_ = true;
        const std::string rest = std::exchange(held_, {});
        Give(rest);
      }
      if (ended_) return;
      ended_ = true;
      if (seen.complete) {
        events_.OnDone();
      } else {
        events_.OnBroken(SaidInStream(), true);
      }
      return;
    }
    ApiError error = end.complete
                         ? translate::NoAnswer(provider_name() + " closed the stream early")
                         : FailureOf(end, provider_name());
    if (flowing_) {
      Break(std::move(error));  // S36
    } else {
      Fail(std::move(error), false);  // S38
    }
  }

  // The error in the stream's error event.
  ApiError SaidInStream() const {
    const translate::TappedAnswer& seen = tap_.answer();
    std::string said;
    JsonWriter writer(said);
    writer.BeginObject().Key("type").String("error").Key("error").BeginObject();
    writer.Key("type").String(seen.error_type);
    writer.Key("message").String(plan_.secrets->Without(seen.error_message));
    writer.EndObject().EndObject();
    return translate::FromUpstream(200, ToPairs(headers_), said, provider_name());
  }

  void EndOfWhole() {
    whole_ = translate::TapReply(body_);
    const bool error = whole_.failed || !whole_.error_type.empty();
    const bool object = !Trim(body_).empty() && Trim(body_).front() == '{';
    if (plan_.client->count_only && object && !error) {
      Complete();
    } else if (error) {
      Fail(Complaint(200), true);
    } else if (!object || !whole_.complete) {
      Fail(translate::NoAnswer(provider_name() + " answered with something that is not a message"),
           false);
    } else {
      Complete();
    }
  }

  void Complete() {
    ended_ = true;
    events_.OnWhole(std::move(body_));
  }
  void Fail(ApiError error, bool raw) {
    ended_ = true;
    std::unique_ptr<RawReply> reply;
    // A web page, a plain text (E2) or a redirect is not an error of this format.
    const bool refused = status_ >= 400 && status_ < 600;
    const bool asked = streaming_ == plan_.peek->stream;  // the reply has the requested form
    const bool formed = (status_ == 200 && asked) || (refused && Trim(body_).substr(0, 1) == "{");
    const bool fits = formed && translate::FindMarkup(translate::ReadErrorText(body_).message) ==
                                    std::string::npos;
    if (raw && fits && plan_.client->speaks_messages() &&
        !plan_.candidate->provider->quirks.openai_shaped_errors) {
      reply = std::make_unique<RawReply>(RawReply{status_, headers_, std::move(body_)});
    }
    events_.OnFailed(error, std::move(reply));
  }
  void Break(ApiError error) {
    ended_ = true;
    events_.OnBroken(error, false);
  }

  UpstreamPlan plan_;
  std::shared_ptr<const translate::RequestPeek> own_peek_;  // of a changed body
  AnswerFormAdapter events_;
  int status_ = 0;
  http::Headers headers_;
  std::optional<PlatformBody> platform_;  // until the request is sent
  std::unique_ptr<cloud::BedrockStream> frames_;
  bool labelled_ = false;  // the content type says that the answer is a stream
  translate::FormSniffer form_;
  bool streaming_ = false;  // the answer is a stream
  bool flowing_ = false;
  bool ended_ = false;
  AnswerWatchdog watchdog_;
  size_t held_end_ = 0;  // the end of the last complete event in `held_`
  std::string held_;     // events until the first content; afterwards an incomplete event
  std::string body_;     // if the answer is not a stream, or not yet known to be one
  translate::UsageTap tap_;
  translate::TappedAnswer whole_;
  std::vector<std::string> dropped_;
  std::unique_ptr<http::Call> call_;  // declared last: destroyed first
};

}  // namespace

std::unique_ptr<UpstreamRequest> MakeMessagesUpstreamRequest(UpstreamPlan&& plan,
                                                             PreparedBody&& prepared,
                                                             UpstreamCallbacks& events) {
  return std::make_unique<MessagesUpstreamRequest>(std::move(plan), std::move(prepared), events);
}

}  // namespace katra::router::gateway
