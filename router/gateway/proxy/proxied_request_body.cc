// A client's body: read once, and made a Messages request of where a candidate needs that.
#include <algorithm>
#include <utility>

#include "core/text.h"
#include "router/gateway/proxy/proxied_request.h"

namespace katra::router::gateway {
namespace {

constexpr size_t kMaxIdBytes = 200;

}  // namespace

void ProxiedRequest::Start() {
  exchange_->Observe([this] { OnClientGone(); },
                     [this] {
                       if (upstream_ && client_->Drained()) upstream_->Resume();
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

void ProxiedRequest::TakeBody(ClientBody read) {
  job_.reset();
  if (done_) return;
  if (read.error) {
    read.error->message = client_->NoObject(std::move(read.error->message));
    Report(*read.error, nullptr);
    return;
  }
  body_ = std::move(read.body);
  peek_ = std::move(read.peek);
  estimate_ = read.estimate;
  record().requested_model = OneLine(secrets_->Without(peek_.model), kMaxIdBytes);
  record().streamed = peek_.stream;
  if (endpoint_ != Endpoint::kCountTokens && Records(*config_, persona_.get())) {
    recorder_.Capture(body_, client_->openai_format());
  }
  Choose();
}

int64_t ProxiedRequest::ExpectedTokens() const {
  return std::max({estimate_, record().estimated_tokens, int64_t{0}});
}

void ProxiedRequest::BeginUse() {
  if (endpoint_ == Endpoint::kCountTokens) return;
  hold_ = services_.budgets.Begin(caller_.persona, *current_, ExpectedTokens(), peek_.max_tokens);
  if (!services_.rates.empty()) use_ = services_.rates.Begin(*current_, ExpectedTokens());
}

void ProxiedRequest::EndUse() {
  hold_.reset();
  if (use_) services_.rates.End(*use_, upstream_ ? upstream_->usage() : translate::Usage{});
  use_.reset();
}

bool ProxiedRequest::TakesBody() const {
  return current_ != unfit_ && client_->CanAsk(current_->interface());
}

void ProxiedRequest::LaunchWithMessages() {
  const translate::OpenAiClientFormat format = *client_->openai_format();
  const translate::OpenAiClientOptions options{config_->cache_points,
                                               endpoint_ == Endpoint::kCompact};
  const auto take = [this](MessagesForm read) {
    job_.reset();
    if (done_) return;
    if (read.error) {
      recorder_.BeginAttempt(*current_);
      OnFailed(*read.error, nullptr);
      return;
    }
    messages_ = std::make_unique<MessagesForm>(std::move(read));
    client_->SetRequest(messages_->request);
    recorder_.NoteUnknown(messages_->request.unknown);
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

}  // namespace katra::router::gateway
