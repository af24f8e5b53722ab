// The MCP server for one client, without I/O: lines, store changes and time go in, lines come out
// of its outbox. Speaks both protocol eras on one connection. Used on the loop's thread.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "mcp_server/protocol/channel.h"
#include "mcp_server/protocol/client_log.h"
#include "mcp_server/protocol/offering.h"
#include "mcp_server/protocol/pending_requests.h"
#include "mcp_server/protocol/resource_methods.h"
#include "mcp_server/protocol/store_runner.h"
#include "mcp_server/protocol/subscriptions.h"
#include "mcp_server/protocol/tool_calls.h"
#include "mcp_server/rpc/line_framer.h"
#include "mcp_server/rpc/message.h"
#include "mcp_server/rpc/outbox.h"
#include "mcp_server/session_host.h"

namespace katra::mcp {

class Server {
 public:
  // The limit on running requests that use the store; further ones are queued.
  static constexpr size_t kMaxInFlight = 64;
  static constexpr size_t kMaxBacklogBytes = 1024 * 1024;
  static constexpr size_t kMaxBacklogRequests = 1024;

  struct Options {
    std::string version;       // of Katra
    std::string home = {};     // KATRA_HOME, absolute
    bool legacy_only = false;  // behaves as if the stateless era did not exist
    bool channel = false;      // see protocol/channel.h; needs legacy_only
  };
  struct Deps {
    const Offering& offering;
    SessionHost& host;  // observed
    store::Executor& executor;
    const Clock& clock;
  };

  // Everything in `deps` is borrowed and outlives the server. The executor's work may refer to the
  // server, so the executor must stop first.
  Server(const Options& options, const Deps& deps);

  // Handles one line from the client, without its line end.
  void HandleLine(std::string_view line);
  void Handle(const LineFramer::Line& line);
  // Answers a line longer than kMaxLineBytes. `id` is null if unknown.
  void RefuseTooLong(const RequestId& id);

  // False: pass no more lines for now, because the client does not read its answers or has sent
  // more requests than can be handled at once.
  [[nodiscard]] bool WantsInput() const;

  // Starts queued requests. Call it after the executor has completed something.
  void Continue();
  // Something was committed to the store.
  void OnBell();
  // Call it when NextDeadline() has come.
  void Tick(SteadyTime now);
  [[nodiscard]] SteadyTime NextDeadline() const;

  // The client has ended its input. Waiting calls are dropped; the others are still answered, until
  // IsIdle().
  void EndInput();
  [[nodiscard]] bool IsIdle() const;
  // Ends all requests immediately, sending nothing more but the ends of streams.
  void Abort();

  [[nodiscard]] Outbox& outbox() { return outbox_; }
  // Increases whenever a request ends; shows whether there is progress.
  [[nodiscard]] uint64_t ended() const { return requests_.ended(); }

 private:
  struct Method;

  void HandleMessage(const Message& message, const std::shared_ptr<Batch>& batch, size_t bytes);
  void HandleRequest(const Message& message, const std::shared_ptr<Batch>& batch, size_t bytes);
  void HandleNotification(const Message& message);
  [[nodiscard]] ProtocolResult<const Method*> Admit(const PendingRequest& request) const;
  void Start(const RequestPtr& request, const Method& method);
  void Cancel(const nlohmann::json& params);
  void OnSessionOpened();

  void Initialize(const RequestPtr& request);
  void Discover(const RequestPtr& request);
  [[nodiscard]] std::string InstructionsNow() const;
  void Ping(const RequestPtr& request);
  void SetLevel(const RequestPtr& request);
  void ListTools(const RequestPtr& request);
  void ListTemplates(const RequestPtr& request);
  void ListPrompts(const RequestPtr& request);
  void ListResources(const RequestPtr& request);
  void ReadResource(const RequestPtr& request);
  void Subscribe(const RequestPtr& request);
  void Unsubscribe(const RequestPtr& request);
  void GetPrompt(const RequestPtr& request);
  void Complete(const RequestPtr& request);
  void CallTool(const RequestPtr& request);
  void Listen(const RequestPtr& request);

  void ReplyPage(const RequestPtr& request, const char* name, const nlohmann::json& entries);

  struct Waiting {
    RequestPtr request;
    const Method* method = nullptr;
  };

  const Options options_;
  const Deps deps_;
  const JsonPtr server_info_;
  Outbox outbox_;
  PendingRequests requests_;
  ClientLog log_;
  StoreRunner runner_;
  Channel channel_;
  Subscriptions subscriptions_;
  ResourceMethods resource_methods_;
  ToolCalls tool_calls_;

  std::optional<std::string> legacy_version_;  // set by initialize
  bool ended_ = false;                         // input ended, or aborted
  std::deque<Waiting> backlog_;                // admitted but not started
  size_t backlog_bytes_ = 0;
};

}  // namespace katra::mcp
