#include "tests/unit/router/gateway/proxy/fixture.h"

#include "tests/support/cpp/temp_home.h"

namespace katra::testing {
namespace {

class FixedRandom final : public Random {
 public:
  uint64_t Next() override { return ++last_; }

 private:
  uint64_t last_ = 0;
};

class FakeCall final : public http::Call {
 public:
  explicit FakeCall(std::shared_ptr<UpstreamCall> call) : call_(std::move(call)) {}
  ~FakeCall() override { call_->cancelled = !call_->ended; }
  FakeCall(const FakeCall&) = delete;
  FakeCall& operator=(const FakeCall&) = delete;

  void Pause() override { call_->paused = true; }
  void Resume() override { call_->paused = false; }

 private:
  std::shared_ptr<UpstreamCall> call_;
};

router::Provider Speaking(router::Interface interface, const std::string& name) {
  router::Provider provider;
  provider.name = name;
  provider.title = name;
  provider.api_key_env = "KEY_OF_" + name;
  provider.interface = interface;
  provider.messages_base_url = "https://" + name + ".test";
  provider.chat_base_url = "https://" + name + ".test/v1";
  return provider;
}

}  // namespace

std::string UpstreamCall::Header(std::string_view name) const {
  for (const http::Header& header : outgoing.headers) {
    if (http::EqualsIgnoreCase(header.name, name)) return header.value;
  }
  return {};
}

std::string UpstreamCall::Body() const {
  std::string whole;
  for (const std::string_view piece : outgoing.body->pieces()) whole.append(piece);
  return whole;
}

void UpstreamCall::Head(int status, http::Headers headers) { events.head(status, headers); }

void UpstreamCall::Data(std::string_view bytes) { events.data(bytes); }

void UpstreamCall::End() {
  ended = true;
  events.end({true, {}, {}});
}

void UpstreamCall::Fail(http::CallFailure failure) {
  ended = true;
  events.end({false, failure, "as the test says"});
}

void UpstreamCall::Reply(int status, std::string_view body, http::Headers headers) {
  if (headers.Find("content-type") == nullptr) headers.Add("content-type", "application/json");
  Head(status, std::move(headers));
  Data(body);
  End();
}

std::unique_ptr<http::Call> FakeClient::Start(http::Outgoing request, http::CallEvents events) {
  calls.push_back(std::make_shared<UpstreamCall>());
  calls.back()->outgoing = std::move(request);
  calls.back()->events = std::move(events);
  return std::make_unique<FakeCall>(calls.back());
}

void FakeExchange::Respond(http::Response response) {
  Begin(response.status, std::move(response.headers));
  body = std::move(response.body);
  ended = true;
}

void FakeExchange::Begin(int begun_status, http::Headers begun_headers) {
  status = begun_status;
  headers = std::move(begun_headers);
}

void FakeExchange::Observe(std::function<void()> gone, std::function<void()> drained) {
  gone_ = std::move(gone);
  drained_ = std::move(drained);
}

void FakeExchange::Drain() {
  pending = 0;
  drained_();
}

struct ProxyRig::Shared {
  Shared(uv::Loop& loop, http::Client& client, const Clock& clock)
      : commands(loop, clock),
        copilot(client, clock),
        router_model({loop, client, clock, commands, metrics}),
        personas({}, clock, [](const std::string&) {}),
        pool(loop),
        learning({pool, prices, clock, [](const std::string&) {}}, home.path()),
        budgets({clock, prices, {}, {}, {}}, [](WallTime) { return std::chrono::seconds(0); }),
        rates(clock) {}

