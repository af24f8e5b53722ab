// katra_recall: ranked search in memories and messages, page by page.
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/domain_json.h"
#include "mcp_server/tools/handlers.h"
#include "mcp_server/tools/memory_text.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/recall_cursor.h"
#include "mcp_server/tools/render.h"
#include "mcp_server/tools/snippet.h"

namespace katra::mcp {
namespace {

// A hit, with what of its text is shown.
struct Shown {
  const store::RecallHit* hit = nullptr;
  Snippet body;
  Snippet reasoning;
};

struct Page {
  std::vector<Shown> hits;
  std::string cursor;  // empty: there is no more
  bool whole = false;  // asked for by number: texts are not shortened
};

std::string ScoreText(double score) {
  char text[40];
  std::snprintf(text, sizeof text, "score %.3g", score);
  return text;
}

std::string HitText(const Shown& shown, bool searched, WallTime now) {
  const store::RecallHit& hit = *shown.hit;
  std::string extra = searched ? ScoreText(hit.score) : "";
  const auto add = [&extra](const std::string& more) {
    if (!more.empty()) extra += (extra.empty() ? "" : ", ") + more;
  };
  if (hit.message) {
    add(ShortenedText(shown.body, hit.message->id, true));
    MessageMarks marks;
    marks.prefix = "message ";
    marks.extra = extra;  // the room is always named: an answer may hold several
    return MessageHeader(*hit.message, marks, now) + "\n" + FencedBody(shown.body.text);
  }
  add(ShortenedText(shown.body, hit.memory->id, false));
  std::string text = MemoryHeader(*hit.memory, extra, now) + "\n" + FencedBody(shown.body.text);
  if (!shown.reasoning.text.empty()) {
    text += std::string("\nits reasoning") + (shown.reasoning.shortened ? " (shortened):" : ":") +
            "\n" + FencedBody(shown.reasoning.text);
  }
  return text;
}

// schemas/tools/katra_recall-v1.json names both kinds of hit alike.
nlohmann::json HitJson(const Shown& shown, WallTime now) {
  const store::RecallHit& hit = *shown.hit;
  nlohmann::json object = hit.message ? MessageJson(*hit.message) : MemoryJson(*hit.memory);
  const auto rename = [&object](const char* from, const char* to) {
    object[to] = std::move(object[from]);
    object.erase(from);
  };
  if (hit.message) {
    rename("from", "author");
    rename("said_at", "at");
    object.erase("body");
    object.erase("direct");
  } else {
    rename("created_at", "at");
    object.erase("content");
    if (!shown.reasoning.text.empty()) object["reasoning"] = shown.reasoning.text;
  }
  object["type"] = hit.message ? "message" : "memory";
  object["text"] = shown.body.text;
  object["text_bytes"] = shown.body.total_bytes;
  object["is_snippet"] = shown.body.shortened;
  object["age"] = FormatAge(hit.message ? hit.message->said_at : hit.memory->created_at, now);
  object["score"] = hit.score;
  return object;
}

Page MakePage(const store::RecallReply& reply, const store::RecallRequest& request,
              const nlohmann::json& arguments, bool whole, WallTime now) {
  const bool searched = !request.query.empty() && !whole;
  const bool as_json = WantsJson(arguments);
  Page page;
  page.whole = whole;
  size_t bytes = 0;
  for (const store::RecallHit& hit : reply.hits) {
    const std::string& text = hit.message ? hit.message->body : hit.memory->content;
    Shown shown;
    shown.hit = &hit;
    shown.body = MakeSnippet(text, request.query, whole ? text.size() : kSnippetBytes);
    if (hit.memory) {
      const std::string& reasoning = hit.memory->reasoning;
      shown.reasoning =
          MakeSnippet(reasoning, request.query, whole ? reasoning.size() : kSnippetBytes);
    }
    bytes +=
        1 + (as_json ? DumpJson(HitJson(shown, now)).size() : HitText(shown, searched, now).size());
    constexpr size_t kAround = 1024;  // for the first line and the note
    if (!page.hits.empty() && bytes + kAround > kTextBudgetBytes) break;
    page.hits.push_back(std::move(shown));
  }
  const int64_t seen = request.offset + static_cast<int64_t>(page.hits.size());
  if (!page.hits.empty() && (seen < reply.total || page.hits.size() < reply.hits.size())) {
    page.cursor = MakeRecallCursor(arguments, static_cast<int>(seen));
  }
  return page;
}

std::string Things(store::RecallInclude include, bool one) {
  switch (include) {
    case store::RecallInclude::kMemories:
      return one ? "memory" : "memories";
    case store::RecallInclude::kMessages:
      return one ? "message" : "messages";
    case store::RecallInclude::kAll:
      break;
  }
  return one ? "hit" : "hits";
}

std::string NothingText(const Page& page, const store::RecallRequest& request) {
  const std::string things = Things(request.include, false);
  if (page.whole)
    return "no " + things + " with the number " + request.query + " to be seen by you";
  if (request.query.empty()) return (request.offset > 0 ? "no more " : "no ") + things;
  const std::string query = things + " for " + Quoted(request.query);
  if (request.offset > 0) return "no more " + query;
  const bool all = request.include == store::RecallInclude::kAll;
  return "no " + query + ": other words may find it" +
         (all ? "" : ", and include=all searches memories and messages");
}

std::string PageText(const Page& page, const store::RecallReply& reply,
                     const store::RecallRequest& request, WallTime now) {
  if (page.hits.empty()) {
    return NothingText(page, request) + (reply.note.empty() ? "" : "\nnote: " + reply.note);
  }
  const bool searched = !request.query.empty() && !page.whole;
  const auto count = static_cast<int64_t>(page.hits.size());
  std::string text = std::to_string(count) + " of " + (reply.total_is_floor ? "at least " : "") +
                     std::to_string(reply.total) + " " + Things(request.include, reply.total == 1);
  if (!request.query.empty()) text += " for " + Quoted(request.query);
  if (!page.whole) text += searched ? ", best first" : ", newest first";
  if (!page.cursor.empty()) text += ", cursor=" + page.cursor;
  for (const Shown& shown : page.hits) text += "\n" + HitText(shown, searched, now);
  if (!reply.note.empty()) text += "\nnote: " + reply.note;
  return text;
}

nlohmann::json PageJson(const Page& page, const store::RecallReply& reply, WallTime now) {
  nlohmann::json hits = nlohmann::json::array();
  for (const Shown& shown : page.hits) hits.push_back(HitJson(shown, now));
  nlohmann::json object = {
      {"hits", std::move(hits)}, {"total", reply.total}, {"total_is_floor", reply.total_is_floor}};
  if (!page.cursor.empty()) object["cursor"] = page.cursor;
  if (!reply.note.empty()) object["note"] = reply.note;
  return object;
}

Result<store::RecallRequest> ReadRequest(const CallEnvironment& environment,
                                         const nlohmann::json& arguments) {
  store::RecallRequest request;
  request.session = environment.session;
  request.query = WordArgument(arguments, "query");
  const std::string include = WordArgument(arguments, "include");
  request.include = include == "messages" ? store::RecallInclude::kMessages
                    : include == "all"    ? store::RecallInclude::kAll
                                          : store::RecallInclude::kMemories;
  request.kind = store::ParseMemoryKind(WordArgument(arguments, "kind"));
  request.tags = ListArgument(arguments, "tags");
  request.from = NameArgument(arguments, "from");
  request.scope = store::ParseMemoryScope(WordArgument(arguments, "scope"));
  request.include_superseded = BoolArgument(arguments, "include_superseded");
  request.limit = IntArgument(arguments, "limit", request.limit);
  for (const auto& [name, place] :
       {std::pair{"since", &request.since}, std::pair{"until", &request.until}}) {
    const std::string text = WordArgument(arguments, name);
    if (text.empty()) continue;
    const Result<WallTime> time = ParseTime(text, environment.clock.Now());
    if (!time) return Fail(time.error().code, std::string(name) + ": " + time.error().message);
    *place = *time;
  }
  if (const std::string cursor = WordArgument(arguments, "cursor"); !cursor.empty()) {
    const Result<int> offset = ReadRecallCursor(arguments, cursor);
    if (!offset) return tl::unexpected<Error>(offset.error());
    request.offset = *offset;
  }
  return request;
}

// The number in a query of "#12" alone.
std::optional<int64_t> NumberQuery(std::string_view query) {
  constexpr size_t kMostDigits = 16;
  if (!query.starts_with('#') || query.size() < 2 || query.size() > kMostDigits + 1) {
    return std::nullopt;
  }
  int64_t id = 0;
  const auto [stop, error] = std::from_chars(query.data() + 1, query.data() + query.size(), id);
  if (error != std::errc() || stop != query.data() + query.size() || id < 1) return std::nullopt;
  return id;
}

Status AddMessage(const CallEnvironment& environment, int64_t id, store::RecallReply* reply) {
  store::HistoryRequest request;
  request.session = environment.session;
  request.room = "*";
  request.after = id - 1;
  request.before = id + 1;
  request.limit = 1;
  Result<store::HistoryReply> found = environment.store.History(request, environment.context);
  if (!found) return Pass(std::move(found));
  if (!found->hits.empty() && found->hits.front().message.id == id) {
    store::RecallHit hit;
    hit.message = std::move(found->hits.front().message);
    reply->hits.push_back(std::move(hit));
  }
  return {};
}

// The memory or message of that number, or both.
Result<store::RecallReply> LookUp(const CallEnvironment& environment, int64_t id,
                                  store::RecallInclude include) {
  store::RecallReply reply;
  if (include != store::RecallInclude::kMessages) {
    Result<store::Memory> memory =
        environment.store.GetMemory(environment.session, id, environment.context);
    if (memory) {
      store::RecallHit hit;
      hit.memory = std::move(*memory);
      reply.hits.push_back(std::move(hit));
    } else if (memory.error().code != ErrorCode::kNotFound) {
      return Pass(std::move(memory));
    }
  }
  if (include != store::RecallInclude::kMemories) {
    if (Status added = AddMessage(environment, id, &reply); !added) return Pass(std::move(added));
  }
  reply.total = static_cast<int64_t>(reply.hits.size());
  return reply;
}

}  // namespace

ToolOutput RunRecall(const CallEnvironment& environment, const nlohmann::json& arguments) {
  const Result<store::RecallRequest> request = ReadRequest(environment, arguments);
  if (!request) return ErrorOutput(request.error());
  const std::optional<int64_t> number = NumberQuery(request->query);
  const Result<store::RecallReply> reply =
      number ? LookUp(environment, *number, request->include)
             : environment.store.Recall(*request, environment.context);
  if (!reply) return ErrorOutput(reply.error());
  const WallTime now = environment.clock.Now();
  const Page page = MakePage(*reply, *request, arguments, number.has_value(), now);
  return MakeOutput(
      arguments, [&] { return PageText(page, *reply, *request, now); },
      [&] { return PageJson(page, *reply, now); });
}

}  // namespace katra::mcp
