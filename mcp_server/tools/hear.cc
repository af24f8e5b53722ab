// katra_hear: what was said since, and the wait for it.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/domain_json.h"
#include "mcp_server/tools/handlers.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/render.h"

namespace katra::mcp {
namespace {

// Bodies of this size and the lines around them keep to kTextBudgetBytes, but for hostile ones.
constexpr size_t kFirstBodyBytes = 38 * 1024;

std::string AtLeast(int64_t count, bool is_floor) {
  return (is_floor ? "more than " : "") + std::to_string(count);
}

std::string WaitedText(const nlohmann::json& arguments) {
  const nlohmann::json seconds = NumberArgument(arguments, "wait_seconds", 0);
  const bool whole = seconds.get<double>() == static_cast<double>(seconds.get<int>());
  return whole ? std::to_string(seconds.get<int>()) : seconds.dump();
}

std::string NothingText(const store::HearReply& reply, const nlohmann::json& arguments) {
  std::string text = "nothing new in " + Word(reply.room);
  if (NumberArgument(arguments, "wait_seconds", 0) > 0) {
    return text + " (waited " + WaitedText(arguments) +
           " s) — call katra_hear again with wait_seconds to keep waiting";
  }
  return text + " — wait_seconds (up to 50) waits for the next message";
}

std::string Headline(const store::HearReply& reply, const store::Session* self) {
  const auto history = std::count_if(reply.messages.begin(), reply.messages.end(),
                                     [](const store::HeardMessage& m) { return m.history; });
  const auto fresh = static_cast<int64_t>(reply.messages.size()) - history;
  std::string text;
  if (fresh > 0) text = Count(fresh, "new message", "new messages");
  if (history > 0) {
    text += (fresh > 0 ? " and " : "") + Count(history, "message", "messages") +
            " from before you first came,";
  }
  text += " in " + Word(reply.room);
  if (self == nullptr) return text;
  return text + " — you are " + Word(self->persona) + " (" + ModelText(self->tag) + ")";
}

std::string HeardText(const store::HearReply& reply, const store::Session* self, bool peek,
                      WallTime now) {
  std::string text = Headline(reply, self);
  if (peek) text += " (a peek: none of it counts as heard)";
  for (const store::HeardMessage& heard : reply.messages) {
    MessageMarks marks;
    marks.room = reply.room;
    marks.history = heard.history;
    marks.redelivered = heard.redelivered;
    text += "\n" + MessageHeader(heard.message, marks, now) + "\n" + FencedBody(heard.message.body);
  }
  if (reply.earlier > 0) {
    text += "\n" + AtLeast(reply.earlier, reply.earlier_is_floor) +
            " earlier in this room: katra_history shows them";
  }
  if (reply.left > 0) {
    text += "\n" + AtLeast(reply.left, reply.left_is_floor) +
            (peek ? " more are waiting" : " more are waiting: call katra_hear again");
  }
  return text;
}

nlohmann::json HeardReplyJson(const store::HearReply& reply, bool peek) {
  nlohmann::json messages = nlohmann::json::array();
  for (const store::HeardMessage& heard : reply.messages) messages.push_back(HeardJson(heard));
  return {{"room", reply.room},
          {"messages", std::move(messages)},
          {"left", reply.left},
          {"left_is_floor", reply.left_is_floor},
          {"earlier", reply.earlier},
          {"earlier_is_floor", reply.earlier_is_floor},
          {"peek", peek}};
}

ToolOutput HeardOutput(const CallEnvironment& environment, const nlohmann::json& arguments,
                       const store::HearReply& reply, const store::Session* self, bool peek) {
  return MakeOutput(
      arguments, [&] { return HeardText(reply, self, peek, environment.clock.Now()); },
      [&] { return HeardReplyJson(reply, peek); });
}

}  // namespace

std::chrono::milliseconds HearWait(const nlohmann::json& arguments) {
  const double seconds = std::clamp(NumberArgument(arguments, "wait_seconds", 0), 0.0, 50.0);
  return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
}

std::optional<ToolOutput> RunHear(const CallEnvironment& environment,
                                  const nlohmann::json& arguments) {
  store::HearRequest request;
  request.session = environment.session;
  request.room = WordArgument(arguments, "room");
  request.limit = IntArgument(arguments, "limit", request.limit);
  request.peek = BoolArgument(arguments, "peek");
  request.acknowledge_through = environment.received_through;
  request.max_body_bytes = kFirstBodyBytes;

  while (true) {
    const Result<store::HearReply> reply = environment.store.Hear(request, environment.context);
    if (!reply) return ErrorOutput(reply.error());
    if (reply->messages.empty()) {
      if (!environment.last_try) return std::nullopt;
      return MakeOutput(
          arguments, [&] { return NothingText(*reply, arguments); },
          [&] { return HeardReplyJson(*reply, request.peek); });
    }
    const Result<store::Session> session =
        environment.store.GetSession(environment.session, environment.context);
    // The messages are delivered by now, so that they are given out even without the caller's name.
    const store::Session* const self = session ? &*session : nullptr;
    ToolOutput output = HeardOutput(environment, arguments, *reply, self, request.peek);

    // Escaping can make bodies several times longer. Then fewer are taken.
    if (output.text.size() > kTextBudgetBytes && reply->messages.size() > 1) {
      if (!request.peek) {
        const Status undone =
            environment.store.Undeliver(environment.session, reply->room, environment.context);
        if (!undone) return ErrorOutput(undone.error());
      }
      request.max_body_bytes /= 4;
      request.limit = std::max(1, static_cast<int>(reply->messages.size()) / 2);
      continue;
    }
    if (!request.peek) output.delivery = Delivery{reply->room, reply->messages.back().message.id};
    return output;
  }
}

}  // namespace katra::mcp
