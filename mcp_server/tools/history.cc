// katra_history: pages through and searches past messages. Changes nothing.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/tool.h"
#include "render/bound.h"
#include "render/domain_json.h"
#include "render/memory_text.h"
#include "render/peer_text.h"
#include "render/snippet.h"

namespace katra::mcp {
namespace {

// One page, with each message in the requested form.
struct Page {
  std::vector<const store::HistoryHit*> hits;
  std::vector<render::Snippet> bodies;
  bool more = false;
};

std::string HitText(const store::HistoryHit& hit, const render::Snippet& body,
                    const std::string& room, bool searched, WallTime now) {
  render::MessageMarks marks;
  marks.room = room;
  if (body.shortened && !searched) {
    marks.extra = render::RestOfMessageText(body.text.size(), body.total_bytes, hit.message.id);
  } else if (body.shortened) {
    marks.extra = "shortened: " + std::to_string(body.text.size()) + " of " +
                  std::to_string(body.total_bytes) +
                  " bytes, in full with after=" + std::to_string(hit.message.id - 1) +
                  " limit=1 room=" + render::Word(hit.message.room);
  }
  return render::MessageHeader(hit.message, marks, now) + "\n" + render::FencedBody(body.text);
}

nlohmann::json HitJson(const store::HistoryHit& hit, const render::Snippet& body, bool searched) {
  nlohmann::json object = render::MessageJson(hit.message);
  object["body"] = body.text;
  object["body_bytes"] = body.total_bytes;
  object["is_snippet"] = body.shortened;
  if (searched) object["score"] = hit.score;
  return object;
}

// Keeps the hits that fit the budget: the newest of a page that goes back in time, otherwise the
// first ones.
Page MakePage(const store::HistoryReply& reply, const store::HistoryRequest& request, bool as_json,
              WallTime now) {
  const bool searched = !request.query.empty();
  const bool from_the_end = !searched && !request.after;
  Page page;
  page.more = reply.more;
  std::vector<const store::HistoryHit*> order;
  for (const store::HistoryHit& hit : reply.hits) order.push_back(&hit);
  if (from_the_end) std::reverse(order.begin(), order.end());
  size_t bytes = 0;
  for (const store::HistoryHit* hit : order) {
    const std::string& whole = hit->message.body;
    render::Snippet body =
        render::MakeSnippet(whole, request.query, searched ? render::kSnippetBytes : whole.size());
    const auto cost = [&] {
      return as_json ? render::JsonCost(render::DumpJson(HitJson(*hit, body, searched)))
                     : render::TextCost(HitText(*hit, body, reply.room, searched, now));
    };
    bytes += 1 + cost();
    constexpr size_t kAround = 1024;  // for the first and the last line
    if (!page.hits.empty() && bytes + kAround > render::kTextBudgetBytes) {
      page.more = true;
      break;
    }
    if (bytes + kAround > render::kTextBudgetBytes) {
      // For one that is too long by itself, its beginning.
      const size_t header = (as_json ? 16 : 2) * kAround;  // for a hundred recipients
      body.text = std::string(
          render::FitBody(body.text, render::kTextBudgetBytes - kAround - header, as_json));
      body.shortened = true;
    }
    page.hits.push_back(hit);
    page.bodies.push_back(std::move(body));
  }
  if (from_the_end) {
    std::reverse(page.hits.begin(), page.hits.end());
    std::reverse(page.bodies.begin(), page.bodies.end());
  }
  return page;
}

std::string MoreText(const Page& page, const store::HistoryRequest& request) {
  if (!page.more || page.hits.empty()) return "";
  if (!request.query.empty()) {
    return "\nmore messages match: add words, or narrow with from, before or after";
  }
  if (request.after) {
    return "\nmore: after=" + std::to_string(page.hits.back()->message.id);
  }
  return "\nolder ones: before=" + std::to_string(page.hits.front()->message.id);
}

std::string PageText(const Page& page, const store::HistoryReply& reply,
                     const store::HistoryRequest& request, WallTime now) {
  const std::string room = reply.room == "*" ? "every room" : render::Word(reply.room);
  const bool searched = !request.query.empty();
  std::string text;
  if (page.hits.empty()) {
    text = (searched ? "no message in " + room + " matches " + render::Quoted(request.query)
                     : "no messages in " + room) +
           (request.before || request.after || !request.from.empty() ? " within these bounds" : "");
  } else {
    const auto count = static_cast<int64_t>(page.hits.size());
    text = render::Count(count, "message", "messages") + " in " + room +
           (searched ? " for " + render::Quoted(request.query) + ", best first" : ", oldest first");
  }
  for (size_t i = 0; i < page.hits.size(); ++i) {
    text += "\n" + HitText(*page.hits[i], page.bodies[i], reply.room, searched, now);
  }
  text += MoreText(page, request);
  if (!reply.note.empty()) text += "\nnote: " + reply.note;
  return text;
}

nlohmann::json PageJson(const Page& page, const store::HistoryReply& reply,
                        const store::HistoryRequest& request) {
  const bool searched = !request.query.empty();
  nlohmann::json messages = nlohmann::json::array();
  for (size_t i = 0; i < page.hits.size(); ++i) {
    messages.push_back(HitJson(*page.hits[i], page.bodies[i], searched));
  }
  nlohmann::json object = {
      {"room", reply.room}, {"messages", std::move(messages)}, {"more", page.more}};
  if (!reply.note.empty()) object["note"] = reply.note;
  if (page.more && !searched && !page.hits.empty()) {
    if (request.after) {
      object["next"] = {{"after", page.hits.back()->message.id}};
    } else {
      object["next"] = {{"before", page.hits.front()->message.id}};
    }
  }
  return object;
}

ToolOutput Run(const CallEnvironment& environment, const nlohmann::json& arguments) {
  store::HistoryRequest request;
  request.session = environment.session;
  request.room = WordArgument(arguments, "room");
  request.query = WordArgument(arguments, "query");
  request.from = NameArgument(arguments, "from");
  request.before = IdArgument(arguments, "before");
  request.after = IdArgument(arguments, "after");
  request.limit = IntArgument(arguments, "limit", request.limit);
  if (request.before && request.after && *request.before <= *request.after) {
    return FailedOutput(ErrorCode::kInvalidArgument,
                        "before (" + std::to_string(*request.before) +
                            ") is not larger than after (" + std::to_string(*request.after) +
                            "): the range is empty; are they swapped?");
  }
  const Result<store::HistoryReply> reply = environment.store.History(request, environment.context);
  if (!reply) return ErrorOutput(reply.error());
  const WallTime now = environment.clock.Now();
  const Page page = MakePage(*reply, request, WantsJson(arguments), now);
  return MakeOutput(
      arguments, [&] { return PageText(page, *reply, request, now); },
      [&] { return PageJson(page, *reply, request); });
}

}  // namespace

extern const ToolDefinition kHistory = {.name = "katra_history", .lane = Lane::kRead, .run = &Run};

}  // namespace katra::mcp