  FixedRandom random;
  std::unique_ptr<router::policy::Policy> policy = router::policy::MakePersonaPolicy();
  router::policy::Circuits circuits{router::policy::Circuits::Options{}};
  router::gateway::KeyRing keys;
  router::credentials::KeyCommands commands;
  router::credentials::KeyRests rests;
  router::credentials::CopilotTokens copilot;
  router::gateway::Metrics metrics;
  router::gateway::RouterModelClient router_model;
  router::gateway::SessionPersonas personas;
  router::gateway::SessionTraces traces;
  router::gateway::Prices prices;
  router::translate::PrefixMemo memo;
  router::gateway::PlanLimits plan_limits;
  uv::WorkPool pool;
  testing::TempHome home;
  router::gateway::RouteMatchers matchers{home.path(), [](const std::string&) {}};
  router::gateway::RouteLearning learning;
  router::gateway::BudgetKeeper budgets;
  router::gateway::RateKeeper rates;
  router::routing::cost::AnswerCache answers{{}};
  std::unique_ptr<router::gateway::Services> services;
};

ProxyRig::ProxyRig() : loop(std::move(*uv::Loop::Make())) {
  shared_ = std::make_unique<Shared>(*loop, client, clock);
  Shared& all = *shared_;
  all.services = std::make_unique<router::gateway::Services>(
      router::gateway::Services{.loop = *loop,
                                .client = client,
                                .settings = settings,
                                .clock = clock,
                                .random = all.random,
                                .policy = *all.policy,
                                .matchers = all.matchers,
                                .learning = all.learning,
                                .budgets = all.budgets,
                                .rates = all.rates,
                                .answers = all.answers,
                                .router_model = all.router_model,
                                .circuits = all.circuits,
                                .keys = all.keys,
                                .commands = all.commands,
                                .rests = all.rests,
                                .copilot = all.copilot,
                                .personas = all.personas,
                                .traces = all.traces,
                                .prices = all.prices,
                                .observer = *this,
                                .reasoning = nullptr,
                                .memo = &all.memo,
                                .plan_limits = all.plan_limits,
                                .capture = nullptr,
                                .pool = all.pool});
  settings.retry.base_delay = std::chrono::milliseconds(0);
  for (const char* name : {"first", "second"}) {
    config->providers.push_back(Speaking(router::Interface::kMessages, name));
  }
  router::PersonaConfig sam;
  sam.name = "sam";
  sam.provider = "first";
  sam.model = "m-1";
  sam.fallbacks = {{"second", "m-2"}};
  config->personas.push_back(std::move(sam));
  caller.persona = "sam";
  caller.token_id = "t1";
  caller.permit = {};
  all.keys.Put("t1",
               {{"KEY_OF_first", "key-of-the-first"}, {"KEY_OF_second", "key-of-the-second"}});
}

ProxyRig::~ProxyRig() = default;

router::Provider& ProxyRig::provider(const std::string& name) {
  for (router::Provider& provider : config->providers) {
    if (provider.name == name) return provider;
  }
  config->providers.push_back(Speaking(router::Interface::kMessages, name));
  return config->providers.back();
}

void ProxyRig::Begin(router::gateway::Endpoint endpoint, std::string body, http::Headers headers) {
  exchange = std::make_shared<FakeExchange>(std::move(body));
  exchange->request().headers = std::move(headers);
  requests_.push_back(std::make_unique<router::gateway::ProxiedRequest>(
      *shared_->services, config, exchange, caller, endpoint,
      [this](router::gateway::ProxiedRequest*) { ++finished; }));
  requests_.back()->Start();
}

void ProxyRig::BeginMessages(bool stream) {
  Begin(router::gateway::Endpoint::kMessages,
        std::string(R"({"model":"m-1","max_tokens":100,"stream":)") + (stream ? "true" : "false") +
            R"(,"messages":[{"role":"user","content":"Hello"}]})");
}

std::string MessagesReply(std::string_view text) {
  return R"({"id":"msg_1","type":"message","role":"assistant","model":"m-as-told","content":[)"
         R"({"type":"text","text":")" +
         std::string(text) +
         R"("}],"stop_reason":"end_turn","stop_sequence":null,)"
         R"("usage":{"input_tokens":11,"output_tokens":7}})";
}

std::string MessageStart() {
  return "event: message_start\ndata: "
         R"({"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant",)"
         R"("model":"m-as-told","content":[],"stop_reason":null,"stop_sequence":null,)"
         R"("usage":{"input_tokens":11,"output_tokens":1}}})"
         "\n\n";
}

std::string TextDelta(std::string_view text) {
  return "event: content_block_start\ndata: "
         R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})"
         "\n\nevent: content_block_delta\ndata: "
         R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":")" +
         std::string(text) + "\"}}\n\n";
}

std::string MessageStop() {
  return "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
         "event: message_delta\ndata: "
         R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},)"
         R"("usage":{"output_tokens":7}})"
         "\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
}

std::string MessagesError(std::string_view type, std::string_view message) {
  return R"({"type":"error","error":{"type":")" + std::string(type) + R"(","message":")" +
         std::string(message) + "\"}}";
}

}  // namespace katra::testing
