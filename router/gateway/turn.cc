#include "router/gateway/turn.h"

#include <algorithm>

#include "core/text.h"
#include "router/gateway/models.h"

namespace katra::gateway {
namespace {

using std::chrono::milliseconds;
using translate::ApiError;
using translate::Failure;

constexpr size_t kPauseBytes = 256 * 1024;
constexpr size_t kBehindBytes = size_t{8} * 1024 * 1024;
constexpr int kClientLeft = 499;
constexpr size_t kMaxIdBytes = 200;

std::string Value(const http::Headers& headers, std::string_view name) {
  const std::string* found = headers.Find(name);
  return found == nullptr ? std::string() : OneLine(*found, kMaxIdBytes);
}

milliseconds Between(SteadyTime from, SteadyTime to) {
  return std::chrono::duration_cast<milliseconds>(to - from);
}

// The request itself is at fault, whoever is asked.
bool IsOfTheRequest(Failure failure) {
  return failure == Failure::kInvalidRequest || failure == Failure::kCapability ||
         failure == Failure::kTooLarge || failure == Failure::kContextOverflow;
}

std::string OneWord(std::string_view text) { return OneLine(text, kMaxIdBytes); }

}  // namespace

const char* ToString(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::kMessages:
      return "messages";
    case Endpoint::kCountTokens:
      return "count_tokens";
    case Endpoint::kChat:
      return "chat";
    case Endpoint::kResponses:
      return "responses";
    case Endpoint::kCompact:
      return "compact";
  }
  return "";
}

Turn::Turn(Services& services, std::shared_ptr<const router::RouterConfig> config,
           std::shared_ptr<http::Exchange> exchange, Caller caller, Endpoint endpoint,
           std::function<void(Turn*)> finished)
    : services_(services),
      config_(std::move(config)),
      exchange_(std::move(exchange)),
      caller_(std::move(caller)),
      endpoint_(endpoint),
      persona_(router::SessionPersona(*config_, caller_.persona, caller_.session)),
      finished_(std::move(finished)) {
  begun_ = last_sent_ = services_.clock.Steady();
  const http::Headers& headers = exchange_->request().headers;
  outcome_.request_id = "req_" + MakeUuidV7(services_.clock.Now(), services_.random);
  outcome_.endpoint = ToString(endpoint);
  outcome_.persona = caller_.persona;
  outcome_.token_id = caller_.token_id;
  for (const std::string& secret : SecretsOf(headers)) secrets_->Add(secret);
  for (const std::string* login : {&caller_.own_authorization, &caller_.own_api_key}) {
    if (login->empty()) continue;
    for (const std::string& form : FormsOfLogin(*login, headers)) secrets_->Add(form);
  }
  for (const std::string& key : services_.keys.OfSession(caller_.token_id)) secrets_->Add(key);
  outcome_.client_session_id = secrets_->Without(Value(headers, "x-claude-code-session-id"));
  outcome_.agent_id = secrets_->Without(Value(headers, "x-claude-code-agent-id"));
  outcome_.at = services_.clock.Now();
}

Turn::~Turn() = default;

bool Turn::Choose() {
  const policy::Ask ask{*config_, persona_, peek_};
  auto chosen = services_.policy.Choose(ask);
  if (!chosen) {
    Report(translate::ApiErrorOf(chosen.error()), nullptr);  // E17
    return false;
  }
  candidates_ = std::move(*chosen);
  if (auto refused = KeepAllowed(caller_, candidates_)) {
    outcome_.not_allowed = true;
    Report(*refused, nullptr);
    return false;
  }
  if (persona_.own_login) {
    if (const auto two = CheckOneLogin(exchange_->request().headers)) {
      Report(*two, nullptr);
      return false;
    }
    for (policy::Candidate& candidate : candidates_) {
      candidate.provider = &router::AskedOnLogin(*candidate.provider, is_front());
    }
  }
  ChooseKeys();
  PutRestingPlansLast();
  outcome_.provider = candidates_.front().provider->name;
  outcome_.model = candidates_.front().model;
  return true;
}

