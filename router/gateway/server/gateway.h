// The gateway: its endpoints, access to them, and the objects that all requests share. Knows
// nothing about the process: main.cc handles signals, runtime files and the election.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "core/audit.h"
#include "core/http/client.h"
#include "core/http/server.h"
#include "core/ids.h"
#include "core/log.h"
#include "core/uv/handles.h"
#include "router/config/config.h"
#include "router/gateway/access/caller.h"
#include "router/gateway/access/token_meter.h"
#include "router/gateway/observe/decisions.h"
#include "router/gateway/observe/metrics.h"
#include "router/gateway/proxy/proxied_request.h"
#include "router/gateway/settings.h"
#include "router/gateway/subscription/plan_models.h"

namespace katra::router::gateway {

class Gateway final : public http::Handler, private RequestObserver {
 public:
  struct Deps {
    uv::Loop& loop;
    http::Client& client;
    const Clock& clock;
    Random& random;
    Logger& logger;
    AuditLog& audit;
    // Another observer of finished requests; may be nullptr.
    RequestObserver* recorder = nullptr;
    translate::ReasoningStore* reasoning = nullptr;
    // Records prompts and answers where configured; may be nullptr.
    CaptureWriter* capture = nullptr;
    // Returns the number of records that the usage recorder lost.
    std::function<uint64_t()> dropped_records;
    // Reads the costs of earlier requests from the store; may be empty. Blocking.
    BudgetKeeper::ReadSpending read_spending = {};
    std::function<void(const BudgetNotice&)> tell_room = {};  // may be empty
    std::function<void()> shut_down;  // called for a shutdown request on the admin socket
  };

  // Everything in `deps` is borrowed and outlives the gateway.
  Gateway(Deps deps, Settings settings, std::shared_ptr<const RouterConfig> config);
  ~Gateway() override;

  std::optional<http::Response> Admit(const http::Request& head) override;
  bool IsForAnybody(const http::Request& head) const override;
  void Handle(std::shared_ptr<http::Exchange> exchange) override;
  http::Response Refuse(int status, const std::string& why) override;

  // Reads the configuration again. If it has errors, logs them and keeps the old one. Requests in
  // progress keep theirs.
  Status Reload();
  // Writes to the audit log. A failure is logged but stops nothing.
  void Audit(const AuditEvent& event);
  // Reports not ready from now on, and ends watches.
  void BeginDrain();
  // Kills running key commands, for the end of the program.
  void EndCommands() { commands_.EndAll(); }
  // Variables of a .env file beside the configuration; KeyRing::PutFile.
  void PutFileVariables(std::map<std::string, std::string> variables) {
    keys_.PutFile(std::move(variables));
  }
  void SetServer(const http::Server* server) { server_ = server; }
  [[nodiscard]] size_t open_requests() const { return requests_.size(); }

 private:
  void OnRequestFinished(const RequestRecordPtr& record) override;
  void StartRequest(std::shared_ptr<http::Exchange> exchange, Endpoint endpoint);
  // Reload() without a line in the audit log, because a starting session calls it too.
  Status ReadConfiguration();
  void Retire(ProxiedRequest* proxied);
  void Tick();
  void WatchTokens();
  // Ends requests in progress for whose token `over` is true.
  void EndRequests(const std::function<bool(const std::string& token_id)>& over);
  void ReadPrices();
  [[nodiscard]] http::Response Refusal(const translate::ApiError& error, CallerFormat format);
  // Refuses a caller and audits it.
  [[nodiscard]] http::Response Deny(const Denial& denial, CallerFormat format);
  // The error (429) of a caller that has reached a limit; nullopt otherwise.
  [[nodiscard]] std::optional<Denial> OverLimit(const Caller& caller) const;
  void AuditRefusals(const Denial& denial, uint64_t count);
  [[nodiscard]] http::Response Answer(const http::Request& request);
  void HandleAdmin(const std::shared_ptr<http::Exchange>& exchange);
  [[nodiscard]] Result<SessionChoice> SessionOf(const JsonView& asked);
  [[nodiscard]] http::Response MintForAdmin(const http::Request& request);
  [[nodiscard]] http::Response TakeKeysForAdmin(const http::Request& request);
  [[nodiscard]] http::Response RevokeForAdmin(const http::Request& request);
  [[nodiscard]] http::Response StatusForAdmin() const;
  [[nodiscard]] http::Response Models(const http::Request& request);
  // True if a Codex with its own login asks for models, and its plan will answer.
  [[nodiscard]] bool AskPlanForModels(const std::shared_ptr<http::Exchange>& exchange);

  Deps deps_;
  Settings settings_;
  std::shared_ptr<const RouterConfig> config_;
  std::unique_ptr<policy::Policy> policy_;
  RouteMatchers matchers_;
  policy::Circuits circuits_;
  TokenBook tokens_;
  AuditMeter refusals_;
  TokenMeter meter_;
  KeyRing keys_;
  credentials::KeyCommands commands_;
  credentials::KeyRests rests_;
  credentials::CopilotTokens copilot_;
  SessionPersonas personas_;
  SessionTraces traces_;
  translate::PrefixMemo memo_;
  PlanLimits plan_limits_;
  PlanModels plan_models_;
  Prices prices_;
  BudgetKeeper budgets_;
  RateKeeper rates_;
  routing::cost::AnswerCache answers_{{}};
  Metrics metrics_;
  RouterModelClient router_model_;
  Decisions decisions_;
  uv::WorkPool pool_;  // must outlive the requests
  RouteLearning learning_;
  Services services_;
  std::unordered_map<ProxiedRequest*, std::unique_ptr<ProxiedRequest>> requests_;
  std::vector<std::unique_ptr<ProxiedRequest>> retired_;
  uv::Timer sweep_;        // destroys finished requests
  uv::Timer tick_;         // timeouts of requests in progress
  uv::Timer token_watch_;  // checks tokens while there are requests
  bool watching_tokens_ = false;
  uint64_t tokens_seen_ = 0;  // last value of TokenBook::readings()
  bool ticking_ = false;
  size_t read_bytes_ = 0;     // bytes of requests since the last tick
  bool left_behind_ = false;  // there were many, and their memory has not been returned yet
  const http::Server* server_ = nullptr;
  bool draining_ = false;
  WallTime started_at_;
};

}  // namespace katra::router::gateway
