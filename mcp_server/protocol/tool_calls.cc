#include "mcp_server/protocol/tool_calls.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/text.h"
#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/coerce.h"

namespace katra::mcp {

using nlohmann::json;

namespace {

const json& GivenArguments(const json& params) {
  static const json none = json::object();
  const auto found = params.find("arguments");
  return found == params.end() || found->is_null() ? none : *found;
}

json ResultJson(ToolOutput& output) {
  json result = {{"content", json::array({{{"type", "text"}, {"text", std::move(output.text)}}})}};
  if (output.is_error) result["isError"] = true;
  if (output.json) result["structuredContent"] = *output.json;
  return result;
}

int64_t WholeSeconds(SteadyTime::duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

// Codex sends its thread id with each call, which tells the session's conversation. Calls of
// subagents belong to threads of their own and are ignored. Empty: the client states none.
std::string ConversationIn(const json& params) {
  const auto meta = params.find("_meta");
  if (meta == params.end() || !meta->is_object()) return {};
  const auto thread = meta->find("threadId");
  if (thread == meta->end() || !thread->is_string()) return {};
  const auto turn = meta->find("x-codex-turn-metadata");
  if (turn != meta->end() && turn->is_object()) {
    const auto source = turn->find("thread_source");
    if (source != turn->end() && *source != "user") return {};
  }
  return thread->get<std::string>();
}

}  // namespace

struct ToolCalls::ToolCall {
  RequestPtr request;
  const Tool* tool = nullptr;
  JsonPtr arguments;
  SteadyTime started;
  SteadyTime deadline;       // end of the wait; `started` if the tool does not wait
  SteadyTime next_progress;  // max: progress was not requested
  bool idle = false;         // waiting for a change or the deadline
  uint64_t bell_seen = 0;    // value of bells_ at the last run
  WaitState wait;            // for the current run
};

// The result of a run, filled in on the store's thread.
struct ToolCalls::Outcome {
  std::optional<ToolOutput> output;
  std::optional<store::Session> session;  // the session after a tool that changes it
};

ToolCalls::ToolCalls(const Deps& deps) : deps_(deps) {}

store::MessageId ToolCalls::ReceivedThrough(const PendingRequest& request, const json& arguments) {
  std::string room = WordArgument(arguments, "room");
  if (room.empty() && deps_.host.session() != nullptr) room = deps_.host.session()->room;
  const auto found = received_.find(ToLowerAscii(room));
  if (found == received_.end()) return 0;
  auto& marks = found->second;
  const auto later = marks.upper_bound(request.lines_written);
  if (later == marks.begin()) return 0;
  const auto last = std::prev(later);
  marks.erase(marks.begin(), last);
  return last->second;
}

void ToolCalls::NoteReceived(const Delivery& delivery) {
  auto& marks = received_[ToLowerAscii(delivery.room)];
  const store::MessageId before = marks.empty() ? 0 : marks.rbegin()->second;
  marks[deps_.requests.lines_written()] = std::max(before, delivery.through);
}

ProtocolError ToolCalls::UnknownTool(const std::string& name) const {
  std::vector<std::string> names;
  for (const Tool& tool : deps_.offering.tools) names.push_back(tool.name);
  const std::vector<std::string> near = NearestMatches(name, names, 1);
  return {kInvalidParams,
          "unknown tool \"" + OneLine(name, 128) + "\"; " +
              (near.empty() ? "the tools are " + Join(names, ", ")
                            : "did you mean " + near.front() + "?"),
          nullptr};
}

void ToolCalls::Start(const RequestPtr& request) {
  const auto name = request->params->find("name");
  if (name == request->params->end() || !name->is_string()) {
    deps_.requests.Fail(request, {kInvalidParams, "\"name\" must be the name of a tool", nullptr});
    return;
  }
  const auto& tools = deps_.offering.tools;
  const auto tool = std::find_if(tools.begin(), tools.end(),
                                 [&](const Tool& candidate) { return candidate.name == *name; });
  if (tool == tools.end()) {
    deps_.requests.Fail(request, UnknownTool(name->get<std::string>()));
    return;
  }
  NoteConversation(ConversationIn(*request->params));
  auto tool_call = std::make_shared<ToolCall>();
  tool_call->request = request;
  tool_call->tool = &*tool;
  CoercedArguments coerced = CoerceArguments(*tool->input_schema, GivenArguments(*request->params));
  tool_call->arguments = std::move(coerced.arguments);
  tool_call->started = deps_.clock.Steady();
  tool_call->deadline = tool_call->started;
  tool_call->next_progress = SteadyTime::max();
  std::vector<SchemaViolation> violations = std::move(coerced.violations);
  if (violations.empty()) violations = tool->input->Validate(*tool_call->arguments);
  if (!violations.empty()) {
    ToolOutput output = deps_.offering.argument_error(*tool, violations);
    Reply(tool_call, output);
    return;
  }
  if (tool->run_waiting) {
    tool_call->deadline += tool->wait(*tool_call->arguments);
    tool_call->wait.received_through = ReceivedThrough(*request, *tool_call->arguments);
  }
  if (tool_call->deadline > tool_call->started) {
    waiters_.push_back(tool_call);
    if (request->context.progress_token) {
      tool_call->next_progress = tool_call->started + kProgressPeriod;
    }
  }
  Enqueue(tool_call);
}

void ToolCalls::Enqueue(const ToolCallPtr& tool_call) {
  tool_call->idle = false;
  if (tool_call->tool->lane != Lane::kHear) {
    Run(tool_call);
    return;
  }
  hear_queue_.push_back(tool_call);
  RunNextHear();
}

void ToolCalls::RunNextHear() {
  while (!hear_running_ && !hear_queue_.empty()) {
    const ToolCallPtr next = std::move(hear_queue_.front());
    hear_queue_.pop_front();
    if (next->request->finished) continue;
    hear_running_ = true;
    Run(next);
  }
}

void ToolCalls::Run(const ToolCallPtr& tool_call) {
  tool_call->bell_seen = bells_;
  tool_call->wait.last_try = deps_.clock.Steady() >= tool_call->deadline;
  auto outcome = std::make_shared<Outcome>();
  const Tool& tool = *tool_call->tool;
  deps_.runner.Run(
      tool.lane, tool_call->request->cancelled,
      [&tool, outcome, arguments = tool_call->arguments,
       wait = tool_call->wait](const CallEnvironment& environment) {
        outcome->output = tool.run_waiting ? tool.run_waiting(environment, *arguments, wait)
                                           : tool.run(environment, *arguments);
        if (tool.changes_session) {
          auto session = environment.store.GetSession(environment.session, environment.context);
          if (session) outcome->session = std::move(*session);
        }
      },
      [this, tool_call, outcome](const Error* error) { OnRan(tool_call, *outcome, error); });
}

void ToolCalls::OnRan(const ToolCallPtr& tool_call, Outcome& outcome, const Error* error) {
  if (error != nullptr) outcome.output = deps_.offering.error_output(*error);
  if (outcome.session) deps_.host.Adopt(*outcome.session);
  if (tool_call->tool->lane == Lane::kHear) hear_running_ = false;

  if (tool_call->request->finished) {
    if (outcome.output && outcome.output->delivery) TakeBack(*outcome.output->delivery);
  } else if (outcome.output) {
    Reply(tool_call, *outcome.output);
  } else {
    Wait(tool_call);
  }
  RunNextHear();
}

void ToolCalls::Wait(const ToolCallPtr& tool_call) {
  if (stopping_) {
    deps_.requests.Drop(tool_call->request);
    Release(tool_call);
  } else if (bells_ != tool_call->bell_seen || deps_.clock.Steady() >= tool_call->deadline) {
    Enqueue(tool_call);
  } else {
    tool_call->idle = true;
  }
}

void ToolCalls::Reply(const ToolCallPtr& tool_call, ToolOutput& output) {
  Release(tool_call);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(deps_.clock.Steady() -
                                                                          tool_call->started);
  deps_.log.LogFor(*tool_call->request, output.is_error ? Severity::kInfo : Severity::kDebug,
                   tool_call->tool->name + (output.is_error ? " refused after " : " took ") +
                       std::to_string(took.count()) + " ms");
  std::function<void()> written;
  if (output.delivery) {
    written = [this, delivery = *output.delivery] { NoteReceived(delivery); };
  }
  deps_.requests.Succeed(tool_call->request, ResultJson(output), std::nullopt, std::move(written));
  deps_.host.NoteActivity();
}

void ToolCalls::NoteConversation(const std::string& conversation) {
  if (conversation.empty() || conversation == conversation_) return;
  conversation_ = conversation;
  deps_.runner.Run(
      Lane::kWrite, std::make_shared<std::atomic<bool>>(false),
      [conversation](const CallEnvironment& environment) {
        // Not worth an error: resuming an unknown conversation reports that itself.
        static_cast<void>(environment.store.SetClientSession(environment.session, conversation,
                                                             environment.context));
      },
      [](const Error*) {});
}

void ToolCalls::TakeBack(const Delivery& delivery) {
  deps_.runner.Run(
      Lane::kHear, std::make_shared<std::atomic<bool>>(false),
      [delivery](const CallEnvironment& environment) {
        // If this fails, the persona's next session hears the messages.
        static_cast<void>(
            environment.store.Undeliver(environment.session, delivery.room, environment.context));
      },
      // Another call may be waiting for these messages.
      [this](const Error*) { OnBell(); });
}

void ToolCalls::Release(const ToolCallPtr& tool_call) {
  tool_call->idle = false;
  waiters_.erase(std::remove(waiters_.begin(), waiters_.end(), tool_call), waiters_.end());
}

void ToolCalls::OnBell() {
  ++bells_;
  for (const ToolCallPtr& waiter : std::vector<ToolCallPtr>(waiters_)) {
    if (waiter->idle) Enqueue(waiter);
  }
}

void ToolCalls::Tick(SteadyTime now) {
  for (const ToolCallPtr& waiter : std::vector<ToolCallPtr>(waiters_)) {
    if (waiter->idle && waiter->deadline <= now) Enqueue(waiter);
    if (waiter->next_progress <= now) {
      waiter->next_progress = now + kProgressPeriod;
      if (waiter->deadline <= now) continue;
      const int64_t waited = WholeSeconds(now - waiter->started);
      const int64_t total = WholeSeconds(waiter->deadline - waiter->started);
      deps_.requests.Notify("notifications/progress",
                            {{"progressToken", waiter->request->context.progress_token->ToJson()},
                             {"progress", waited},
                             {"total", total},
                             {"message", "waiting for messages"}},
                            "progress|" + waiter->request->key);
    }
  }
}

SteadyTime ToolCalls::NextDeadline() const {
  SteadyTime next = SteadyTime::max();
  for (const ToolCallPtr& waiter : waiters_) {
    if (waiter->idle) next = std::min(next, waiter->deadline);
    if (waiter->next_progress < waiter->deadline) next = std::min(next, waiter->next_progress);
  }
  return next;
}

void ToolCalls::OnCancelled(const RequestPtr& request) {
  const auto found = std::find_if(waiters_.begin(), waiters_.end(), [&](const ToolCallPtr& waiter) {
    return waiter->request == request;
  });
  if (found == waiters_.end()) return;
  const ToolCallPtr waiter = *found;
  Release(waiter);
}

void ToolCalls::StopWaiting() {
  stopping_ = true;
  for (const ToolCallPtr& waiter : std::vector<ToolCallPtr>(waiters_)) {
    if (!waiter->idle) continue;
    deps_.requests.Drop(waiter->request);
    Release(waiter);
  }
}

}  // namespace katra::mcp