void Turn::TakeNext() {
  const auto next = attempts_->Take(services_.clock.Steady());
  if (!next) {
    if (endpoint_ == Endpoint::kCountTokens && !IsOfTheRequest(attempts_->error().failure)) {
      AnswerCount();  // T2: nobody could count
    } else {
      Report(attempts_->error(), std::move(raw_));
    }
    return;
  }
  current_ = next->candidate;
  despite_circuit_ = next->despite_circuit;
  if (attempts_->tried() == 1) {
    Launch();
  } else {
    LaunchAfter(next->delay);
  }
}

void Turn::Launch() {
  if (done_) return;
  old_attempt_.reset();
  const bool own_form = is_front() && IsOwnForm();
  if (is_front() && !own_form && !messages_) {
    LaunchWithMessages();
    return;
  }
  paused_ = false;
  attempt_begun_ = services_.clock.Steady();
  outcome_.provider = current_->provider->name;
  outcome_.model = current_->model;
  outcome_.side = current_->side;
  key_text_.clear();
  GetKey();
}

void Turn::LaunchAt(std::string key, std::string base_url) {
  const bool own_form = is_front() && IsOwnForm();
  AttemptPlan plan;
  plan.base_url = std::move(base_url);
  plan.candidate = current_;
  plan.own_form = own_form;
  if (own_form || !is_front()) {
    plan.body = body_;
    plan.peek = &peek_;
  } else {
    plan.body = messages_->body;
    plan.peek = &messages_->peek;
    plan.effort = messages_->front.effort;
    plan.cache_key = messages_->front.cache_key;
  }
  plan.client = &exchange_->request();
  plan.settings = &services_.settings;
  plan.key = std::move(key);
  plan.persona = caller_.persona;
  plan.request_id = outcome_.request_id;
  plan.session_id = outcome_.client_session_id;
  plan.front = is_front();
  if (mended_ == current_) plan.mending = mending_;
  plan.count_only = endpoint_ == Endpoint::kCountTokens;
  plan.reasoning = services_.reasoning;
  plan.memo = services_.memo;
  if (plan.key.empty()) plan.login = OwnLogin(*current_);
  with_login_ = !plan.login.empty();
  outcome_.key_name = NameOfKey(plan);
  for (const std::string& secret : SecretsOfKey(*current_->provider, plan.key)) {
    secrets_->Add(secret);
  }
  plan.secrets = secrets_;
  if (OnPlan(*current_) && plan.login.empty()) {
    OnFailed(NoLogin(*current_->provider), nullptr);
    return;
  }
  const auto variables = router::ApiKeyEnvs(&persona_, *current_->provider);
  if (plan.key.empty() && !variables.empty() && plan.login.empty()) {
    OnFailed(translate::NoKey("no key for " + current_->provider->title + ": set " +
                              Join(variables, " or ") +
                              " where the session is started, and start it again"),
             nullptr);
    return;
  }
  SessionTrace& trace = Trace();
  plan.left_home = std::any_of(
      trace.providers.begin(), trace.providers.end(),
      [&](const std::string& provider) { return provider != current_->provider->name; });
  Preparation preparation = PreparationOf(plan);
  preparation.calibration = trace.calibration;
  preparation.estimate = estimate_;
  if (preparation.body->size() <= preparation.most_on_loop() || !preparation.works()) {
    Begin(std::move(plan), Prepare(std::move(preparation)));
    return;
  }
  preparation.target.memo = nullptr;  // the loop's
  const auto ready = std::make_shared<PreparedBody>();
  const auto what = std::make_shared<Preparation>(std::move(preparation));
  const auto kept = std::make_shared<AttemptPlan>(std::move(plan));
  job_ = services_.pool.Start([ready, what] { *ready = Prepare(std::move(*what)); },
                              [this, ready, kept] { Begin(std::move(*kept), std::move(*ready)); });
}

void Turn::Begin(AttemptPlan plan, PreparedBody prepared) {
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
  if (prepared.chat) NoteUnknown(prepared.chat->unknown);
  attempt_ = prepared.chat ? MakeChatAttempt(std::move(plan), std::move(prepared), *this)
                           : MakeMessagesAttempt(std::move(plan), std::move(prepared), *this);
  attempt_->Begin(services_.client);
}

void Turn::BeginStream() {
  if (streaming_) return;
  streaming_ = true;
  http::Headers headers = AnswerHeaders("text/event-stream; charset=utf-8");
  headers.Add("cache-control", "no-cache");
  headers.Add("x-accel-buffering", "no");
  exchange_->Begin(200, std::move(headers));
}

