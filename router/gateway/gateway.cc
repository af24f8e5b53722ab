#include "router/gateway/gateway.h"
#include "router/cloud/request_shape.h"

#include <algorithm>
#include <charconv>

#include "core/error_map.h"
#include "core/memory.h"
#include "core/text.h"
#include "router/config/endpoint.h"
#include "router/config/persona_names.h"
#include "router/gateway/models.h"
#include "router/gateway/notices.h"

namespace katra::gateway {
namespace {

using translate::ApiError;
using translate::Failure;

constexpr std::string_view kModelsPath = "/v1/models";
constexpr std::chrono::milliseconds kTick{1000};
constexpr std::chrono::milliseconds kTokenWatch{250};
constexpr size_t kQuietBytes = 1024 * 1024;  // of requests, between two ticks

// What %XX stands for; a malformed one stays as it is.
std::string PercentDecoded(std::string_view text) {
  std::string plain;
  for (size_t at = 0; at < text.size(); ++at) {
    uint8_t byte = 0;
    if (text[at] == '%' && at + 2 < text.size()) {
      const char* end = text.data() + at + 3;
      const auto read = std::from_chars(text.data() + at + 1, end, byte, 16);
      if (read.ec == std::errc() && read.ptr == end) {
        plain.push_back(static_cast<char>(byte));
        at += 2;
        continue;
      }
    }
    plain.push_back(text[at]);
  }
  return plain;
}

http::Response Plain(int status, std::string type, std::string body) {
  http::Response response;
  response.status = status;
  response.headers.Add("content-type", std::move(type));
  response.body = std::move(body);
  return response;
}

std::optional<Endpoint> EndpointOf(std::string_view path) {
  if (path == "/v1/messages") return Endpoint::kMessages;
  if (path == "/v1/messages/count_tokens") return Endpoint::kCountTokens;
  if (path == "/v1/chat/completions") return Endpoint::kChat;
  if (path == "/v1/responses") return Endpoint::kResponses;
  if (path == "/v1/responses/compact") return Endpoint::kCompact;
  return std::nullopt;
}

// Unauthenticated endpoints: fixed words that expose nothing about a persona or its work.
bool IsOpen(std::string_view path) {
  return path == "/" || path == "/api/hello" || path == "/healthz" || path == "/readyz";
}

Denial MetricsClosed(Denial denial) {
  denial.message +=
      ". The metrics need a token with the scope admin (`katra token create --persona NAME --scope "
      "admin`), the socket HOME/run/gateway.sock, or \"router\": {\"open_metrics\": true} in "
      "personas.json";
  return denial;
}

// Clients of the Responses API try a WebSocket first, and go on at once with HTTP when told to.
http::Response NoWebSocket(http::Response refused) {
  refused.headers.Add("upgrade", "HTTP/1.1");
  return refused;
}

bool AsksForWebSocket(const http::Request& head) {
  const std::string* upgrade = head.headers.Find("upgrade");
  return head.method == "GET" && upgrade != nullptr &&
         http::EqualsIgnoreCase(Trim(*upgrade), "websocket");
}

// Codex tells its version when it asks for models, and reads a list of its own shape alone.
bool IsOfCodex(const http::Request& request) {
  return ("&" + request.query).find("&client_version=") != std::string::npos;
}

ApiError WrongMethod(const std::string& allowed) {
  return MakeError(Failure::kInvalidRequest, 405, "invalid_request_error",
                   "this endpoint takes " + allowed + " only");
}

std::string LogLine(const Outcome& outcome) {
  std::string line = outcome.request_id + " " + outcome.endpoint + " " + outcome.persona + " " +
                     outcome.requested_model + " -> " + outcome.provider + "/" + outcome.model +
                     " " + std::to_string(outcome.status) + " " +
                     std::to_string(outcome.duration.count()) + " ms";
  if (outcome.attempts.size() > 1) {
    line += ", " + std::to_string(outcome.attempts.size()) + " attempts";
  }
  if (!outcome.error_type.empty()) line += ", " + outcome.error_type;
  for (const AttemptRecord& attempt : outcome.attempts) {
    if (!attempt.error.empty()) line += "; " + attempt.provider + ": " + attempt.error;
  }
  for (const std::string& note : outcome.notes) line += "; " + outcome.provider + ": " + note;
  return line;
}

}  // namespace

Gateway::Gateway(Parts parts, Settings settings, std::shared_ptr<const router::RouterConfig> config)
    : parts_(std::move(parts)),
      settings_(std::move(settings)),
      config_(std::move(config)),
      policy_(policy::MakePersonaPolicy()),
      circuits_(settings_.circuits),
      tokens_(settings_.home),
      commands_(parts_.loop, parts_.clock),
      copilot_(parts_.client, parts_.clock),
      plan_models_(parts_.client),
      pool_(parts_.loop),
      services_{parts_.loop,  parts_.client, settings_,
                parts_.clock, parts_.random, *policy_,
                circuits_,    keys_,         commands_,
                rests_,       copilot_,      traces_,
                prices_,      *this,         parts_.reasoning,
                &memo_,       plan_limits_,  parts_.transcripts,
                pool_},
      sweep_(parts_.loop, [this] { retired_.clear(); }),
      tick_(parts_.loop, [this] { Tick(); }),
      token_watch_(parts_.loop, [this] { WatchTokens(); }),
      started_at_(parts_.clock.Now()) {
  ReadPrices();
}

Gateway::~Gateway() = default;

http::Response Gateway::Refusal(const ApiError& error, CallerFormat format) {
  // E19: also what never became a request has a name.
  return ErrorResponse(error, format, "req_" + MakeUuidV7(parts_.clock.Now(), parts_.random));
}

http::Response Gateway::Deny(const Denial& denial, CallerFormat format) {
  AuditRefusals(denial, refusals_.Count(denial.reason, parts_.clock.Steady()));
  return Refusal(denial, format);
}

std::optional<Denial> Gateway::OverLimit(const Caller& caller) const {
  const router::Limits& limits = router::LimitsOf(*config_, config_->FindPersona(caller.persona));
  const auto wait =
      meter_.Check(caller.token_id, caller.persona, limits.token, parts_.clock.Steady());
  if (!wait) return std::nullopt;
  Denial denial{MakeError(Failure::kRateLimit, 429, "rate_limit_error", wait->message), "limit",
                caller.persona, caller.token_id};
  denial.headers.emplace_back("retry-after", std::to_string(wait->retry_after.count()));
  return denial;
}

void Gateway::AuditRefusals(const Denial& denial, uint64_t count) {
  if (count == 0) return;
  Audit({"token.refuse", "refused", denial.persona, denial.token_id, denial.reason, count});
}

void Gateway::Audit(const AuditEvent& event) {
  const bool told = parts_.audit.lost().events > 0;
  auto written = parts_.audit.Write(event);
  if (!written && !told) parts_.logger.Warning(written.error().message);
}

http::Response Gateway::Refuse(int status, const std::string& why) {
  const char* type = status == 413   ? "request_too_large"
                     : status == 503 ? "overloaded_error"
                                     : "invalid_request_error";
  return Refusal(MakeError(Failure::kInvalidRequest, status, type, why), CallerFormat::kMessages);
}

// Everything that can be said without the body is said before it: a flood of bad tokens costs
// little.
std::optional<http::Response> Gateway::Admit(const http::Request& head) {
  const CallerFormat format = FormatOf(head.path);
  if (auto refused = CheckSource(head, settings_.insecure_listen)) {
    return Refusal(*refused, format);
  }
  const std::string_view path = PlainPath(head.path);
  if (path.substr(0, 7) == "/admin/") {
    if (head.local) return std::nullopt;
    return Refusal(
        MakeError(Failure::kNotFound, 404, "not_found_error", "there is no such endpoint"), format);
  }
  const bool metrics = path == "/metrics";
  if (IsOpen(path) || metrics) {
    if (metrics && !head.local && !config_->open_metrics) {
      auto caller = Identify(head, tokens_, Scope::kAdmin, parts_.clock.Now());
      if (!caller) return Deny(MetricsClosed(std::move(caller.error())), format);
    }
    if (head.method != "GET" && head.method != "HEAD") {
      return Refusal(WrongMethod("GET and HEAD"), format);
    }
    if (!http::DeclaresBody(head)) return std::nullopt;
    return Refusal(MakeError(Failure::kTooLarge, 413, "request_too_large",
                             "this endpoint takes no body: leave content-length and "
                             "transfer-encoding out"),
                   format);
  }
  const auto endpoint = EndpointOf(path);
  const bool models = path == "/v1/models" || path.substr(0, 11) == "/v1/models/";
  if (!endpoint && !models) {  // C5
    return Refusal(
        MakeError(Failure::kNotFound, 404, "not_found_error",
                  "there is no " + OneLine(head.path, 100) + " here: see docs/gateway.md"),
        format);
  }
  const auto caller = Identify(head, tokens_, Scope::kGateway, parts_.clock.Now());
  if (!caller) return Deny(caller.error(), format);
  if (endpoint) {
    if (const auto over = OverLimit(*caller)) return Deny(*over, format);
  }
  if (models && head.method != "GET") return Refusal(WrongMethod("GET"), format);
  if (endpoint && AsksForWebSocket(head)) {
    return NoWebSocket(Refusal(MakeError(Failure::kInvalidRequest, 426, "invalid_request_error",
                                         "no WebSocket here: send the request with POST, and read "
                                         "its answer as a stream of events"),
                               format));
  }
  if (endpoint && head.method != "POST") {
    return Refusal(WrongMethod("POST"), format);
  }
  return std::nullopt;
}

bool Gateway::IsForAnybody(const http::Request& head) const {
  const std::string_view path = PlainPath(head.path);
  return IsOpen(path) || (path == "/metrics" && config_->open_metrics);
}

void Gateway::Handle(std::shared_ptr<http::Exchange> exchange) {
  const std::string_view path = PlainPath(exchange->request().path);
  if (path.substr(0, 7) == "/admin/") {
    HandleAdmin(exchange);
    return;
  }
  if (const auto endpoint = EndpointOf(path)) {
    StartTurn(std::move(exchange), *endpoint);
    return;
  }
  if (AskPlanForModels(exchange)) return;
  exchange->Respond(Answer(exchange->request()));
}

bool Gateway::AskPlanForModels(const std::shared_ptr<http::Exchange>& exchange) {
  const http::Request& request = exchange->request();
  if (PlainPath(request.path) != kModelsPath || !IsOfCodex(request)) return false;
  const auto caller = Identify(request, tokens_, Scope::kGateway, parts_.clock.Now());
  if (!caller) return false;
  const router::PersonaConfig persona =
      router::SessionPersona(*config_, caller->persona, caller->session);
  if (!persona.own_login) return false;
  std::vector<router::Target> targets = persona.fallbacks;
  targets.insert(targets.begin(), router::SessionTarget(*config_, persona));
  for (const router::Target& target : targets) {
    const router::Provider* provider = config_->FindProvider(target.provider);
    if (provider == nullptr || !caller->permit.Allows(provider->name, target.model)) continue;
    const router::Provider& plan = router::AskedOnLogin(*provider, true);
    if (!router::IsPlan(plan, router::InterfaceOf(plan, target.model), true)) continue;
    const Login login = LoginFor(*caller, plan, router::Interface::kResponses, true, true);
    if (login.empty()) {
      exchange->Respond(Refusal(NoLogin(plan), CallerFormat::kOpenAi));
    } else {
      plan_models_.Answer(exchange, plan, login);
    }
    return true;
  }
  return false;
}

void Gateway::StartTurn(std::shared_ptr<http::Exchange> exchange, Endpoint endpoint) {
  auto caller = Identify(exchange->request(), tokens_, Scope::kGateway, parts_.clock.Now());
  if (!caller) {  // it ended while the body came in
    exchange->Respond(Deny(caller.error(), FormatOf(exchange->request().path)));
    return;
  }
  if (auto over = OverLimit(*caller)) {  // others of its token came while the body did
    exchange->Respond(Deny(*over, FormatOf(exchange->request().path)));
    return;
  }
  const std::string token_id = caller->token_id;
  meter_.Begin(token_id, caller->persona, exchange->request().body.size(), parts_.clock.Steady());
  read_bytes_ += exchange->request().body.size();
  auto owned = std::make_unique<Turn>(services_, config_, std::move(exchange), std::move(*caller),
                                      endpoint, [this, token_id](Turn* ended) {
                                        meter_.End(token_id);
                                        Retire(ended);
                                      });
  Turn* turn = owned.get();
  turns_.emplace(turn, std::move(owned));
  turn->Start();
  if (!ticking_ && !turns_.empty()) {
    ticking_ = true;
    tick_.Start(std::min(kTick, settings_.ping_interval));
  }
  if (!watching_tokens_ && !turns_.empty()) {
    watching_tokens_ = true;
    token_watch_.Start(kTokenWatch);
  }
}

// A command ends tokens in the file, and tells nobody.
void Gateway::WatchTokens() {
  tokens_.LookAgain();
  if (tokens_.trouble().empty() && tokens_.readings() != tokens_seen_) {
    tokens_seen_ = tokens_.readings();
    EndTurns([this](const std::string& token_id) { return !tokens_.Holds(token_id); });
    keys_.Prune([this](const std::string& token_id) { return tokens_.Holds(token_id); });
  }
  watching_tokens_ = !turns_.empty();
  if (watching_tokens_) token_watch_.Start(kTokenWatch);
}

void Gateway::EndTurns(const std::function<bool(const std::string& token_id)>& over) {
  std::vector<Turn*> ending;
  for (const auto& [turn, owned] : turns_) {
    if (over(turn->token_id())) ending.push_back(turn);
  }
  for (Turn* turn : ending) turn->EndWithToken();
}

void Gateway::Tick() {
  std::vector<Turn*> turns;
  turns.reserve(turns_.size());
  for (const auto& [turn, owned] : turns_) turns.push_back(turn);
  for (Turn* turn : turns) turn->Tick();  // one that has ended meanwhile is retired, not gone
  // Large bodies leave much behind. While more of them come, it is used again.
  const bool quiet = std::exchange(read_bytes_, 0) < kQuietBytes;
  if (quiet && left_behind_) GiveFreedMemoryBack();
  left_behind_ = !quiet;
  ticking_ = !turns_.empty() || left_behind_;
  if (ticking_) tick_.Start(std::min(kTick, settings_.ping_interval));
}

void Gateway::Retire(Turn* turn) {
  const auto found = turns_.find(turn);
  if (found == turns_.end()) return;
  retired_.push_back(std::move(found->second));
  turns_.erase(found);
  if (retired_.size() == 1) sweep_.Start(std::chrono::milliseconds(0));
}

http::Response Gateway::Answer(const http::Request& request) {
  const std::string_view path = PlainPath(request.path);
  if (path == "/readyz") {
    return draining_ ? Plain(503, "text/plain", "draining\n") : Plain(200, "text/plain", "ready\n");
  }
  if (path == "/metrics") {
    const size_t connections = server_ == nullptr ? 0 : server_->connections();
    const auto streams = static_cast<size_t>(std::count_if(
        turns_.begin(), turns_.end(), [](const auto& turn) { return turn.second->streaming(); }));
    return Plain(200, "text/plain; version=0.0.4",
                 metrics_.Render({turns_.size(), streams, connections,
                                  policy::OpenCircuits(circuits_, parts_.clock.Steady())},
                                 parts_.dropped_records ? parts_.dropped_records() : 0));
  }
  if (path.substr(0, 10) == "/v1/models") return Models(request);
  return Plain(200, "text/plain", path == "/healthz" ? "ok\n" : "Katra's gateway\n");
}

http::Response Gateway::Models(const http::Request& request) {
  const auto caller = Identify(request, tokens_, Scope::kGateway, parts_.clock.Now());
  if (!caller) return Deny(caller.error(), CallerFormat::kMessages);
  const router::PersonaConfig persona =
      router::SessionPersona(*config_, caller->persona, caller->session);
  const auto has_key = [&](const router::Provider& provider) {
    if (!cloud::MissingPart(provider).empty()) return false;
    const std::vector<std::string> variables = router::ApiKeyEnvs(&persona, provider);
    return variables.empty() ||
           std::any_of(variables.begin(), variables.end(), [&](const std::string& variable) {
             return !keys_.Find(caller->token_id, variable).empty();
           });
  };
  const std::string_view path = PlainPath(request.path);
  if (path.size() > kModelsPath.size()) {
    const std::string id = PercentDecoded(path.substr(kModelsPath.size() + 1));
    auto model = DescribeModel(*config_, persona, caller->permit, id, has_key);
    if (model) return Plain(200, "application/json", std::move(*model));
    return Refusal(MakeError(Failure::kNotFound, 404, "not_found_error",
                             "there is no model " + OneLine(id, 100) +
                                 " here: GET /v1/models lists those that can be asked for"),
                   CallerFormat::kMessages);
  }
  return Plain(200, "application/json",
               IsOfCodex(request) ? ListModelsForCodex(*config_, persona, caller->permit, has_key)
                                  : ListModels(*config_, persona, caller->permit, has_key));
}

void Gateway::Take(const OutcomePtr& outcome) {
  if (outcome->not_allowed) {
    Denial denial;
    denial.persona = outcome->persona;
    denial.token_id = outcome->token_id;
    denial.reason = "provider or model";
    AuditRefusals(denial, refusals_.Count(denial.reason, parts_.clock.Steady()));
  }
  metrics_.Take(*outcome);
  for (const std::string& type : outcome->unknown) {
    if (!metrics_.TakeUnknown(type)) continue;
    parts_.logger.Warning("a client sent " + OneLine(type, 100) +
                          ", a type that Katra does not know; it was left out, and will be each "
                          "time: see x-katra-dropped, and katra_unknown_types_total");
  }
  decisions_.Take(outcome);
  if (parts_.recorder != nullptr) parts_.recorder->Take(outcome);
  const bool smooth = outcome->error_type.empty() && outcome->notes.empty();
  const LogLevel level = smooth ? LogLevel::kInfo : LogLevel::kWarning;
  if (parts_.logger.Logs(level)) parts_.logger.Log(level, LogLine(*outcome));
}

void Gateway::ReadPrices() {
  Prices prices;
  if (auto read = prices.ReadFile(settings_.home + "/router/prices.json"); !read) {
    // Old prices say more than none of the user's own.
    parts_.logger.Warning("the new prices are not taken, the old ones stay: " +
                          read.error().message);
    return;
  }
  prices_ = std::move(prices);
}

Status Gateway::Reload() {
  auto read = ReadConfiguration();
  plan_limits_.Clear();  // who has bought more asks again
  Audit({"config.reload", read ? "ok" : "refused", "", "",
         read ? "" : NamesOf(read.error().code).name});
  return read;
}

Status Gateway::ReadConfiguration() {
  auto loaded = router::Load({settings_.home, settings_.personas_file});
  if (loaded) {
    // Those of before were looked up when the process began.
    const auto known = [this](const std::string& name) { return config_->FindPersona(name); };
    if (auto names = router::CheckPersonaNames(*loaded, known); !names) {
      loaded = Pass(std::move(names));
    }
  }
  if (!loaded) {
    parts_.logger.LogError("the new configuration is not taken, the old one stays: " +
                           loaded.error().message);
    return Pass(std::move(loaded));
  }
  for (const std::string& notice : NoticesOf(*loaded)) parts_.logger.Warning(notice);
  config_ = std::make_shared<const router::RouterConfig>(std::move(*loaded));
  ReadPrices();
  parts_.logger.Info("the configuration was read again");
  return {};
}

void Gateway::BeginDrain() {
  draining_ = true;
  for (const auto& [reason, count] : refusals_.Rest()) {
    Denial denial;
    denial.reason = reason;
    AuditRefusals(denial, count);
  }
  decisions_.Close();
}

}  // namespace katra::gateway
