// An upstream that speaks Chat Completions or the Responses API. Translates the request, the reply
// and the stream, or forwards them if the client speaks the same format.
#include <chrono>
#include <utility>

#include "core/text.h"
#include "router/config/endpoint.h"
#include "router/credentials/credential.h"
#include "router/gateway/proxy/answer_form_adapter.h"
#include "router/gateway/proxy/answer_watchdog.h"
#include "router/gateway/proxy/upstream_request.h"
#include "router/translate/from_chat/reply.h"
#include "router/translate/from_chat/stream.h"
#include "router/translate/from_responses/reply.h"
#include "router/translate/from_responses/stream.h"
#include "router/translate/request.h"
#include "router/translate/same_format/chat_forward.h"
#include "router/translate/same_format/responses_forward.h"

namespace katra::router::gateway {
namespace {

using translate::ApiError;
using translate::BodyForm;
using translate::StreamState;

// How long to wait for the usage after the end of the answer.
constexpr std::chrono::seconds kLingerTime{3};

class ChatUpstreamRequest final : public UpstreamRequest {
 public:
  ChatUpstreamRequest(UpstreamPlan&& plan, PreparedBody&& prepared, UpstreamCallbacks& events)
      : plan_(std::move(plan)),
        request_(std::move(*prepared.chat)),
        platform_headers_(std::move(prepared.headers)),
        responses_(request_.responses),
        input_estimate_(prepared.input_estimate),
        events_(events, request_.stream, provider_name()),
        watchdog_(plan_.settings->answer, *plan_.clock, provider_name()) {
    if (!request_.same_format) return;
    if (responses_) {
      events_.SetForms({translate::ResponsesEvents, translate::ResponsesReplyOf});
      return;
    }
    events_.SetForms({[this](std::string_view reply) {
                        return translate::ChatEvents(reply, *request_.same_format);
                      },
                      [this](std::string_view stream) {
                        return translate::ChatReplyOf(stream, request_.reply);
                      }});
  }

