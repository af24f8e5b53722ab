// One request of a client, from its body to the end of its response: the order of events, and what
// the client is sent at each of them. On the loop's thread.
//
// The body is read, CandidateList chooses the candidates, and RetryState says which one is next.
// For each candidate, CredentialFinder finds the credential, Prepare() makes the body, and an
// UpstreamRequest sends it. A failure before content leads to the next candidate; from the first
// content on, the response goes to ClientWriter, and no other candidate is tried. RecordBuilder
// collects the outcome.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/http/server.h"
#include "core/ids.h"
#include "core/uv/handles.h"
#include "core/uv/work.h"
#include "router/credentials/copilot_tokens.h"
#include "router/credentials/key_commands.h"
#include "router/credentials/key_rests.h"
#include "router/gateway/access/session_personas.h"
#include "router/gateway/proxy/cache_use.h"
#include "router/gateway/proxy/candidate_list.h"
#include "router/gateway/proxy/client_writer.h"
#include "router/gateway/proxy/credential_finder.h"
#include "router/gateway/proxy/credential_sources.h"
#include "router/gateway/proxy/endpoint.h"
#include "router/gateway/proxy/preparation.h"
#include "router/gateway/proxy/record_builder.h"
#include "router/gateway/proxy/route_planner.h"
#include "router/gateway/proxy/session_history.h"
#include "router/gateway/proxy/upstream_request.h"
#include "router/gateway/spending/budget_keeper.h"
#include "router/gateway/spending/rate_keeper.h"
#include "router/gateway/subscription/plan_limits.h"
#include "router/policy/retry_state.h"
#include "router/translate/openai_clients/openai_client.h"

namespace katra::router::gateway {

// What every request uses. Borrowed; the gateway owns all of it.
struct Services {
  uv::Loop& loop;
  http::Client& client;
  const Settings& settings;
  const Clock& clock;
  Random& random;
  const policy::Policy& policy;
  RouteMatchers& matchers;
  RouteLearning& learning;
  BudgetKeeper& budgets;
  RateKeeper& rates;
  routing::cost::AnswerCache& answers;
  RouterModelClient& router_model;
  policy::Circuits& circuits;
  KeyRing& keys;
  credentials::KeyCommands& commands;
  credentials::KeyRests& rests;
  credentials::CopilotTokens& copilot;
  SessionPersonas& personas;
  SessionTraces& traces;
  const Prices& prices;
  RequestObserver& observer;
  translate::ReasoningStore* reasoning;
  translate::PrefixMemo* memo;
  PlanLimits& plan_limits;
  CaptureWriter* capture;  // nullptr: nothing is ever recorded
  uv::WorkPool& pool;
};

class ProxiedRequest final : private UpstreamCallbacks, private CredentialCallbacks {
 public:
  // `finished` is called once; the request may be destroyed at any time after that call, but not
  // during it.
  ProxiedRequest(Services& services, std::shared_ptr<const RouterConfig> config,
                 std::shared_ptr<http::Exchange> exchange, Caller caller, Endpoint endpoint,
                 std::function<void(ProxiedRequest*)> finished);
  ~ProxiedRequest() override;
  ProxiedRequest(const ProxiedRequest&) = delete;
  ProxiedRequest& operator=(const ProxiedRequest&) = delete;

  void Start();
  // Call periodically: sends a sign of life to the client while the model is silent.
  void Tick();
  // The request's token has ended: sends the client an error and cancels the upstream request.
  void EndWithToken();
  [[nodiscard]] const std::string& token_id() const { return caller_.token_id; }
  // Whether a part of a streamed response has been sent.
  [[nodiscard]] bool streaming() const { return client_->streaming() && !done_; }

 private:
  void OnCredential(UpstreamCredential credential) override;
  void OnNoCredential(const translate::ApiError& error) override;
  void OnRefusalStands(const translate::ApiError& error, std::unique_ptr<RawReply> raw) override;

  void OnFlow(std::string_view events) override;
  void OnWhole(std::string body) override;
  void OnDone() override;
  void OnFailed(const translate::ApiError& error, std::unique_ptr<RawReply> raw) override;
  void OnBroken(const translate::ApiError& error, bool told) override;