void Turn::Send(std::string_view bytes) {
  if (bytes.empty() || done_) return;
  last_sent_ = services_.clock.Steady();
  exchange_->Write(bytes);
  if (done_ || paused_ || !attempt_ || exchange_->pending_bytes() <= kPauseBytes) return;
  if (!current_->provider->http2) {
    paused_ = true;
    attempt_->Pause();                                                 // U3
  } else if (!behind_ && exchange_->pending_bytes() > kBehindBytes) {  // U2: it is never paused
    behind_ = true;
    OnBroken(translate::NoAnswer(
                 "the client reads too slowly: " + std::to_string(kBehindBytes / 1024 / 1024) +
                 " MiB of the answer wait for it"),
             false);
  }
}

void Turn::OnFlow(std::string_view events) {
  if (done_) return;
  std::string opening;
  if (!content_) {
    content_ = true;
    // The opening names the model as the upstream calls it. Bytes of the same format stay.
    if (!attempt_->same_format() && current_->interface() != router::Interface::kMessages &&
        secrets_->In(events)) {
      opening = secrets_->Without(std::string(events));
      events = opening;
    }
    body_.reset();  // nothing is tried again
    if (messages_) messages_->body.reset();
    outcome_.first_byte = Between(begun_, services_.clock.Steady());
    attempts_->Succeeded();
    KeepKey();
  }
  BeginStream();
  if (recorded_) {
    recorded_->own_answer = is_front() && attempt_->same_format();
    recorded_->Append(events);
  }
  if (!is_front() || attempt_->same_format()) {
    Send(events);
    return;
  }
  if (!front_stream_) {
    front_stream_ = translate::MakeFrontStream(
        messages_->front, {outcome_.request_id, ToUnixMillis(services_.clock.Now()) / 1000});
  }
  std::string out;
  front_stream_->Feed(events, &out);
  Send(out);
  if (!done_ && front_stream_->unreadable()) {
    OnBroken(translate::NoAnswer(outcome_.provider + " sent an event that cannot be read"), true);
  }
}