  void Begin(http::Client& client) override {
    const Provider& provider = *plan_.candidate->provider;
    http::Outgoing outgoing = StartOutgoing(*plan_.settings, provider);
    const std::string face = responses_ ? "/responses" : "/chat/completions";
    outgoing.url = plan_.credential.base_url.empty()
                       ? ChatAddress(provider, face, plan_.candidate->model)
                       : plan_.credential.base_url + face;
    const bool on_plan = !plan_.credential.login.empty() &&
                         IsPlan(provider, Asked(), !plan_.client->speaks_messages());
    if (on_plan) outgoing.headers = ForwardedHeaders(*plan_.client->http, provider, true);
    outgoing.headers.push_back({"content-type", "application/json"});
    if (!on_plan || plan_.client->http->headers.Find("accept") == nullptr) {
      outgoing.headers.push_back(
          {"accept", request_.stream ? "text/event-stream" : "application/json"});
    }
    if (!plan_.credential.key.empty()) {
      for (http::Header& header :
           credentials::CredentialHeaders(provider, Interface::kChat, plan_.credential.key)) {
        outgoing.headers.push_back(std::move(header));
      }
    } else if (!plan_.credential.login.authorization.empty()) {
      outgoing.headers.push_back({"authorization", plan_.credential.login.authorization});
    }
    for (http::Header& header : platform_headers_) outgoing.headers.push_back(std::move(header));
    outgoing.body.emplace(std::move(request_.body));
    plan_.body.reset();
    call_ = client.Start(std::move(outgoing), {[this](int status, const http::Headers& headers) {
                                                 status_ = status;
                                                 headers_ = headers;
                                                 // Servers that forget the type are read as what
                                                 // was asked for.
                                                 labelled_ =
                                                     IsEventStream(headers) ||
                                                     (request_.stream && !IsJsonOrPage(headers));
                                                 watchdog_.Head(status);
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
    if (auto late = watchdog_.Tick()) {
      Stop(std::move(*late));
      return;
    }
    if (!streaming_ || !reader_->Finishing()) {
      finishing_since_.reset();  // another choice may have begun
      return;
    }
    const SteadyTime now = plan_.clock->Steady();
    if (!finishing_since_) finishing_since_ = now;
    if (now - *finishing_since_ < kLingerTime) return;
    EndStream(false);
  }

  translate::Usage usage() const override {
    translate::Usage usage = reader_ ? reader_->usage() : reply_.usage;
    if (!usage.known && request_.stream) {  // S39
      usage.input_tokens = request_.reply.input_estimate_tokens;
      usage.output_tokens = reader_ ? reader_->estimated_output_tokens() : 0;
    }
    return usage;
  }
  std::string reported_model() const override { return reader_ ? reader_->model() : reply_.model; }
  std::string upstream_id() const override {
    const std::string* id = headers_.Find("x-request-id");
    if (id != nullptr) return *id;
    return reader_ ? reader_->upstream_id() : reply_.upstream_id;
  }
  int status() const override { return status_; }
  const http::Headers& reply_headers() const override { return headers_; }
  const std::vector<std::string>& dropped() const override { return request_.dropped; }
  std::string_view refusal() const override {
    return status_ >= 400 ? std::string_view(body_) : std::string_view();
  }
  bool same_format() const override { return request_.same_format.has_value(); }
  std::string ErrorEvent(const ApiError& error) const override {
    if (responses_ && forward_ != nullptr) return forward_->ErrorEvent(error);
    if (request_.same_format) return translate::ChatErrorEvent(error);
    return translate::MessagesErrorEvent(error, plan_.client->request_id);
  }
  std::vector<std::string> notes() const override {
    return reader_ ? reader_->notes() : reply_.notes;
  }
  std::vector<std::string> left_out() const override {
    return reader_ ? reader_->left_out() : reply_.left_out;
  }

 private:
  const std::string& provider_name() const { return plan_.candidate->provider->name; }
  Interface Asked() const { return responses_ ? Interface::kResponses : Interface::kChat; }

  static bool IsJsonOrPage(const http::Headers& headers) {
    const std::string* type = headers.Find("content-type");
    if (type == nullptr) return false;
    const std::string lower = ToLowerAscii(*type);
    return lower.find("json") != std::string::npos || lower.find("html") != std::string::npos;
  }

  void OnData(std::string_view bytes) {
    if (ended_) return;
    if (!streaming_) {
      const size_t room = watchdog_.Room(body_.size(), bytes.size());
      body_.append(bytes.substr(0, room));
      if (room < bytes.size()) {
        Stop(watchdog_.TooLong());
      } else if (status_ == 200 && form_.form() == BodyForm::kUnknown) {
        TakeForm(ReadAs(form_.Feed(bytes), labelled_));
      }
      return;
    }
    OnStream(bytes);
  }

  void TakeForm(BodyForm form) {
    if (form == BodyForm::kEvents) {
      streaming_ = true;
      reader_ = MakeReader();
      const std::string begun = std::exchange(body_, {});
      OnStream(begun);
    } else if (form != BodyForm::kUnknown) {
      body_.erase(0, form_.skipped());
    } else if (auto wrong = watchdog_.BeforeContent(body_.size())) {
      Stop(std::move(*wrong));
    }
  }

  std::unique_ptr<translate::UpstreamStream> MakeReader() {
    const size_t event_bytes = plan_.settings->answer.event_bytes;
    if (responses_ && request_.same_format) {
      auto made = std::make_unique<translate::ResponsesForward>(request_.reply, event_bytes);
      forward_ = made.get();
      return made;
    }
    if (request_.same_format) {
      return std::make_unique<translate::ChatForward>(request_.reply, *request_.same_format,
                                                      event_bytes);
    }
    translate::StreamOptions options;
    options.max_event_bytes = event_bytes;
    options.exact_errors = !plan_.client->speaks_messages();
    // A long history has many ids: do not copy them. The estimate stays here, too.
    translate::ReplyContext& context = request_.reply;
    if (responses_) {
      return std::make_unique<translate::ResponsesStreamReader>(std::move(context), options);
    }
    return std::make_unique<translate::ChatStreamReader>(std::move(context), options);
  }

  void OnStream(std::string_view bytes) {
    std::string& out = scratch_;
    out.clear();
    const size_t before = reader_->progress();
    const StreamState state = reader_->Feed(bytes, &out);
    if (reader_->progress() > before) watchdog_.Progress();
    auto wrong = watchdog_.Stream(bytes.size(), reader_->ContentSent());
    Act(state, out);
    if (wrong && !ended_) Stop(std::move(*wrong));
  }

  // The upstream exceeded a limit. If it reported an error before, that error still counts.
  void Stop(ApiError error) {
    call_.reset();
    if (flowing_) {
      ended_ = true;
      events_.OnBroken(error, false);
    } else if (status_ >= 400) {
      Fail(Complaint(status_));
    } else {
      Fail(std::move(error));
    }
  }

  // Redact before reading from it: a shortened text may end within a key.
  ApiError Complaint(int status) {
    body_ = plan_.secrets->Without(std::move(body_));
    return translate::FromUpstream(status, ToPairs(headers_), body_, provider_name(),
                                   input_estimate_);
  }

  void EndStream(bool cut) {
    std::string out;
    const StreamState state = reader_->Finish(cut, &out);
    Act(state, out);
  }

  // Delivers the reader's output, once there is content.
  void Act(StreamState state, std::string_view out) {
    if (state == StreamState::kFailedBeforeContent) {
      ended_ = true;
      events_.OnFailed(reader_->error(), nullptr);  // S34, S38
      return;
    }
    const bool ready = flowing_ || state != StreamState::kOpen || reader_->ContentSent();
    if (!ready) {
      held_.append(out);
      return;
    }
    flowing_ = true;
    std::string error;
    if (state == StreamState::kFailedAfterContent) {
      error = plan_.secrets->Without(std::string(out));
      out = error;
    }
    if (!held_.empty()) {
      const std::string first = std::exchange(held_, {}).append(out);
      events_.OnFlow(first);
    } else if (!out.empty()) {
      events_.OnFlow(out);
    }
    if (state == StreamState::kDone) {
      ended_ = true;
      events_.OnDone();
    } else if (state == StreamState::kFailedAfterContent) {
      ended_ = true;
      events_.OnBroken(reader_->error(), true);  // S35, S36
    }
  }

  void OnEnd(const http::CallEnd& end) {
    if (ended_) return;
    const bool empty = status_ == 200 && form_.form() == BodyForm::kUnknown;
    if (empty && labelled_) TakeForm(BodyForm::kEvents);
    if (ended_) return;
    if (status_ == 0) {
      Fail(FailureOf(end, provider_name()));
    } else if (streaming_) {
      EndStream(!end.complete);
    } else if (status_ == 200 && end.complete) {
      auto made = Reply();
      if (!made) {  // parse again, with secrets removed
        body_ = plan_.secrets->Without(std::move(body_));
        made = Reply();
      }
      if (!made) {
        Fail(made.error());
        return;
      }
      reply_ = std::move(*made);
      ended_ = true;
      events_.OnWhole(std::move(reply_.body));
    } else if (end.complete || status_ >= 400) {
      Fail(Complaint(status_));
    } else {
      Fail(FailureOf(end, provider_name()));
    }
  }

  tl::expected<translate::MessagesReply, ApiError> Reply() const {
    if (!request_.same_format) {
      return responses_ ? translate::FromResponses(body_, ToPairs(headers_), request_.reply)
                        : translate::ToMessages(body_, ToPairs(headers_), request_.reply);
    }
    if (responses_) {
      return translate::ForwardResponsesReply(body_, ToPairs(headers_), request_.reply);
    }
    return translate::ForwardChatReply(body_, ToPairs(headers_), request_.reply,
                                       *request_.same_format);
  }

  // By value: the callback may destroy this attempt and everything that it owns.
  void Fail(ApiError error) {
    ended_ = true;
    std::unique_ptr<RawReply> raw;
    const bool refused = status_ >= 400 && status_ < 600;
    if (request_.same_format && refused && translate::IsChatError(body_)) {  // E1
      raw = std::make_unique<RawReply>(RawReply{status_, headers_, std::move(body_)});
    }
    events_.OnFailed(error, std::move(raw));
  }

  UpstreamPlan plan_;
  translate::TranslatedRequest request_;
  std::vector<http::Header> platform_headers_;
  bool responses_;
  int64_t input_estimate_;  // tokens
  AnswerFormAdapter events_;
  std::unique_ptr<translate::UpstreamStream> reader_;
  const translate::ResponsesForward* forward_ = nullptr;  // reader_, if it is one
  translate::MessagesReply reply_;
  int status_ = 0;
  http::Headers headers_;
  bool labelled_ = false;  // the content type says that the answer is a stream
  translate::FormSniffer form_;
  bool streaming_ = false;  // the answer is a stream
  bool flowing_ = false;
  bool ended_ = false;
  AnswerWatchdog watchdog_;
  std::string held_;
  std::string scratch_;
  std::string body_;
  std::optional<SteadyTime> finishing_since_;
  std::unique_ptr<http::Call> call_;  // declared last: destroyed first
};

}  // namespace

std::unique_ptr<UpstreamRequest> MakeChatUpstreamRequest(UpstreamPlan&& plan,
                                                         PreparedBody&& prepared,
                                                         UpstreamCallbacks& events) {
  return std::make_unique<ChatUpstreamRequest>(std::move(plan), std::move(prepared), events);
}

}  // namespace katra::router::gateway
