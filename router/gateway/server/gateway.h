// The gateway: endpoints, who may use them, and everything that its requests share. Knows no
// process: signals, files of the runtime and the election are main.cc's.
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
    // Keeps prompts and answers where that is configured; nullptr: nowhere.
    CaptureWriter* capture = nullptr;
    // Records that the usage recorder could not keep.
    std::function<uint64_t()> dropped_records;
    std::function<void()> shut_down;  // asked for on the admin surface
  };

  // `deps` are borrowed and outlive the gateway.
  Gateway(Deps deps, Settings settings, std::shared_ptr<const RouterConfig> config);
  ~Gateway() override;

  std::optional<http::Response> Admit(const http::Request& head) override;
  bool IsForAnybody(const http::Request& head) const override;
  void Handle(std::shared_ptr<http::Exchange> exchange) override;
  http::Response Refuse(int status, const std::string& why) override;

  // Reads the configuration anew; the old one stays when it is wrong, and the log says why.
  // Requests that are under way keep theirs.
  Status Reload();
  // Writes down what the gateway did. A log that cannot be written is told of, and stops nothing.
  void Audit(const AuditEvent& event);
  // Not ready any more; watchers are let go.
  void BeginDrain();
  // Kills commands that print keys and still run, for the end of the program.
  void EndCommands() { commands_.EndAll(); }
  void SetServer(const http::Server* server) { server_ = server; }
  [[nodiscard]] size_t open_requests() const { return requests_.size(); }

 private:
  void OnRequestFinished(const RequestRecordPtr& record) override;
  void StartRequest(std::shared_ptr<http::Exchange> exchange, Endpoint endpoint);
  // What Reload does, without a line in the audit log: a session that begins asks for it, too.
  Status ReadConfiguration();
  void Retire(ProxiedRequest* proxied);
  void Tick();
  void WatchTokens();
  // Ends the requests under way whose token `over` says to be.
  void EndRequests(const std::function<bool(const std::string& token_id)>& over);
  void ReadPrices();
  [[nodiscard]] http::Response Refusal(const translate::ApiError& error, CallerFormat format);
  // Refuses a caller, and writes that down.
  [[nodiscard]] http::Response Deny(const Denial& denial, CallerFormat format);
  // Why the caller has to wait before it may ask for more (429); nothing when it may.
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
  // True: a Codex on its own login asks for models, and its plan answers.
  [[nodiscard]] bool AskPlanForModels(const std::shared_ptr<http::Exchange>& exchange);

  Deps deps_;
  Settings settings_;
  std::shared_ptr<const RouterConfig> config_;
  std::unique_ptr<policy::Policy> policy_;
  policy::Circuits circuits_;
  TokenBook tokens_;
  AuditMeter refusals_;
  TokenMeter meter_;
  KeyRing keys_;
  credentials::KeyCommands commands_;
  credentials::KeyRests rests_;
  credentials::CopilotTokens copilot_;
  SessionTraces traces_;
  translate::PrefixMemo memo_;
  PlanLimits plan_limits_;
  PlanModels plan_models_;
  Prices prices_;
  Metrics metrics_;
  Decisions decisions_;
  uv::WorkPool pool_;  // outlives the requests
  Services services_;
  std::unordered_map<ProxiedRequest*, std::unique_ptr<ProxiedRequest>> requests_;
  std::vector<std::unique_ptr<ProxiedRequest>> retired_;
  uv::Timer sweep_;        // destroys what has ended
  uv::Timer tick_;         // of the requests that are under way
  uv::Timer token_watch_;  // while some are
  bool watching_tokens_ = false;
  uint64_t tokens_seen_ = 0;  // of the book's readings
  bool ticking_ = false;
  size_t read_bytes_ = 0;     // of requests, since the last tick
  bool left_behind_ = false;  // they were many, and their memory was not given back yet
  const http::Server* server_ = nullptr;
  bool draining_ = false;
  WallTime started_at_;
};

}  // namespace katra::router::gateway
