// tools/call: arguments are checked, the tool runs on its lane, and one that waits is run again
// whenever the bell rings, until its time is up. What was delivered to the client is kept track of,
// so that only what it can have received is acknowledged. No I/O.
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

  // Something was committed: who waits looks again.
  void OnBell();
  void Tick(SteadyTime now);
  [[nodiscard]] SteadyTime NextDeadline() const;

  // `request` was cancelled, and is finished: whoever waits for it stops.
  void OnCancelled(const RequestPtr& request);

  // The client says nothing any more: who waits is dropped, now and from here on.
  void StopWaiting();

 private:
  struct ToolCall;
  using ToolCallPtr = std::shared_ptr<ToolCall>;
  struct Outcome;

  // See WaitState. Calls come here in the order in which they came in.
  [[nodiscard]] store::MessageId ReceivedThrough(const PendingRequest& request,
                                                 const nlohmann::json& arguments);
  void NoteReceived(const Delivery& delivery);
  void Enqueue(const ToolCallPtr& tool_call);
  void RunNextHear();
  void Run(const ToolCallPtr& tool_call);
  void OnRan(const ToolCallPtr& tool_call, Outcome& outcome, const Error* error);
  void Wait(const ToolCallPtr& tool_call);
  void Reply(const ToolCallPtr& tool_call, ToolOutput& output);
  // The client's own name of the conversation that a call is of; empty: nothing.
  void NoteConversation(const std::string& conversation);
  void TakeBack(const Delivery& delivery);
  void Release(const ToolCallPtr& tool_call);
  [[nodiscard]] ProtocolError UnknownTool(const std::string& name) const;

  const Deps deps_;
  uint64_t bells_ = 0;
  std::string conversation_;  // the last that was noted
  bool stopping_ = false;

  // Hearing calls run one after another, and the next only when the loop has seen the last one's
  // outcome: what was taken back is heard again before anything newer.
  std::deque<ToolCallPtr> hear_queue_;
  bool hear_running_ = false;

  std::vector<ToolCallPtr> waiters_;  // calls that may wait, running or not

  // By room, in lower case: up to where its messages were in results that the client's pipe had
  // taken, by how many lines it had taken then. What later calls cannot ask for is left out.
  std::map<std::string, std::map<uint64_t, store::MessageId>> received_;
};

}  // namespace katra::mcp
