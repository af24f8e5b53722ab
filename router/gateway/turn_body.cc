// A client's body: read once, and made a Messages request of where a candidate needs that.
#include <algorithm>
#include <utility>

#include "core/text.h"
#include "router/gateway/turn.h"

namespace katra::gateway {
namespace {

constexpr size_t kMaxIdBytes = 200;

}  // namespace

void Turn::Start() {
  exchange_->Observe([this] { OnClientGone(); },
                     [this] {
                       if (paused_ && attempt_) {
                         paused_ = false;
                         attempt_->Resume();
                       }
                     });
  std::string& body = exchange_->request().body;
  if (body.size() <= kLargeBodyBytes) {
    TakeBody(ReadClientBody(std::exchange(body, {})));
    return;
  }
  const auto bytes = std::make_shared<std::string>(std::exchange(body, {}));
  const auto read = std::make_shared<ClientBody>();
  const bool counts = endpoint_ == Endpoint::kCountTokens;
  job_ = services_.pool.Start(
      [bytes, read, counts] {
        *read = ReadClientBody(std::move(*bytes));
        if (counts && read->body) read->estimate = translate::EstimateInputTokens(*read->body);
      },
      [this, read] { TakeBody(std::move(*read)); });
}

void Turn::TakeBody(ClientBody read) {
  job_.reset();
  if (done_) return;
  if (read.error) {
    if (is_front()) read.error->message = "the request body is not a JSON object";
    Report(*read.error, nullptr);
    return;
  }
  body_ = std::move(read.body);
  peek_ = std::move(read.peek);
  estimate_ = read.estimate;
  outcome_.requested_model = OneLine(secrets_->Without(peek_.model), kMaxIdBytes);
  outcome_.streamed = peek_.stream;
  if (services_.transcripts != nullptr && endpoint_ != Endpoint::kCountTokens &&
      router::Records(*config_, &persona_)) {
    recorded_.emplace();
    recorded_->request = body_;
    recorded_->format = front();
  }
  if (!Choose()) return;
  if (endpoint_ == Endpoint::kCountTokens && !candidates_.front().provider->quirks.count_tokens) {
    AnswerCount();
    return;
  }
  attempts_ = std::make_unique<policy::Attempts>(candidates_, services_.circuits, services_.random,
                                                 services_.settings.retry, begun_);
  TakeNext();
}

std::optional<translate::FrontFormat> Turn::front() const {
  if (endpoint_ == Endpoint::kChat) return translate::FrontFormat::kChat;
  if (is_front()) return translate::FrontFormat::kResponses;
  return std::nullopt;
}

bool Turn::IsOwnForm() const {
  if (current_ == unfit_) return false;
  const router::Interface interface = current_->interface();
  return (endpoint_ == Endpoint::kChat && interface == router::Interface::kChat) ||
         (endpoint_ == Endpoint::kResponses && interface == router::Interface::kResponses);
}

void Turn::NoteUnknown(const std::vector<std::string>& types) {
  for (const std::string& type : types) {
    std::string shown = OneLine(secrets_->Without(type), kMaxIdBytes);
    auto& known = outcome_.unknown;
    if (std::find(known.begin(), known.end(), shown) == known.end()) {
      known.push_back(std::move(shown));
    }
  }
}

void Turn::LaunchWithMessages() {
  const translate::FrontFormat format = *front();
  const translate::FrontOptions options{config_->cache_points, endpoint_ == Endpoint::kCompact};
  const auto take = [this](MessagesForm read) {
    job_.reset();
    if (done_) return;
    if (read.error) {
      attempt_begun_ = services_.clock.Steady();
      outcome_.provider = current_->provider->name;
      outcome_.model = current_->model;
      OnFailed(*read.error, nullptr);
      return;
    }
    messages_ = std::make_unique<MessagesForm>(std::move(read));
    NoteUnknown(messages_->front.unknown);
    Launch();
  };
  if (body_->size() <= kLargeBodyBytes) {
    take(ReadMessagesForm(format, *body_, options));
    return;
  }
  const auto read = std::make_shared<MessagesForm>();
  job_ = services_.pool.Start(
      [format, read, options, body = body_] { *read = ReadMessagesForm(format, *body, options); },
      [take, read] { take(std::move(*read)); });
}

}  // namespace katra::gateway
