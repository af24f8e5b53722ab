#include "router/gateway/server/gateway.h"

#include <algorithm>
#include <charconv>

#include "core/malloc_tuning.h"
#include "core/text.h"
#include "router/cloud/request_shape.h"
#include "router/config/endpoint.h"
#include "router/gateway/access/models.h"
#include "router/gateway/server/notices.h"

namespace katra::router::gateway {
namespace {

using translate::ApiError;
using translate::Failure;

constexpr std::string_view kModelsPath = "/v1/models";
constexpr std::chrono::milliseconds kTick{1000};
constexpr std::chrono::milliseconds kTokenWatch{250};
constexpr size_t kQuietBytes = 1024 * 1024;  // bytes of requests between two ticks

// Decodes %XX; malformed escapes are left unchanged.
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
  if (path == "/v1/route") return Endpoint::kRoute;
  return std::nullopt;
}

// Unauthenticated endpoints; their fixed answers expose nothing about a persona or its work.
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

// Clients of the Responses API try a WebSocket first, and continue with HTTP when refused.
http::Response NoWebSocket(http::Response refused) {
  refused.headers.Add("upgrade", "HTTP/1.1");
  return refused;
}

bool AsksForWebSocket(const http::Request& head) {
  const std::string* upgrade = head.headers.Find("upgrade");
  return head.method == "GET" && upgrade != nullptr &&
         http::EqualsIgnoreCase(Trim(*upgrade), "websocket");
}

// Codex sends its version when it requests models, and only reads its own list format.
bool IsOfCodex(const http::Request& request) {
  return ("&" + request.query).find("&client_version=") != std::string::npos;
}

ApiError WrongMethod(const std::string& allowed) {
  return MakeError(Failure::kInvalidRequest, 405, "invalid_request_error",
                   "this endpoint accepts only " + allowed);
}

std::string LogLine(const RequestRecord& record) {
  std::string line = record.request_id + " " + record.endpoint + " " + record.persona + " " +
                     record.requested_model + " -> " + record.provider + "/" + record.model + " " +
                     std::to_string(record.status) + " " + std::to_string(record.duration.count()) +
                     " ms";
  if (record.attempts.size() > 1) {
    line += ", " + std::to_string(record.attempts.size()) + " attempts";
  }
  if (!record.error_type.empty()) line += ", " + record.error_type;
  for (const AttemptRecord& attempt : record.attempts) {
    if (!attempt.error.empty()) line += "; " + attempt.provider + ": " + attempt.error;
  }
  for (const std::string& note : record.notes) line += "; " + record.provider + ": " + note;
  return line;
}

}  // namespace

Gateway::Gateway(Deps deps, Settings settings, std::shared_ptr<const RouterConfig> config)
    : deps_(std::move(deps)),
      settings_(std::move(settings)),
      config_(std::move(config)),
      policy_(policy::MakePersonaPolicy()),
      matchers_(settings_.home, WarnBy(deps_.logger)),
      circuits_(settings_.circuits),
      tokens_(settings_.home, deps_.clock),
      commands_(deps_.loop, deps_.clock),
      copilot_(deps_.client, deps_.clock),
      personas_(settings_.user_home, deps_.clock, WarnBy(deps_.logger)),
      plan_models_(deps_.client),
      budgets_({deps_.clock, prices_, deps_.read_spending, deps_.tell_room, WarnBy(deps_.logger)},
               LocalZoneOffset),
      rates_(deps_.clock),
      router_model_({deps_.loop, deps_.client, deps_.clock, commands_, metrics_}),
      pool_(deps_.loop),
      learning_({pool_, prices_, deps_.clock, WarnBy(deps_.logger)}, settings_.home),
      services_{.loop = deps_.loop,
                .client = deps_.client,
                .settings = settings_,
                .clock = deps_.clock,
                .random = deps_.random,
                .policy = *policy_,
                .matchers = matchers_,
                .learning = learning_,
                .budgets = budgets_,
                .rates = rates_,
                .answers = answers_,
                .router_model = router_model_,
                .circuits = circuits_,
                .keys = keys_,
                .commands = commands_,
                .rests = rests_,
                .copilot = copilot_,
                .personas = personas_,
                .traces = traces_,
                .prices = prices_,
                .observer = *this,
                .reasoning = deps_.reasoning,
                .memo = &memo_,
                .plan_limits = plan_limits_,
                .capture = deps_.capture,
                .pool = pool_},
      sweep_(deps_.loop, [this] { retired_.clear(); }),
      tick_(deps_.loop, [this] { Tick(); }),
      token_watch_(deps_.loop, [this] { WatchTokens(); }),
      started_at_(deps_.clock.Now()) {
  ReadPrices();
  budgets_.Configure(config_);
  rates_.Configure(config_->rate_limits);
  router_model_.prompts().Read(settings_.home + "/router/prompts", deps_.logger);
}

