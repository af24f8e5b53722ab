#include "router/gateway/proxy/proxied_request.h"

#include <algorithm>

#include "core/text.h"

namespace katra::router::gateway {
namespace {

using translate::ApiError;
using translate::Failure;

constexpr int kClientLeft = 499;
constexpr size_t kMaxIdBytes = 200;

std::string Value(const http::Headers& headers, std::string_view name) {
  const std::string* found = headers.Find(name);
  return found == nullptr ? std::string() : OneLine(*found, kMaxIdBytes);
}

// What is known from the start to be secret: the client's token and logins, and the session's keys.
std::shared_ptr<KnownSecrets> SecretsOfRequest(const http::Headers& headers, const Caller& caller,
                                               const KeyRing& keys) {
  auto secrets = std::make_shared<KnownSecrets>();
  for (const std::string& secret : SecretsOf(headers)) secrets->Add(secret);
  for (const std::string* login : {&caller.own_authorization, &caller.own_api_key}) {
    if (login->empty()) continue;
    for (const std::string& form : FormsOfLogin(*login, headers)) secrets->Add(form);
  }
  for (const std::string& key : keys.OfSession(caller.token_id)) secrets->Add(key);
  return secrets;
}

RequestRecord BeginRecord(Services& services, const http::Headers& headers, const Caller& caller,
                          const KnownSecrets& secrets) {
  RequestRecord record;
  record.request_id = "req_" + MakeUuidV7(services.clock.Now(), services.random);
  record.persona = caller.persona;
  record.token_id = caller.token_id;
  record.client_session_id = secrets.Without(Value(headers, "x-claude-code-session-id"));
  record.agent_id = secrets.Without(Value(headers, "x-claude-code-agent-id"));
  return record;
}

// The request itself is at fault, whoever is asked.
bool IsOfTheRequest(Failure failure) {
  return failure == Failure::kInvalidRequest || failure == Failure::kCapability ||
         failure == Failure::kTooLarge || failure == Failure::kContextOverflow;
}

// It may repeat what was sent to the upstream.
ApiError WithoutSecrets(ApiError error, const KnownSecrets& secrets) {
  error.message = secrets.Without(std::move(error.message));
  for (auto& [name, value] : error.headers) value = secrets.Without(std::move(value));
  return error;
}

routing::BodyFormat BodyFormatOf(const ClientWriter& client) {
  const auto format = client.openai_format();
  if (!format) return routing::BodyFormat::kMessages;
  return *format == translate::OpenAiClientFormat::kChat ? routing::BodyFormat::kChat
                                                         : routing::BodyFormat::kResponses;
}

// Adds what the reply could not say of the address that was asked. False: nothing was to add.
bool Explain(const policy::Candidate& asked, ApiError* error) {
  // Azure asks for deployments, which its customers name themselves.
  const bool unknown = asked.provider->azure && error->failure == translate::Failure::kNotFound;
  if (!unknown) return false;
  error->message +=
      " (\"" + OneLine(asked.model, 80) +
      "\" must be the name of a deployment of this Azure resource, not of a model: "
      "see Deployments in its portal, or run `az cognitiveservices account deployment "
      "list`; a deployment that was just made takes some minutes)";
  return true;
}

}  // namespace

ProxiedRequest::ProxiedRequest(Services& services, std::shared_ptr<const RouterConfig> config,
                               std::shared_ptr<http::Exchange> exchange, Caller caller,
                               Endpoint endpoint, std::function<void(ProxiedRequest*)> finished)
    : services_(services),
      config_(std::move(config)),
      exchange_(std::move(exchange)),
      caller_(std::move(caller)),
      endpoint_(endpoint),
      finished_(std::move(finished)),
      secrets_(SecretsOfRequest(exchange_->request().headers, caller_, services.keys)),
      recorder_({services.clock, services.prices, services.observer, services.capture}, secrets_,
                BeginRecord(services, exchange_->request().headers, caller_, *secrets_)),
      client_(ClientWriter::Make(endpoint, exchange_, services.clock, record().request_id)),
      asked_{&exchange_->request(), client_->format(), endpoint == Endpoint::kCountTokens,
             record().request_id},
      persona_(services.personas.Of(config_, caller_)),
      sources_(services.keys, caller_, *persona_, client_->format()),
      credential_({services.commands, services.copilot, sources_}, secrets_, *this),
      history_(services.traces, services.reasoning, caller_.persona,
               record().client_session_id.empty() ? caller_.token_id : record().client_session_id,
               record().agent_id),
      planner_({services.policy, services.matchers, services.learning, services.router_model,
                sources_, services.prices, services.clock, history_}),
      candidates_({services.policy, services.rests, services.plan_limits, services.clock, caller_,
                   sources_, history_}) {
  record().endpoint = ToString(endpoint);
}

ProxiedRequest::~ProxiedRequest() = default;

void ProxiedRequest::Choose() {
  planner_.Plan({config_, persona_, BodyFormatOf(*client_), *body_, &peek_,
                 !record().agent_id.empty(), caller_.persona, endpoint_ == Endpoint::kCountTokens},
                [this](const policy::Ask& ask) { TakeChoice(ask); });
}

void ProxiedRequest::TakeChoice(const policy::Ask& ask) {
  if (done_) return;
  record().estimated_tokens = planner_.estimated_tokens();
  record().continued = planner_.continues();
  auto refused = candidates_.Choose(ask, exchange_->request().headers);
  NoteRule(candidates_.choice());
  if (!refused && endpoint_ == Endpoint::kRoute) refused = candidates_.KeepPaid(services_.budgets);
  if (refused) {
    record().not_allowed = refused->not_allowed;
    Report(refused->error, nullptr);
    return;
  }
  if (endpoint_ == Endpoint::kRoute) {
    AnswerRoute();
    return;
  }
  CutTag();
  LookUp();
}

void ProxiedRequest::Ask() {
  // Counting tokens costs nothing.
  if (endpoint_ != Endpoint::kCountTokens) {
    if (const auto refused = candidates_.KeepPaid(services_.budgets)) {
      Report(refused->error, nullptr);
      return;
    }
  }
  planner_.NoteChoice(candidates_.choice());
  const policy::Candidate& first = candidates_.all().front();
  record().provider = first.provider->name;
  record().model = first.model;
  if (endpoint_ == Endpoint::kCountTokens && !first.provider->quirks.count_tokens) {
    AnswerCount();
    return;
  }
  retry_state_ =
      std::make_unique<policy::RetryState>(candidates_.all(), services_.circuits, services_.random,
                                           services_.settings.retry, recorder_.begun());
  if (!services_.rates.empty() && endpoint_ != Endpoint::kCountTokens) {
    retry_state_->SetForbids([this](const policy::Candidate& candidate) {
      return services_.rates.Over(candidate, ExpectedTokens());
    });
  }
  TryNext();
}

void ProxiedRequest::NoteRule(const policy::Choice& choice) {
  if (choice.candidates.empty()) return;
  record().rule = ToString(choice.rule);
  record().route = choice.route;
  record().matcher = choice.matcher;
  record().score = choice.score;
}

void ProxiedRequest::CutTag() {
  if (!planner_.tag()) return;
  std::string body = *body_;
  body.erase(planner_.tag()->begin, planner_.tag()->end - planner_.tag()->begin);
  ClientBody read = ReadClientBody(std::move(body));
  if (read.error) return;
  body_ = std::move(read.body);
  peek_ = std::move(read.peek);
}

void ProxiedRequest::TryNext() {
  const auto next = retry_state_->Next(services_.clock.Steady());
  if (!next) {
    if (endpoint_ == Endpoint::kCountTokens && !IsOfTheRequest(retry_state_->error().failure)) {
      AnswerCount();  // T2: nobody could count
    } else {
      Report(retry_state_->error(), std::move(raw_));
    }
    return;
  }
  current_ = next->candidate;
  despite_circuit_ = next->despite_circuit;
  if (retry_state_->tried() == 1) {
    Launch();
  } else {
    LaunchAfter(next->delay);
  }
}

void ProxiedRequest::Launch() {
  if (done_) return;
  ended_upstream_.reset();
  if (!TakesBody() && !messages_) {
    LaunchWithMessages();
    return;
  }
  client_->ForgetPause();
  recorder_.BeginAttempt(*current_);
  credential_.Find(*current_);
}

void ProxiedRequest::GiveUp(const ApiError& error, std::unique_ptr<RawReply> raw) {
  retry_state_->Failed(error, services_.clock.Steady());
  if (retry_state_->error().message == error.message) raw_ = std::move(raw);
  TryNext();
}

void ProxiedRequest::OnNoCredential(const ApiError& error) { OnFailed(error, nullptr); }

void ProxiedRequest::OnRefusalStands(const ApiError& error, std::unique_ptr<RawReply> raw) {
  GiveUp(error, std::move(raw));
}

void ProxiedRequest::OnCredential(UpstreamCredential credential) {
  const MessagesForm* const translated = TakesBody() ? nullptr : messages_.get();
  UpstreamPlan plan;
  plan.candidate = current_;
  plan.credential = std::move(credential);
  plan.client = &asked_;
  plan.body = translated == nullptr ? body_ : translated->body;
  plan.peek = translated == nullptr ? &peek_ : &translated->peek;
  plan.settings = &services_.settings;
  plan.clock = &services_.clock;
  plan.secrets = secrets_;
  const SessionTrace& trace = history_.Trace();
  BodyContext context;
  context.persona = caller_.persona;
  context.session_id = record().client_session_id;
  if (translated != nullptr) context.translated_from = &translated->request;
  context.left_home = std::any_of(
      trace.providers.begin(), trace.providers.end(),
      [&](const std::string& provider) { return provider != current_->provider->name; });
  if (adjusted_ == current_) context.adjustments = adjustments_;
  if (trace.providers.count(SessionTrace::kUnreadableReasoning) != 0) {
    context.adjustments.reasoning = true;
  }
  context.calibration = trace.calibration;
  context.estimate = estimate_;
  context.reasoning = services_.reasoning;
  context.memo = services_.memo;
  Preparation preparation = PreparationOf(plan, context);
  if (preparation.body->size() <= preparation.most_on_loop() || !preparation.works()) {
    Begin(std::move(plan), Prepare(std::move(preparation)));
    return;
  }
  preparation.target.memo = nullptr;  // the loop's
  const auto ready = std::make_shared<PreparedBody>();
  const auto what = std::make_shared<Preparation>(std::move(preparation));
  const auto kept = std::make_shared<UpstreamPlan>(std::move(plan));
  job_ = services_.pool.Start([ready, what] { *ready = Prepare(std::move(*what)); },
                              [this, ready, kept] {
                                // Begin() ends the job, and what this has captured with it.
                                UpstreamPlan made = std::move(*kept);
                                PreparedBody prepared = std::move(*ready);
                                Begin(std::move(made), std::move(prepared));
                              });
}

void ProxiedRequest::Begin(UpstreamPlan&& plan, PreparedBody&& prepared) {
  job_.reset();
  if (done_) return;
  if (prepared.estimate >= 0) estimate_ = prepared.estimate;
  if (prepared.error) {
    const ApiError error = std::move(*prepared.error);
    OnFailed(error, nullptr);
    return;
  }
  if (prepared.needs_messages) {
    unfit_ = current_;
    Launch();
    return;
  }
  if (prepared.chat) recorder_.NoteUnknown(prepared.chat->unknown);
  BeginUse();
  upstream_ = prepared.chat
                  ? MakeChatUpstreamRequest(std::move(plan), std::move(prepared), *this)
                  : MakeMessagesUpstreamRequest(std::move(plan), std::move(prepared), *this);
  upstream_->Begin(services_.client);
}

void ProxiedRequest::BeginStream() {
  if (client_->streaming()) return;
  client_->BeginStream(AnswerHeaders("text/event-stream; charset=utf-8"));
}

void ProxiedRequest::FollowClient() {
  if (done_ || !upstream_) return;
  switch (client_->DemandOn(!current_->provider->http2)) {
    case ClientWriter::Demand::kNothing:
      break;
    case ClientWriter::Demand::kPause:
      upstream_->Pause();  // U3
      break;
    case ClientWriter::Demand::kLeave:  // U2: it is never paused
      OnBroken(translate::NoAnswer(ClientWriter::TooSlow()), false);
      break;
  }
}

void ProxiedRequest::OnFlow(std::string_view events) {
  if (done_) return;
  std::string opening;
  if (!content_) {
    content_ = true;
    // The opening names the model as the upstream calls it. Bytes of the same format stay.
    if (!upstream_->same_format() && current_->interface() != Interface::kMessages &&
        secrets_->In(events)) {
      opening = secrets_->Without(std::string(events));
      events = opening;
    }
    body_.reset();  // nothing is tried again
    if (messages_) messages_->body.reset();
    recorder_.NoteFirstByte();
    retry_state_->Succeeded();
    candidates_.NoteAnswer(*current_);
  }
  BeginStream();
  recorder_.CaptureEvents(events, upstream_->same_format());
  if (cache_) cache_->TakeEvents(events, upstream_->same_format());
  client_->WriteEvents(events, upstream_->same_format());
  FollowClient();
  if (!done_ && client_->unreadable()) {
    OnBroken(translate::NoAnswer(record().provider + " sent an event that cannot be read"), true);
  }
}

void ProxiedRequest::OnWhole(std::string body) {
  if (done_) return;
  retry_state_->Succeeded();
  candidates_.NoteAnswer(*current_);
  recorder_.NoteFirstByte();
  recorder_.CaptureReply(body, upstream_->same_format());
  if (cache_) cache_->TakeWhole(body, upstream_->same_format());
  if (!upstream_->same_format()) {
    auto written = client_->ReplyOf(std::move(body));
    if (!written) {
      Report(translate::ApiErrorOf(written.error()), nullptr);
      return;
    }
    body = std::move(*written);
  }
  NoteAttempt("");
  http::Response response;
  response.headers = AnswerHeaders("application/json");
  response.body = std::move(body);
  exchange_->Respond(std::move(response));
  StoreAnswer();
  record().answered = true;
  Finish(200, "");
}

void ProxiedRequest::OnDone() {
  if (done_) return;
  NoteAttempt("");
  client_->EndStream();
  if (done_) return;
  StoreAnswer();
  record().answered = true;
  Finish(200, "");
}

void ProxiedRequest::OnFailed(const ApiError& said, std::unique_ptr<RawReply> raw) {
  if (done_) return;
  EndUse();
  ApiError error = WithoutSecrets(said, *secrets_);
  if (Explain(*current_, &error)) raw.reset();  // the upstream's own words do not have it
  if (upstream_ && credential_.with_login()) {
    candidates_.NotePlanLimit(*current_, *upstream_, raw.get(), &error);
  }
  if (raw) raw->body = secrets_->Without(std::move(raw->body));
  NoteAttempt(error.type + ": " + OneLine(error.message, 200));
  ended_upstream_ = std::move(upstream_);  // it is the one that calls
  if (RetriesAdjusted(error)) return;
  candidates_.NoteFailure(*current_, error, ended_upstream_.get());
  if (credential_.Renew(error, raw)) {
    LaunchAfter(std::chrono::milliseconds(0));
    return;
  }
  GiveUp(error, std::move(raw));
}

void ProxiedRequest::OnBroken(const ApiError& said, bool told) {
  if (done_) return;
  const ApiError error = WithoutSecrets(said, *secrets_);
  NoteAttempt(error.type + ": " + OneLine(error.message, 200));
  candidates_.NoteFailure(*current_, error, upstream_.get());
  // S35, S36: without the mark of an end
  client_->BreakStream(error, told ? std::string() : upstream_->ErrorEvent(error));
  Finish(200, error.type);
}

void ProxiedRequest::Tick() {
  if (done_) return;
  if (upstream_) upstream_->Tick();
  if (done_ || !peek_.stream || endpoint_ == Endpoint::kCountTokens || client_->paused()) return;
  if (!client_->SilentFor(services_.settings.ping_interval)) return;
  BeginStream();
  client_->WriteSignOfLife(content_);
  FollowClient();
}

void ProxiedRequest::OnClientGone() {
  if (done_) return;
  if (retry_state_) retry_state_->Undecided();
  NoteAttempt("the client left");
  Finish(kClientLeft, "client_left");
}

void ProxiedRequest::NoteAttempt(const std::string& error) {
  if (current_ == nullptr) return;
  std::string reason = current_->reason;
  if (candidates_.HasOtherKey(*current_)) reason += ", with the key " + current_->key_env;
  if (retry_state_ && !retry_state_->passed_over().empty()) {
    reason += " (" + retry_state_->passed_over() + ")";
  }
  if (record().cached) reason += ", answered from the cache";
  if (despite_circuit_) reason += ", left alone until now, but nobody else is left";
  recorder_.EndAttempt(*current_, std::move(reason), upstream_ ? upstream_->status() : 0, error);
}

void ProxiedRequest::Finish(int status, const std::string& error_type) {
  if (done_) return;
  done_ = true;
  EndUse();  // what it has cost is counted with its record
  retry_.reset();
  planner_.Cancel();
  credential_.Cancel();
  record().key_name = credential_.name();
  job_.reset();
  std::vector<std::string> dropped = Dropped();
  if (upstream_) {
    recorder_.TakeAnswer(*upstream_);
    if (record().answered && endpoint_ != Endpoint::kCountTokens) {
      // A side request is no part of the conversation.
      if (!record().side) {
        history_.NoteProvider(record().provider);
        planner_.NoteAnswered({record().provider, record().model}, record().usage);
      }
      if (record().usage.known && estimate_ >= 0) {
        history_.Trace().calibration.Observe(estimate_, record().usage.PromptTokens());
      }
    }
  }
  exchange_->Observe(nullptr, nullptr);
  std::vector<std::string> secrets;  // that a captured text must not hold beside `secrets_`
  if (recorder_.captures()) {
    secrets = services_.keys.Values(*config_);
    for (std::string& own : credential_.Values()) secrets.push_back(std::move(own));
  }
  if (endpoint_ == Endpoint::kRoute) {  // nobody was asked: there is no answer to record
    finished_(this);
    return;
  }
  recorder_.Finish(status, error_type, std::move(dropped), std::move(secrets));
  finished_(this);
}

}  // namespace katra::router::gateway
