// katra_hear: returns messages said since the last call, and waits for them.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/tool.h"
#include "render/bound.h"
#include "render/domain_json.h"
#include "render/memory_text.h"
#include "render/peer_text.h"
#include "render/receipts.h"

namespace katra::mcp {
namespace {

constexpr size_t kAround = 1024;  // bytes for the first and the last lines

std::string AtLeast(int64_t count, bool is_floor) {
  return (is_floor ? "more than " : "") + std::to_string(count);
}

std::string WaitedText(const nlohmann::json& arguments) {
  const nlohmann::json seconds = NumberArgument(arguments, "wait_seconds", 0);
  const bool whole = seconds.get<double>() == static_cast<double>(seconds.get<int>());
  return whole ? std::to_string(seconds.get<int>()) : seconds.dump();
}

std::string NothingText(const store::HearReply& reply, const nlohmann::json& arguments) {
  std::string text = "nothing new in " + render::Word(reply.room);
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
  if (fresh > 0) text = render::Count(fresh, "new message", "new messages");
  if (history > 0) {
    text += (fresh > 0 ? " and " : "") + render::Count(history, "message", "messages") +
            " from before you first came,";
  }
  text += " in " + render::Word(reply.room);
  if (self == nullptr) return text;
  return text + " — you are " + render::Word(self->persona) + " (" + render::ModelText(self->tag) +
         ")";
}

std::string ItemText(const store::HeardMessage& heard, std::string_view room, WallTime now,
                     size_t whole_bytes = 0) {
  render::MessageMarks marks;
  marks.room = room;
  if (whole_bytes > 0) {
    marks.extra =
        render::RestOfMessageText(heard.message.body.size(), whole_bytes, heard.message.id);
  }
  marks.history = heard.history;
  marks.redelivered = heard.redelivered;
  return "\n" + render::MessageHeader(heard.message, marks, now) + "\n" +
         render::FencedBody(heard.message.body);
}

// `whole_bytes`: the full size of the first message, if the reply contains only its beginning; else
// 0.
std::string HeardText(const store::HearReply& reply, const store::Session* self, bool peek,
                      WallTime now, size_t whole_bytes) {
  std::string text = Headline(reply, self);
  if (peek) text += " (peek: nothing was marked as heard)";
  for (const store::HeardMessage& heard : reply.messages) {
    text += ItemText(heard, reply.room, now, &heard == &reply.messages.front() ? whole_bytes : 0);
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

// Truncates a first message that is too long for an answer. Returns its full size, 0 if it fits.
size_t CutFirst(store::HearReply* reply, size_t first_cost, size_t budget, bool as_json) {
  if (first_cost <= budget) return 0;
  std::string& body = reply->messages.front().message.body;
  const size_t whole_bytes = body.size();
  const size_t header = 2 * kAround;  // for a hundred recipients, with the mark
  body = std::string(render::FitBody(body, budget - (as_json ? 8 : 1) * header, as_json));
  return whole_bytes;
}

std::chrono::milliseconds Wait(const nlohmann::json& arguments) {
  if (arguments.contains("skip_to")) return {};
  const double seconds = std::clamp(NumberArgument(arguments, "wait_seconds", 0), 0.0, 50.0);
  return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
}

// Skips a backlog up to the given number; "latest" skips all of it. Delivers the digest like
// messages: the next call acknowledges it.
ToolOutput Skip(const CallEnvironment& environment, const nlohmann::json& arguments,
                const WaitState& wait) {
  if (BoolArgument(arguments, "peek")) {
    return FailedOutput(ErrorCode::kInvalidArgument,
                        "skip_to makes messages count as heard, and peek only looks: give one of "
                        "them");
  }
  store::SkipRequest request;
  request.session = environment.session;
  request.room = WordArgument(arguments, "room");
  request.through = IdArgument(arguments, "skip_to").value_or(0);
  request.acknowledge_through = wait.received_through;
  const Result<store::SkipReply> skipped = environment.store.Skip(request, environment.context);
  if (!skipped) return ErrorOutput(skipped.error());
  ToolOutput output = MakeOutput(
      arguments, [&] { return render::SkippedText(*skipped, environment.clock.Now()); },
      [&] {
        store::HearRequest peek;
        peek.session = environment.session;
        peek.room = request.room;
        peek.peek = true;
        peek.limit = 1;
        const auto rest = environment.store.Hear(peek, environment.context);
        const int64_t left =
            rest ? rest->left + static_cast<int64_t>(rest->messages.size()) : int64_t{0};
        return render::SkippedJson(*skipped, left);
      });
  output.delivery = Delivery{skipped->room, skipped->through};
  return output;
}

std::optional<ToolOutput> Run(const CallEnvironment& environment, const nlohmann::json& arguments,
                              const WaitState& wait) {
  if (arguments.contains("skip_to")) return Skip(environment, arguments, wait);
  store::HearRequest request;
  request.session = environment.session;
  request.room = WordArgument(arguments, "room");
  request.limit = IntArgument(arguments, "limit", request.limit);
  request.peek = BoolArgument(arguments, "peek");
  request.acknowledge_through = wait.received_through;
  // Measured in the displayed form: escaping can make a body several times longer.
  request.max_body_bytes = render::kTextBudgetBytes - kAround;
  const WallTime now = environment.clock.Now();
  const bool as_json = WantsJson(arguments);
  request.weight = [&](const store::Message& message) {
    store::HeardMessage heard;
    heard.message = message;
    heard.history = heard.redelivered = !as_json;  // assume the longer form
    return as_json ? render::JsonCost(render::DumpJson(render::HeardJson(heard)))
                   : render::TextCost(ItemText(heard, "", now));
  };

  Result<store::HearReply> reply = environment.store.Hear(request, environment.context);
  if (!reply) return ErrorOutput(reply.error());
  if (reply->messages.empty()) {
    if (!wait.last_try) return std::nullopt;
    return MakeOutput(
        arguments, [&] { return NothingText(*reply, arguments); },
        [&] { return render::HeardReplyJson(*reply, request.peek); });
  }
  // The messages are already delivered, so return them even without the caller's name.
  const Result<store::Session> session =
      environment.store.GetSession(environment.session, environment.context);
  const store::Session* const self = session ? &*session : nullptr;
  const size_t whole_bytes = CutFirst(&*reply, request.weight(reply->messages.front().message),
                                      request.max_body_bytes, as_json);
  ToolOutput output = MakeOutput(
      arguments, [&] { return HeardText(*reply, self, request.peek, now, whole_bytes); },
      [&] {
        nlohmann::json object = render::HeardReplyJson(*reply, request.peek);
        if (whole_bytes > 0) {
          object["messages"][0]["body_bytes"] = whole_bytes;
          object["messages"][0]["is_snippet"] = true;
        }
        return object;
      });
  if (!request.peek) output.delivery = Delivery{reply->room, reply->messages.back().message.id};
  return output;
}

}  // namespace

extern const ToolDefinition kHear = {
    .name = "katra_hear", .lane = Lane::kHear, .run_waiting = &Run, .wait = &Wait};

}  // namespace katra::mcp
