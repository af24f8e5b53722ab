// One request of a client, from its body to the end of its answer: the order of events, and what
// the client is told at each of them. On the loop's thread.
//
// Its body is read, CandidateList chooses who may answer, and RetryState says who is next. For each
// candidate CredentialFinder finds what it is asked with, Prepare() makes the body, and an
// UpstreamRequest asks. A failure before content leads to the next candidate; from the first
// content on the answer goes to ClientWriter, and nobody else is asked. RecordBuilder gathers what
// became of it.
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
#include "router/gateway/subscription/plan_limits.h"
#include "router/policy/retry_state.h"
#include "router/translate/openai_clients/openai_client.h"

namespace katra::router::gateway {

// What every request uses. Borrowed: the gateway owns it all.
struct Services {
  uv::Loop& loop;
  http::Client& client;
  const Settings& settings;
  const Clock& clock;
  Random& random;
  const policy::Policy& policy;
  RouteMatchers& matchers;
  RouteLearning& learning;
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
  // `finished` is called once; the request may be destroyed any time after it, not from within.
  ProxiedRequest(Services& services, std::shared_ptr<const RouterConfig> config,
                 std::shared_ptr<http::Exchange> exchange, Caller caller, Endpoint endpoint,
                 std::function<void(ProxiedRequest*)> finished);
  ~ProxiedRequest() override;
  ProxiedRequest(const ProxiedRequest&) = delete;
  ProxiedRequest& operator=(const ProxiedRequest&) = delete;

  void Start();
  // Once in a while: a sign of life for the client of a silent model.
  void Tick();
  // Its token is no more: the client gets an error, and the upstream's work is cancelled.
  void EndWithToken();
  [[nodiscard]] const std::string& token_id() const { return caller_.token_id; }
  // Whether a part of a streamed answer is out.
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
  // Whether the current candidate can be put the client's body, else its Messages form.
  [[nodiscard]] bool TakesBody() const;
  // Launches once the body is in the Messages form.
  void LaunchWithMessages();
  // Has the candidates chosen, and begins with the first.
  void Choose();
  void TakeChoice(const policy::Ask& ask);
  void NoteRule(const policy::Choice& choice);
  // Takes a subagent's tag out of the body.
  void CutTag();
  void TryNext();
  void Launch();
  // Of the current candidate.
  void GiveUp(const translate::ApiError& error, std::unique_ptr<RawReply> raw);
  void Begin(UpstreamPlan&& plan, PreparedBody&& prepared);
  // What the refusal of the current candidate may be answered without; nothing: it is final.
  [[nodiscard]] translate::RetryAdjustments AdjustmentsFor(const translate::ApiError& error);
  // Asks the same candidate once more without what it has refused, where that may be mended.
  [[nodiscard]] bool RetriesAdjusted(const translate::ApiError& error);
  void LaunchAfter(std::chrono::milliseconds delay);
  void AnswerCount();
  // Who would answer, and why.
  void AnswerRoute();
  void Report(const translate::ApiError& error, std::unique_ptr<RawReply> raw);
  void BeginStream();
  // What the client's format and the upstream's could not take, each once.
  [[nodiscard]] std::vector<std::string> Dropped() const;
  [[nodiscard]] http::Headers AnswerHeaders(const char* type) const;
  // After each write: has the upstream wait for a client that does not read.
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
  std::shared_ptr<const std::string> body_;  // as the client wrote it
  translate::RequestPeek peek_;
  std::unique_ptr<MessagesForm> messages_;    // of another format, once a candidate needs it
  const policy::Candidate* unfit_ = nullptr;  // it takes the client's format, but not this body
  std::unique_ptr<policy::RetryState> retry_state_;
  const policy::Candidate* current_ = nullptr;
  translate::RetryAdjustments adjustments_;
  const policy::Candidate* adjusted_ = nullptr;  // asked again after what `adjustments_` says; once
  bool despite_circuit_ = false;                 // of the current one
  std::unique_ptr<UpstreamRequest> upstream_;
  std::unique_ptr<UpstreamRequest> ended_upstream_;  // ended within its own callback
  std::unique_ptr<RawReply> raw_;                    // of the most telling failure
  std::optional<uv::Timer> retry_;
  std::unique_ptr<uv::WorkPool::Job> job_;  // a large body is being read or prepared
  int64_t estimate_ = -1;                   // of the input, when it was needed
  bool content_ = false;                    // something of the answer is out
  bool done_ = false;
};

}  // namespace katra::router::gateway