void Turn::OnWhole(std::string body) {
  if (done_) return;
  attempts_->Succeeded();
  KeepKey();
  outcome_.first_byte = Between(begun_, services_.clock.Steady());
  if (recorded_) {
    recorded_->whole = true;
    recorded_->own_answer = is_front() && attempt_->same_format();
    recorded_->answer = body;
  }
  if (is_front() && !attempt_->same_format()) {
    auto written = translate::WriteFrontReply(
        messages_->front, body, {outcome_.request_id, ToUnixMillis(services_.clock.Now()) / 1000});
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
  outcome_.answered = true;
  Finish(200, "");
}

void Turn::OnDone() {
  if (done_) return;
  NoteAttempt("");
  if (front_stream_) {
    std::string out;
    front_stream_->Finish(&out);
    Send(out);
  }
  if (done_) return;
  exchange_->End();
  outcome_.answered = true;
  Finish(200, "");
}

void Turn::OnFailed(const ApiError& said, std::unique_ptr<RawReply> raw) {
  if (done_) return;
  ApiError error = WithoutSecrets(said);
  if (Explain(&error)) raw.reset();  // the upstream's own words do not have it
  NotePlanLimit(&error, raw.get());
  if (raw) raw->body = secrets_->Without(std::move(raw->body));
  NoteAttempt(error.type + ": " + OneLine(error.message, 200));
  old_attempt_ = std::move(attempt_);  // it is the one that calls
  if (TriesMended(error)) return;
  RestKey(error, old_attempt_.get());
  if (RenewKey(error, raw)) return;
  refused_.reset();
  GiveUp(error, std::move(raw));
}

void Turn::OnBroken(const ApiError& said, bool told) {
  if (done_) return;
  const ApiError error = WithoutSecrets(said);
  NoteAttempt(error.type + ": " + OneLine(error.message, 200));
  RestKey(error, attempt_.get());
  if (front_stream_) {
    std::string out;
    if (!told) {
      front_stream_->Feed(translate::MessagesErrorEvent(error, outcome_.request_id), &out);
    }
    front_stream_->Finish(&out);
    Send(out);
  } else if (!told) {
    Send(attempt_->ErrorEvent(error));  // S35, S36: without the mark of an end
  }
  if (done_) return;
  exchange_->End();
  Finish(200, error.type);
}

void Turn::Tick() {
  if (done_) return;
  const SteadyTime now = services_.clock.Steady();
  if (attempt_) attempt_->Tick();
  if (done_) return;
  const bool silent = now - last_sent_ >= services_.settings.ping_interval;
  if (silent && peek_.stream && endpoint_ != Endpoint::kCountTokens && !paused_) {
    BeginStream();
    // S2: no ping before message_start; a comment counts as well for the client (C34).
    Send(content_ && !is_front() ? "event: ping\ndata: {\"type\": \"ping\"}\n\n"
                                 : ": waiting for the model\n\n");
  }
}

void Turn::OnClientGone() {
  if (done_) return;
  if (attempts_) attempts_->Undecided();
  NoteAttempt("the client left");
  Finish(kClientLeft, "client_left");
}

void Turn::NoteAttempt(const std::string& error) {
  if (current_ == nullptr) return;
  AttemptRecord record;
  record.provider = current_->provider->name;
  record.model = current_->model;
  record.reason = current_->reason;
  if (HasSeveralKeys()) record.reason += ", with the key " + current_->key_env;
  if (despite_circuit_) record.reason += ", left alone until now, but nobody else is left";
  record.status = attempt_ ? attempt_->status() : 0;
  record.error = error;
  record.duration = Between(attempt_begun_, services_.clock.Steady());
  outcome_.attempts.push_back(std::move(record));
}

void Turn::Finish(int status, const std::string& error_type) {
  if (done_) return;
  done_ = true;
  retry_.reset();
  waiting_.reset();
  exchanging_.reset();
  job_.reset();
  outcome_.status = status;
  outcome_.error_type = error_type;
  outcome_.duration = Between(begun_, services_.clock.Steady());
  outcome_.dropped = Dropped();
  if (attempt_) {
    outcome_.usage = attempt_->usage();
    // A "model" that is a key is none, and the name that was asked for stands.
    if (!secrets_->In(attempt_->reported_model())) {
      outcome_.reported_model = OneWord(attempt_->reported_model());
    }
    outcome_.upstream_request_id = OneWord(secrets_->Without(attempt_->upstream_id()));
    for (std::string& note : attempt_->notes()) {
      outcome_.notes.push_back(OneLine(secrets_->Without(std::move(note)), kMaxIdBytes));
    }
    for (std::string& type : attempt_->left_out()) {
      outcome_.unknown.push_back(OneWord(secrets_->Without(std::move(type))));
    }
    if (outcome_.answered && endpoint_ != Endpoint::kCountTokens) {
      SessionTrace& trace = Trace();
      // A side request is no part of the conversation.
      if (!outcome_.side) NoteProvider(trace, outcome_.provider);
      if (outcome_.usage.known && estimate_ >= 0) {
        trace.calibration.Observe(estimate_, outcome_.usage.PromptTokens());
      }
    }
  }
  if (const auto cost = services_.prices.CostUsdMicros(
          outcome_.provider,
          outcome_.reported_model.empty() ? outcome_.model : outcome_.reported_model,
          outcome_.usage)) {
    outcome_.cost_usd_micros = *cost;
  }
  exchange_->Observe(nullptr, nullptr);
  const auto outcome = std::make_shared<const Outcome>(std::move(outcome_));
  if (recorded_) {
    std::vector<std::string> secrets = services_.keys.Values(*config_);
    for (std::string& key : services_.commands.Values()) secrets.push_back(std::move(key));
    for (std::string& key : services_.copilot.Values()) secrets.push_back(std::move(key));
    secrets.push_back(services_.keys.Find(caller_.token_id, persona_.api_key_env));
    for (const std::string* own : {&caller_.own_authorization, &caller_.own_api_key}) {
      secrets.emplace_back(WithoutScheme(*own));
    }
    services_.transcripts->Take(std::move(*recorded_), outcome, std::move(secrets));
  }
  services_.outcomes.Take(outcome);
  finished_(this);
}

}  // namespace katra::gateway