Gateway::~Gateway() = default;

http::Response Gateway::Refusal(const ApiError& error, CallerFormat format) {
  // E19: requests that were never accepted get an id too.
  return ErrorResponse(error, format, "req_" + MakeUuidV7(deps_.clock.Now(), deps_.random));
}

http::Response Gateway::Deny(const Denial& denial, CallerFormat format) {
  AuditRefusals(denial, refusals_.Count(denial.reason, deps_.clock.Steady()));
  return Refusal(denial, format);
}

std::optional<Denial> Gateway::OverLimit(const Caller& caller) const {
  const router::Limits& limits = LimitsOf(*config_, config_->FindPersona(caller.persona));
  const auto wait =
      meter_.Check(caller.token_id, caller.persona, limits.token, deps_.clock.Steady());
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
  const bool told = deps_.audit.lost().events > 0;
  auto written = deps_.audit.Write(event);
  if (!written && !told) deps_.logger.Warning(written.error().message);
}

http::Response Gateway::Refuse(int status, const std::string& why) {
  const char* type = status == 413   ? "request_too_large"
                     : status == 503 ? "overloaded_error"
                                     : "invalid_request_error";
  return Refusal(MakeError(Failure::kInvalidRequest, status, type, why), CallerFormat::kMessages);
}

// Everything possible is checked before the body is read, so that a flood of bad tokens costs
// little.
std::optional<http::Response> Gateway::Admit(const http::Request& head) {
  const CallerFormat format = FormatOf(head.path);
  if (auto refused = CheckSource(head, settings_.insecure_listen)) {
    return Refusal(*refused, format);
  }
  const std::string_view path = PlainPath(head.path);
  if (path.substr(0, 7) == "/admin/") {
    if (head.local) return std::nullopt;
    return Refusal(MakeError(Failure::kNotFound, 404, "not_found_error", "unknown endpoint"),
                   format);
  }
  const bool metrics = path == "/metrics";
  if (IsOpen(path) || metrics) {
    if (metrics && !head.local && !config_->open_metrics) {
      auto caller = Identify(head, tokens_, Scope::kAdmin, deps_.clock.Now());
      if (!caller) return Deny(MetricsClosed(std::move(caller.error())), format);
    }
    if (head.method != "GET" && head.method != "HEAD") {
      return Refusal(WrongMethod("GET and HEAD"), format);
    }
    if (!http::DeclaresBody(head)) return std::nullopt;
    return Refusal(
        MakeError(Failure::kTooLarge, 413, "request_too_large",
                  "this endpoint accepts no body: omit content-length and transfer-encoding"),
        format);
  }
  const auto endpoint = EndpointOf(path);
  const bool models = path == "/v1/models" || path.substr(0, 11) == "/v1/models/";
  if (!endpoint && !models) {  // C5
    return Refusal(
        MakeError(Failure::kNotFound, 404, "not_found_error",
                  "unknown endpoint " + OneLine(head.path, 100) + ": see docs/gateway.md"),
        format);
  }
  const auto caller = Identify(head, tokens_, Scope::kGateway, deps_.clock.Now());
  if (!caller) return Deny(caller.error(), format);
  if (endpoint) {
    if (const auto over = OverLimit(*caller)) return Deny(*over, format);
  }
  if (models && head.method != "GET") return Refusal(WrongMethod("GET"), format);
  if (endpoint && AsksForWebSocket(head)) {
    return NoWebSocket(Refusal(MakeError(Failure::kInvalidRequest, 426, "invalid_request_error",
                                         "WebSockets are not supported: send the request with "
                                         "POST, and read its answer as a stream of events"),
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
    StartRequest(std::move(exchange), *endpoint);
    return;
  }
  if (AskPlanForModels(exchange)) return;
  exchange->Respond(Answer(exchange->request()));
}

bool Gateway::AskPlanForModels(const std::shared_ptr<http::Exchange>& exchange) {
  const http::Request& request = exchange->request();
  if (PlainPath(request.path) != kModelsPath || !IsOfCodex(request)) return false;
  const auto caller = Identify(request, tokens_, Scope::kGateway, deps_.clock.Now());
  if (!caller) return false;
  const PersonaConfig persona = SessionPersona(*config_, caller->persona, caller->session);
  if (!persona.own_login) return false;
  std::vector<Target> targets = persona.fallbacks;
  targets.insert(targets.begin(), SessionTarget(*config_, persona));
  for (const Target& target : targets) {
    const Provider* provider = config_->FindProvider(target.provider);
    if (provider == nullptr || !caller->permit.Allows(provider->name, target.model)) continue;
    const Provider& plan = AskedOnLogin(*provider, true);
    if (!IsPlan(plan, InterfaceOf(plan, target.model), true)) continue;
    const Login login = LoginFor(*caller, plan, Interface::kResponses, true, true);
    if (login.empty()) {
      exchange->Respond(Refusal(NoLogin(plan), CallerFormat::kOpenAi));
    } else {
      plan_models_.Answer(exchange, plan, login);
    }
    return true;
  }
  return false;
}

void Gateway::StartRequest(std::shared_ptr<http::Exchange> exchange, Endpoint endpoint) {
  auto caller = Identify(exchange->request(), tokens_, Scope::kGateway, deps_.clock.Now());
  if (!caller) {  // the token ended while the body arrived
    exchange->Respond(Deny(caller.error(), FormatOf(exchange->request().path)));
    return;
  }
  if (auto over = OverLimit(*caller)) {  // other requests of the token arrived meanwhile
    exchange->Respond(Deny(*over, FormatOf(exchange->request().path)));
    return;
  }
  const std::string token_id = caller->token_id;
  meter_.Begin(token_id, caller->persona, exchange->request().body.size(), deps_.clock.Steady());
  read_bytes_ += exchange->request().body.size();
  auto owned =
      std::make_unique<ProxiedRequest>(services_, config_, std::move(exchange), std::move(*caller),
                                       endpoint, [this, token_id](ProxiedRequest* ended) {
                                         meter_.End(token_id);
                                         Retire(ended);
                                       });
  ProxiedRequest* proxied = owned.get();
  requests_.emplace(proxied, std::move(owned));
  proxied->Start();
  if (!ticking_ && !requests_.empty()) {
    ticking_ = true;
    tick_.Start(std::min(kTick, settings_.ping_interval));
  }
  if (!watching_tokens_ && !requests_.empty()) {
    watching_tokens_ = true;
    token_watch_.Start(kTokenWatch);
  }
}

// A command revokes tokens in the file without notifying this process.
void Gateway::WatchTokens() {
  tokens_.LookAgain();
  if (tokens_.trouble().empty() && tokens_.readings() != tokens_seen_) {
    tokens_seen_ = tokens_.readings();
    EndRequests([this](const std::string& token_id) { return !tokens_.Holds(token_id); });
    keys_.Prune([this](const std::string& token_id) { return tokens_.Holds(token_id); });
  }
  watching_tokens_ = !requests_.empty();
  if (watching_tokens_) token_watch_.Start(kTokenWatch);
}

void Gateway::EndRequests(const std::function<bool(const std::string& token_id)>& over) {
  std::vector<ProxiedRequest*> ending;
  for (const auto& [proxied, owned] : requests_) {
    if (over(proxied->token_id())) ending.push_back(proxied);
  }
  for (ProxiedRequest* proxied : ending) proxied->EndWithToken();
}

void Gateway::Tick() {
  std::vector<ProxiedRequest*> requests;
  requests.reserve(requests_.size());
  for (const auto& [proxied, owned] : requests_) requests.push_back(proxied);
  // A request that ends meanwhile is retired, not destroyed.
  for (ProxiedRequest* proxied : requests) proxied->Tick();
  // Large bodies leave much free memory, which is reused while more of them arrive.
  const bool quiet = std::exchange(read_bytes_, 0) < kQuietBytes;
  if (quiet && left_behind_) GiveFreedMemoryBack();
  left_behind_ = !quiet;
  ticking_ = !requests_.empty() || left_behind_;
  if (ticking_) tick_.Start(std::min(kTick, settings_.ping_interval));
}

void Gateway::Retire(ProxiedRequest* proxied) {
  const auto found = requests_.find(proxied);
  if (found == requests_.end()) return;
  retired_.push_back(std::move(found->second));
  requests_.erase(found);
  if (retired_.size() == 1) sweep_.Start(std::chrono::milliseconds(0));
}

http::Response Gateway::Answer(const http::Request& request) {
  const std::string_view path = PlainPath(request.path);
  if (path == "/readyz") {
    return draining_ ? Plain(503, "text/plain", "draining\n") : Plain(200, "text/plain", "ready\n");
  }
  if (path == "/metrics") {
    const size_t connections = server_ == nullptr ? 0 : server_->connections();
    const auto streams = static_cast<size_t>(
        std::count_if(requests_.begin(), requests_.end(),
                      [](const auto& proxied) { return proxied.second->streaming(); }));
    return Plain(200, "text/plain; version=0.0.4",
                 metrics_.Render({requests_.size(), streams, connections,
                                  policy::OpenCircuits(circuits_, deps_.clock.Steady())},
                                 deps_.dropped_records ? deps_.dropped_records() : 0));
  }
  if (path.substr(0, 10) == "/v1/models") return Models(request);
  return Plain(200, "text/plain", path == "/healthz" ? "ok\n" : "Katra's gateway\n");
}

http::Response Gateway::Models(const http::Request& request) {
  const auto caller = Identify(request, tokens_, Scope::kGateway, deps_.clock.Now());
  if (!caller) return Deny(caller.error(), CallerFormat::kMessages);
  const PersonaConfig persona = SessionPersona(*config_, caller->persona, caller->session);
  const auto has_key = [&](const Provider& provider) {
    if (!cloud::MissingPart(provider).empty()) return false;
    const std::vector<std::string> variables = ApiKeyEnvs(&persona, provider);
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
                             "unknown model " + OneLine(id, 100) +
                                 ": GET /v1/models lists the models that can be requested"),
                   CallerFormat::kMessages);
  }
  return Plain(200, "application/json",
               IsOfCodex(request) ? ListModelsForCodex(*config_, persona, caller->permit, has_key)
                                  : ListModels(*config_, persona, caller->permit, has_key));
}

void Gateway::OnRequestFinished(const RequestRecordPtr& record) {
  if (record->not_allowed) {
    Denial denial;
    denial.persona = record->persona;
    denial.token_id = record->token_id;
    denial.reason = "provider or model";
    AuditRefusals(denial, refusals_.Count(denial.reason, deps_.clock.Steady()));
  }
  metrics_.OnRequestFinished(*record);
  budgets_.OnRequestFinished(*record);
  for (const std::string& type : record->unknown) {
    if (!metrics_.CountUnknown(type)) continue;
    deps_.logger.Warning("a client sent " + OneLine(type, 100) +
                         ", a type that Katra does not know; it was left out, and will be each "
                         "time: see x-katra-dropped, and katra_unknown_types_total");
  }
  if (config_->matching.learning) learning_.OnRequestFinished(*record);
  decisions_.OnRequestFinished(record);
  if (deps_.recorder != nullptr) deps_.recorder->OnRequestFinished(record);
  const bool smooth = record->error_type.empty() && record->notes.empty();
  const LogLevel level = smooth ? LogLevel::kInfo : LogLevel::kWarning;
  if (deps_.logger.Logs(level)) deps_.logger.Log(level, LogLine(*record));
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

}  // namespace katra::router::gateway
