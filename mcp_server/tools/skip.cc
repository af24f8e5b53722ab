// What is told of a backlog that was left behind (declared in receipts.h).
#include <nlohmann/json.hpp>

#include "mcp_server/tools/bound.h"
#include "mcp_server/tools/domain_json.h"
#include "mcp_server/tools/memory_text.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/receipts.h"
#include "mcp_server/tools/render.h"
#include "mcp_server/tools/snippet.h"

namespace katra::mcp {
namespace {

constexpr size_t kShownBytes = 1200;  // of each message that names the persona
constexpr size_t kAround = 2048;

}  // namespace

std::string SkippedText(const store::SkipReply& reply, WallTime now) {
  if (reply.skipped == 0) return "nothing unheard was there to leave behind in " + Word(reply.room);
  std::string text = "left " + Count(reply.skipped, "message", "messages") + " behind in " +
                     Word(reply.room) + ", up to #" + std::to_string(reply.through) + ":";
  for (const store::Speaker& speaker : reply.speakers) {
    text += (&speaker == &reply.speakers.front() ? " " : ", ") + Word(speaker.name) + " " +
            std::to_string(speaker.messages);
  }
  if (reply.other_speakers > 0) {
    text += " and " + Count(reply.other_speakers, "more speaker", "more speakers");
  }
  text += ". They count as heard; katra_history shows them";
  if (reply.naming.empty()) return text + "; none of them names you";
  text += "\nthe newest of them that are to you or name you:";
  size_t cost = kAround;
  for (const store::Message& message : reply.naming) {
    const Snippet snippet = MakeSnippet(message.body, "", kShownBytes);
    MessageMarks marks;
    marks.room = reply.room;
    marks.extra = ShortenedText(snippet, message.id, true);
    const std::string item =
        "\n" + MessageHeader(message, marks, now) + "\n" + FencedBody(snippet.text);
    cost += TextCost(item);
    if (cost > kTextBudgetBytes) return text + "\nand more: katra_history shows them";
    text += item;
  }
  return text;
}

nlohmann::json SkippedJson(const store::SkipReply& reply, int64_t left) {
  nlohmann::json speakers = nlohmann::json::array();
  for (const store::Speaker& speaker : reply.speakers) {
    speakers.push_back({{"name", speaker.name}, {"messages", speaker.messages}});
  }
  store::HearReply naming;
  naming.room = reply.room;
  naming.left = left;
  nlohmann::json object = HeardReplyJson(naming, false);
  size_t cost = kAround;
  for (const store::Message& message : reply.naming) {
    const Snippet snippet = MakeSnippet(message.body, "", kShownBytes);
    store::HeardMessage heard;
    heard.message = message;
    heard.direct = !message.to.empty();
    heard.message.body = snippet.text;
    nlohmann::json one = HeardJson(heard);
    if (snippet.shortened) {
      one["body_bytes"] = snippet.total_bytes;
      one["is_snippet"] = true;
    }
    cost += JsonCost(DumpJson(one));
    if (cost > kTextBudgetBytes) break;
    object["messages"].push_back(std::move(one));
  }
  object["skipped"] = {{"through", reply.through},
                       {"messages", reply.skipped},
                       {"speakers", std::move(speakers)},
                       {"other_speakers", reply.other_speakers}};
  return object;
}

}  // namespace katra::mcp
