// katra_hear: what was said since, and the wait for it.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/domain_json.h"
#include "mcp_server/tools/handlers.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/receipts.h"
#include "mcp_server/tools/render.h"

namespace katra::mcp {
namespace {

constexpr size_t kAround = 1024;  // bytes of the first and the last lines

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

std::string ItemText(const store::HeardMessage& heard, std::string_view room, WallTime now) {
  MessageMarks marks;
  marks.room = room;
  marks.history = heard.history;
  marks.redelivered = heard.redelivered;
  return "\n" + MessageHeader(heard.message, marks, now) + "\n" + FencedBody(heard.message.body);
}

std::string HeardText(const store::HearReply& reply, const store::Session* self, bool peek,
                      WallTime now) {
  std::string text = Headline(reply, self);
  if (peek) text += " (a peek: none of it counts as heard)";
  for (const store::HeardMessage& heard : reply.messages) {
    text += ItemText(heard, reply.room, now);
  }
  if (reply.earlier > 0) {
    text += "\n" + AtLeast(reply.earlier, reply.earlier_is_floor) +
            " earlier in this room: katra_history shows them";
  }
  if (reply.left > 0) {
    const bool one = reply.left == 1 && !reply.left_is_floor;
    text += "\n" + AtLeast(reply.left, reply.left_is_floor) +
            (one ? " more is waiting" : " more are waiting") +
            (peek ? "" : ": call katra_hear again");
  }
  return text;
}

}  // namespace

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
  // Counted in the form in which it is shown: escaping can make a body several times longer.
  request.max_body_bytes = kTextBudgetBytes - kAround;
  const WallTime now = environment.clock.Now();
  const bool as_json = WantsJson(arguments);
  request.weight = [&](const store::Message& message) {
    store::HeardMessage heard;
    heard.message = message;
    heard.history = heard.redelivered = !as_json;  // the longer form
    return as_json ? DumpJson(HeardJson(heard)).size() : ItemText(heard, "", now).size();
  };

  const Result<store::HearReply> reply = environment.store.Hear(request, environment.context);
  if (!reply) return ErrorOutput(reply.error());
  if (reply->messages.empty()) {
    if (!environment.last_try) return std::nullopt;
    return MakeOutput(
        arguments, [&] { return NothingText(*reply, arguments); },
        [&] { return HeardReplyJson(*reply, request.peek); });
  }
  // The messages are delivered by now, so that they are given out even without the caller's name.
  const Result<store::Session> session =
      environment.store.GetSession(environment.session, environment.context);
  const store::Session* const self = session ? &*session : nullptr;
  ToolOutput output = MakeOutput(
      arguments, [&] { return HeardText(*reply, self, request.peek, now); },
      [&] { return HeardReplyJson(*reply, request.peek); });
  if (!request.peek) output.delivery = Delivery{reply->room, reply->messages.back().message.id};
  return output;
}

}  // namespace katra::mcp