  void TakeBody(ClientBody read);
  // Whether the current candidate can be sent the client's body; otherwise it gets its Messages
  // form.
  [[nodiscard]] bool TakesBody() const;
  // Converts the body to the Messages format, then launches.
  void LaunchWithMessages();
  // Chooses the candidates and begins with the first.
  void Choose();
  void TakeChoice(const policy::Ask& ask);
  void NoteRule(const policy::Choice& choice);
  // Responds from the cache if that is enabled and possible; otherwise continues with Ask().
  void LookUp();
  void TakeKey(const routing::cost::CacheKey& key);
  [[nodiscard]] bool AnswerFromCache(const routing::cost::CachedAnswer& answer);
  void StoreAnswer();
  // Tries the candidates whose budget is not spent.
  void Ask();
  // Removes a subagent's tag from the body.
  void CutTag();
  void TryNext();
  void Launch();
  // Of the current candidate.
  void GiveUp(const translate::ApiError& error, std::unique_ptr<RawReply> raw);
  void Begin(UpstreamPlan&& plan, PreparedBody&& prepared);
  // What to leave out so that the current candidate may accept the request; empty: its refusal is
  // final.
  [[nodiscard]] translate::RetryAdjustments AdjustmentsFor(const translate::ApiError& error);
  // Tries the same candidate once more without what it refused, if there is something to leave out.
  [[nodiscard]] bool RetriesAdjusted(const translate::ApiError& error);
  void LaunchAfter(std::chrono::milliseconds delay);
  // Count the current candidate's use of budgets and rate limits, before it is tried and
  // afterwards.
  void BeginUse();
  void EndUse();
  // The estimated tokens of the prompt.
  [[nodiscard]] int64_t ExpectedTokens() const;
  void AnswerCount();
  // Sends the client the decision of /v1/route.
  void AnswerRoute();
  void Report(const translate::ApiError& error, std::unique_ptr<RawReply> raw);
  void BeginStream();
  // What the client's format or the upstream's could not express, each once.
  [[nodiscard]] std::vector<std::string> Dropped() const;
  [[nodiscard]] http::Headers AnswerHeaders(const char* type) const;
  // Call after each write: pauses the upstream if the client does not read.
  void FollowClient();
  void OnClientGone();
  void NoteAttempt(const std::string& error);
  void Finish(int status, const std::string& error_type);

  [[nodiscard]] RequestRecord& record() { return recorder_.record(); }
  [[nodiscard]] const RequestRecord& record() const { return recorder_.record(); }

  Services& services_;
  std::shared_ptr<const RouterConfig> config_;
  std::shared_ptr<http::Exchange> exchange_;
  Caller caller_;
  Endpoint endpoint_;
  std::function<void(ProxiedRequest*)> finished_;
  // Of this request: its token, the client's own logins, and the keys that attempts have sent.
  std::shared_ptr<KnownSecrets> secrets_;
  RecordBuilder recorder_;
  std::unique_ptr<ClientWriter> client_;
  ClientRequest asked_;
  std::shared_ptr<const PersonaConfig> persona_;  // as this session is configured
  CredentialSources sources_;
  CredentialFinder credential_;
  SessionHistory history_;
  RoutePlanner planner_;
  CandidateList candidates_;
  std::unique_ptr<CacheUse> cache_;          // nullptr: the cache is not used
  Target cached_for_;                        // the model whose responses the cache's key is for
  std::shared_ptr<const std::string> body_;  // as the client wrote it
  translate::RequestPeek peek_;
  std::unique_ptr<MessagesForm>
      messages_;  // if the client's format is another, once a candidate needs it
  const policy::Candidate* unfit_ = nullptr;  // it accepts the client's format, but not this body
  std::unique_ptr<policy::RetryState> retry_state_;
  const policy::Candidate* current_ = nullptr;
  translate::RetryAdjustments adjustments_;
  const policy::Candidate* adjusted_ = nullptr;  // tried again with `adjustments_`; once
  bool despite_circuit_ = false;                 // of the current candidate
  // While the current candidate is tried: its expected cost, and its use of a rate limit.
  std::unique_ptr<BudgetKeeper::Hold> hold_;
  std::optional<RateKeeper::Use> use_;
  std::unique_ptr<UpstreamRequest> upstream_;
  std::unique_ptr<UpstreamRequest> ended_upstream_;  // ended within its own callback
  std::unique_ptr<RawReply> raw_;                    // of the most informative failure
  std::optional<uv::Timer> retry_;
  std::unique_ptr<uv::WorkPool::Job> job_;  // a large body is being read or prepared
  int64_t estimate_ = -1;                   // of the input tokens; -1: not needed so far
  bool content_ = false;                    // part of the response has been sent
  bool done_ = false;
};

}  // namespace katra::router::gateway
