#include "mcp_server/server.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/text.h"
#include "mcp_server/protocol/capabilities.h"

namespace katra::mcp {

using nlohmann::json;

struct Server::Method {
  std::string_view name;
  bool legacy;
  bool modern;
  bool uses_store;  // counts against kMaxInFlight
  void (Server::*handle)(const RequestPtr& request);
};

Server::Server(const Options& options, const Deps& deps)
    : options_(options),
      deps_(deps),
      server_info_(std::make_shared<const json>(ServerInfo(options.version))),
      requests_(outbox_, server_info_),
      log_(requests_),
      runner_(deps.host, deps.executor, deps.clock, options.home),
      channel_(options.channel && options.legacy_only, requests_, runner_, deps.host),
      subscriptions_({.offering = deps.offering,
                      .requests = requests_,
                      .runner = runner_,
                      .host = deps.host,
                      .clock = deps.clock}),
      resource_methods_({.offering = deps.offering,
                         .requests = requests_,
                         .runner = runner_,
                         .subscriptions = subscriptions_}),
      tool_calls_({.offering = deps.offering,
                   .requests = requests_,
                   .runner = runner_,
                   .host = deps.host,
                   .log = log_,
                   .clock = deps.clock}) {
  deps_.host.Observe({.opened = [this](const store::Session&) { OnSessionOpened(); },
                      .failed =
                          [this](const Error& error) {
                            log_.Log(Severity::kError,
                                     "the store cannot be opened: " + error.message);
                          }});
}

ProtocolResult<const Server::Method*> Server::Admit(const PendingRequest& request) const {
  static constexpr std::array<Method, 15> kMethods = {{
      {"initialize", true, false, false, &Server::Initialize},
      {"server/discover", false, true, false, &Server::Discover},
      {"ping", true, false, false, &Server::Ping},
      {"logging/setLevel", true, false, false, &Server::SetLevel},
      {"tools/list", true, true, false, &Server::ListTools},
      {"tools/call", true, true, true, &Server::CallTool},
      {"resources/list", true, true, true, &Server::ListResources},
      {"resources/templates/list", true, true, false, &Server::ListTemplates},
      {"resources/read", true, true, true, &Server::ReadResource},
      {"resources/subscribe", true, false, true, &Server::Subscribe},
      {"resources/unsubscribe", true, false, false, &Server::Unsubscribe},
      {"prompts/list", true, true, false, &Server::ListPrompts},
      {"prompts/get", true, true, true, &Server::GetPrompt},
      {"completion/complete", true, true, true, &Server::Complete},
      {"subscriptions/listen", false, true, true, &Server::Listen},
  }};
  const bool modern = request.context.era == Era::kModern;
  const auto* const method =
      std::find_if(kMethods.begin(), kMethods.end(),
                   [&](const Method& candidate) { return candidate.name == request.method; });
  if (method == kMethods.end() || !(modern ? method->modern : method->legacy)) {
    return Refuse(kMethodNotFound, "no method \"" + OneLine(request.method, 128) + "\"" +
                                       (modern ? " in " + std::string(kModernVersion) : ""));
  }
  if (request.batch && (modern || method->handle == &Server::Initialize)) {
    return Refuse(kInvalidRequest, "\"" + request.method + "\" may not be in a batch");
  }
  const bool needs_handshake =
      !modern && method->handle != &Server::Initialize && method->handle != &Server::Ping;
  if (needs_handshake && !legacy_version_) {
    return Refuse(kInvalidRequest,
                  options_.legacy_only
                      ? "call initialize first"
                      : "call initialize first, or give the protocol version in the request's "
                        "_meta (see server/discover)");
  }
  return method;
}

void Server::HandleLine(std::string_view line) { Handle({line, false}); }

void Server::RefuseTooLong(const RequestId& id) {
  const Message message = TooLongMessage(id);
  requests_.Reject(message.id, message.error_code, message.error, nullptr);
}

void Server::Handle(const LineFramer::Line& line) {
  if (line.too_long) {
    RefuseTooLong({});
    return;
  }
  const ParsedLine parsed = ParseLine(line.text);
  if (!parsed.batch) {
    HandleMessage(parsed.messages.front(), nullptr, line.text.size());
    return;
  }
  if (legacy_version_ != kBatchVersion) {
    requests_.Reject({}, kInvalidRequest,
                     "batches exist in " + std::string(kBatchVersion) +
                         " only, after initialize: send one message on each line",
                     nullptr);
    return;
  }
  auto batch = std::make_shared<Batch>();
  batch->open = 1;  // until it has been read completely
  for (const Message& message : parsed.messages) {
    HandleMessage(message, batch, line.text.size() / parsed.messages.size());
  }
  requests_.CloseBatch(batch);
}

void Server::HandleMessage(const Message& message, const std::shared_ptr<Batch>& batch,
                           size_t bytes) {
  switch (message.kind) {
    case MessageKind::kRequest:
      HandleRequest(message, batch, bytes);
      break;
    case MessageKind::kNotification:
      HandleNotification(message);
      break;
    case MessageKind::kResponse:
      break;  // this server sends no requests
    case MessageKind::kInvalid:
      requests_.Reject(message.id, message.error_code, message.error, batch.get());
      break;
  }
}

void Server::HandleRequest(const Message& message, const std::shared_ptr<Batch>& batch,
                           size_t bytes) {
  const RequestPtr request = requests_.Begin(message, batch);
  if (!request) {
    requests_.Reject(message.id, kInvalidRequest, "a request with this id is in flight",
                     batch.get());
    return;
  }
  auto context = ReadContext(request->method, *request->params, options_.legacy_only);
  if (!context) {
    requests_.Fail(request, context.error());
    return;
  }
  request->context = std::move(*context);
  const auto method = Admit(*request);
  if (!method) {
    requests_.Fail(request, method.error());
    return;
  }
  if (!request->context.client_name.empty()) {
    deps_.host.DescribeClient(request->context.client_name, request->context.client_version);
  }
  if (!(*method)->uses_store) {
    Start(request, **method);
    return;
  }
  request->bytes = bytes;
  backlog_bytes_ += bytes;
  backlog_.push_back({request, *method});
  Continue();
}

void Server::Start(const RequestPtr& request, const Method& method) {
  (this->*method.handle)(request);
}

void Server::Continue() {
  // A cancelled request is no longer in flight, but its work may still be stuck in the store.
  const auto busy = [this] {
    return std::max(requests_.in_flight() - backlog_.size(), runner_.running());
  };
  while (!backlog_.empty() && busy() < kMaxInFlight) {
    const Waiting next = std::move(backlog_.front());
    backlog_.pop_front();
    backlog_bytes_ -= next.request->bytes;
    Start(next.request, *next.method);
  }
}

bool Server::WantsInput() const {
  return !outbox_.IsFull() && backlog_bytes_ < kMaxBacklogBytes &&
         backlog_.size() < kMaxBacklogRequests;
}

void Server::HandleNotification(const Message& message) {
  if (message.method == "notifications/cancelled") Cancel(*message.params);
  if (message.method == "notifications/initialized") channel_.Begin();
  // Other notifications need no action: progress, and unknown ones.
}

void Server::Cancel(const json& params) {
  const auto raw_id = params.find("requestId");
  if (raw_id == params.end()) return;
  const auto id = RequestId::FromJson(*raw_id);
  const RequestPtr request = id ? requests_.Find(*id) : nullptr;
  if (!request) return;  // already answered
  *request->cancelled = true;
  requests_.Drop(request);
  tool_calls_.OnCancelled(request);
  subscriptions_.OnCancelled(request);
  const auto waiting = std::find_if(backlog_.begin(), backlog_.end(),
                                    [&](const Waiting& entry) { return entry.request == request; });
  if (waiting != backlog_.end()) {
    backlog_bytes_ -= request->bytes;
    backlog_.erase(waiting);
  }
  Continue();
}

void Server::OnSessionOpened() {
  log_.Log(Severity::kNotice, "the session is open");
  OnBell();
}

void Server::OnBell() {
  if (ended_) return;
  tool_calls_.OnBell();
  channel_.OnBell();
  subscriptions_.OnBell();
}

void Server::Tick(SteadyTime now) {
  deps_.host.Tick(now);
  if (ended_) return;
  tool_calls_.Tick(now);
  subscriptions_.Tick(now);
}

SteadyTime Server::NextDeadline() const {
  const SteadyTime host = deps_.host.NextDeadline();
  if (ended_) return host;
  return std::min({host, tool_calls_.NextDeadline(), subscriptions_.NextDeadline()});
}

void Server::EndInput() {
  ended_ = true;
  tool_calls_.StopWaiting();
  subscriptions_.EndListens();
}

bool Server::IsIdle() const { return requests_.in_flight() == 0; }

void Server::Abort() {
  backlog_.clear();
  backlog_bytes_ = 0;
  EndInput();
  for (const RequestPtr& request : requests_.All()) {
    *request->cancelled = true;
    requests_.Drop(request);
  }
}

}  // namespace katra::mcp
