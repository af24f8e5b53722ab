// Serves tools/call: checks the arguments and runs the tool on its lane. A waiting tool runs again
// at every change of the store until its time is up. Keeps track of what was delivered, so that
// only what the client can have received is acknowledged. No I/O.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mcp_server/protocol/client_log.h"
#include "mcp_server/protocol/offering.h"
#include "mcp_server/protocol/pending_requests.h"
#include "mcp_server/protocol/store_runner.h"
#include "mcp_server/session_host.h"

namespace katra::mcp {

class ToolCalls {
 public:
  static constexpr std::chrono::seconds kProgressPeriod{5};

  struct Deps {
    const Offering& offering;
    PendingRequests& requests;
    StoreRunner& runner;
    SessionHost& host;
    ClientLog& log;
    const Clock& clock;
  };

  // All of `deps` is borrowed.
  explicit ToolCalls(const Deps& deps);

  void Start(const RequestPtr& request);

  // Something was committed to the store; waiting calls run again.
  void OnBell();
  void Tick(SteadyTime now);
  [[nodiscard]] SteadyTime NextDeadline() const;

  // `request` was cancelled and is finished; stops its call.
  void OnCancelled(const RequestPtr& request);

  // The client has ended its input: drops waiting calls, now and from here on.
  void StopWaiting();

 private:
  struct ToolCall;
  using ToolCallPtr = std::shared_ptr<ToolCall>;
  struct Outcome;

  // See WaitState. Called in the order in which the calls arrived.
  [[nodiscard]] store::MessageId ReceivedThrough(const PendingRequest& request,
                                                 const nlohmann::json& arguments);
  void NoteReceived(const Delivery& delivery);
  void Enqueue(const ToolCallPtr& tool_call);
  void RunNextHear();
  void Run(const ToolCallPtr& tool_call);
  void OnRan(const ToolCallPtr& tool_call, Outcome& outcome, const Error* error);
  void Wait(const ToolCallPtr& tool_call);
  void Reply(const ToolCallPtr& tool_call, ToolOutput& output);
  // Records the client's own id of the call's conversation. Does nothing if it is empty.
  void NoteConversation(const std::string& conversation);
  void TakeBack(const Delivery& delivery);
  void Release(const ToolCallPtr& tool_call);
  [[nodiscard]] ProtocolError UnknownTool(const std::string& name) const;

  const Deps deps_;
  uint64_t bells_ = 0;
  std::string conversation_;  // last conversation recorded
  bool stopping_ = false;

  // Hearing calls run one after another, each after the loop has seen the outcome of the one
  // before, so that revoked messages are heard again before newer ones.
  std::deque<ToolCallPtr> hear_queue_;
  bool hear_running_ = false;

  std::vector<ToolCallPtr> waiters_;  // calls of waiting tools, running or idle

  // By room (lower case): which message ids were contained in results that the client's pipe had
  // accepted, by the number of lines accepted then. Entries that later calls cannot need are
  // removed.
  std::map<std::string, std::map<uint64_t, store::MessageId>> received_;
};

}  // namespace katra::mcp
