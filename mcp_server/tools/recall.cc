// katra_recall: ranked search in memories and messages, page by page.
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "core/time_words.h"
#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/recall_cursor.h"
#include "mcp_server/tools/tool.h"
#include "render/bound.h"
#include "render/domain_json.h"
#include "render/memory_text.h"
#include "render/peer_text.h"
#include "render/snippet.h"

namespace katra::mcp {
namespace {

// A hit, with the part of its text that is shown.
struct Shown {
  const store::RecallHit* hit = nullptr;
  render::Snippet body;
  render::Snippet reasoning;
};

struct Page {
  std::vector<Shown> hits;
  std::string cursor;  // empty on the last page
  bool whole = false;  // requested by number: shows whole texts, in pages if they are long
};

std::string ScoreText(double score) {
  char text[40];
  std::snprintf(text, sizeof text, "score %.3g", score);
  return text;
}

std::string HitText(const Shown& shown, bool searched, bool whole, const std::string& own_project,
                    WallTime now) {
  const store::RecallHit& hit = *shown.hit;
  std::string extra = searched ? ScoreText(hit.score) : "";
  const int64_t id = hit.message ? hit.message->id : hit.memory->id;
  const std::string mark = whole ? render::PartText(shown.body)
                                 : render::ShortenedText(shown.body, id, hit.message.has_value());
  const auto add = [&extra](const std::string& more) {
    if (!more.empty()) extra += (extra.empty() ? "" : ", ") + more;
  };
  add(render::ElsewhereText(hit.message ? hit.message->project : hit.memory->project, own_project));
  if (hit.message) {
    add(mark);
    render::MessageMarks marks;
    marks.prefix = "message ";
    marks.extra = extra;  // always names the room, because an answer may contain several
    return render::MessageHeader(*hit.message, marks, now) + "\n" +
           render::FencedBody(shown.body.text);
  }
  add(mark);
  std::string text = render::MemoryHeader(*hit.memory, extra, now);
  if (!shown.body.text.empty()) text += "\n" + render::FencedBody(shown.body.text);
  if (!shown.reasoning.text.empty()) {
    const std::string part = whole ? render::PartText(shown.reasoning) : "shortened";
    text += "\nits reasoning" + (shown.reasoning.shortened ? " (" + part + "):" : ":") + "\n" +
            render::FencedBody(shown.reasoning.text);
  }
  return text;
}

// schemas/tools/katra_recall-v1.json uses the same names for both kinds of hit.
nlohmann::json HitJson(const Shown& shown, bool whole, WallTime now) {
  const store::RecallHit& hit = *shown.hit;
  nlohmann::json object =
      hit.message ? render::MessageJson(*hit.message) : render::MemoryJson(*hit.memory);
  const auto rename = [&object](const char* from, const char* to) {
    object[to] = std::move(object[from]);
    object.erase(from);
  };
  if (hit.message) {
    if (!hit.message->project.empty()) object["project"] = hit.message->project;
    rename("from", "author");
    rename("said_at", "at");
    object.erase("body");
    object.erase("direct");
  } else {
    rename("created_at", "at");
    object.erase("content");
    object.erase("reasoning");
    if (!shown.reasoning.text.empty()) object["reasoning"] = shown.reasoning.text;
    if (whole && shown.reasoning.shortened) {
      object["reasoning_bytes"] = shown.reasoning.total_bytes;
      object["reasoning_from"] = shown.reasoning.begin;
    }
  }
  if (whole && shown.body.shortened) object["text_from"] = shown.body.begin;
  object["type"] = hit.message ? "message" : "memory";
  object["text"] = shown.body.text;
  object["text_bytes"] = shown.body.total_bytes;
  object["is_snippet"] = shown.body.shortened;
  object["age"] = FormatAge(hit.message ? hit.message->said_at : hit.memory->created_at, now);
  object["score"] = hit.score;
  return object;
}

// A page of whole texts: the bodies and reasonings one after the other, from byte `offset` of them
// all.
class WholePage {
 public:
  WholePage(size_t offset, bool as_json) : skip_(offset), offset_(offset), as_json_(as_json) {}

  Page Make(const store::RecallReply& reply, const nlohmann::json& arguments) {
    Page page;
    page.whole = true;
    for (const store::RecallHit& hit : reply.hits) {
      Shown shown;
      shown.hit = &hit;
      shown.body = Take(hit.message ? hit.message->body : hit.memory->content);
      if (hit.memory) shown.reasoning = Take(hit.memory->reasoning);
      if (shown.body.text.empty() && shown.reasoning.text.empty()) continue;
      page.hits.push_back(std::move(shown));
    }
    if (more_) page.cursor = MakeRecallCursor(arguments, static_cast<int>(offset_));
    return page;
  }

 private:
  static constexpr size_t kHeader = 7168;  // for a memory with ten long tags and a project

  render::Snippet Take(const std::string& text) {
    render::Snippet part;
    part.total_bytes = text.size();
    part.begin = std::min(skip_, text.size());
    skip_ -= part.begin;
    std::string_view rest = std::string_view(text).substr(part.begin);
    if (!rest.empty() && !more_ && budget_ > kHeader) {
      budget_ -= kHeader;
      part.text = std::string(render::FitBody(rest, budget_, as_json_));
      offset_ += part.text.size();
      more_ = part.text.size() < rest.size();
      budget_ -= std::min(budget_, Cost(part.text));
    } else if (!rest.empty()) {
      more_ = true;
    }
    part.shortened = part.text.size() < text.size();
    return part;
  }

  [[nodiscard]] size_t Cost(const std::string& text) const {
    return as_json_ ? render::JsonCost(render::DumpJson(text))
                    : render::TextCost(render::FencedBody(text));
  }

  size_t skip_;
  size_t offset_;
  bool as_json_;
  bool more_ = false;
  size_t budget_ = render::kTextBudgetBytes;
};

Page MakePage(const store::RecallReply& reply, const store::RecallRequest& request,
              const nlohmann::json& arguments, WallTime now) {
  const bool searched = !request.query.empty();
  const bool as_json = WantsJson(arguments);
  Page page;
  size_t bytes = 0;
  for (const store::RecallHit& hit : reply.hits) {
    const std::string& text = hit.message ? hit.message->body : hit.memory->content;
    Shown shown;
    shown.hit = &hit;
    shown.body = render::MakeSnippet(text, request.query, render::kSnippetBytes);
    if (hit.memory) {
      shown.reasoning =
          render::MakeSnippet(hit.memory->reasoning, request.query, render::kSnippetBytes);
    }
    bytes += 1 + (as_json ? render::JsonCost(render::DumpJson(HitJson(shown, false, now)))
                          : render::TextCost(HitText(shown, searched, false, reply.project, now)));
    constexpr size_t kAround = 1024;  // for the first line and the note
    if (!page.hits.empty() && bytes + kAround > render::kTextBudgetBytes) break;
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
  const bool bounded = request.since || request.until || request.kind || request.scope ||
                       !request.tags.empty() || !request.from.empty() ||
                       !(request.project.empty() || request.project == "*");
  const std::string bounds = bounded ? " within these bounds" : "";
  if (request.query.empty()) return (request.offset > 0 ? "no more " : "no ") + things + bounds;
  const std::string query = things + " for " + render::Quoted(request.query);
  if (request.offset > 0) return "no more " + query;
  const bool all = request.include == store::RecallInclude::kAll;
  return "no " + query + bounds + ": other words may find it" +
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
  if (!request.query.empty()) text += " for " + render::Quoted(request.query);
  if (!page.whole) text += searched ? ", best first" : ", newest first";
  if (!page.cursor.empty()) text += ", cursor=" + page.cursor;
  for (const Shown& shown : page.hits) {
    text += "\n" + HitText(shown, searched, page.whole, reply.project, now);
  }
  if (!reply.note.empty()) text += "\nnote: " + reply.note;
  return text;
}

nlohmann::json PageJson(const Page& page, const store::RecallReply& reply, WallTime now) {
  nlohmann::json hits = nlohmann::json::array();
  for (const Shown& shown : page.hits) hits.push_back(HitJson(shown, page.whole, now));
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
  request.project = WordArgument(arguments, "project");
  request.limit = IntArgument(arguments, "limit", request.limit);
  for (const auto& [name, place] :
       {std::pair{"since", &request.since}, std::pair{"until", &request.until}}) {
    const std::string text = WordArgument(arguments, name);
    if (text.empty()) continue;
    const Result<WallTime> time = ReadTime(text, environment.clock.Now(), DayZone::kUtc);
    if (!time) return Fail(time.error().code, std::string(name) + ": " + time.error().message);
    *place = *time;
  }
  if (Status order = CheckSpan(request.since, request.until); !order) {
    return Pass(std::move(order));
  }
  if (const std::string cursor = WordArgument(arguments, "cursor"); !cursor.empty()) {
    const Result<int> offset = ReadRecallCursor(arguments, cursor);
    if (!offset) return tl::unexpected<Error>(offset.error());
    request.offset = *offset;
  }
  return request;
}

// The number, if the query is just "#12".
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

// The memory or message with that number, or both.
Result<store::RecallReply> LookUp(const CallEnvironment& environment, int64_t id,
                                  store::RecallInclude include) {
  store::RecallReply reply;
  if (const auto self = environment.store.GetSession(environment.session, environment.context)) {
    reply.project = self->project;
  }
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

ToolOutput Run(const CallEnvironment& environment, const nlohmann::json& arguments) {
  const Result<store::RecallRequest> request = ReadRequest(environment, arguments);
  if (!request) return ErrorOutput(request.error());
  const std::optional<int64_t> number = NumberQuery(request->query);
  const Result<store::RecallReply> reply =
      number ? LookUp(environment, *number, request->include)
             : environment.store.Recall(*request, environment.context);
  if (!reply) return ErrorOutput(reply.error());
  const WallTime now = environment.clock.Now();
  const Page page = number ? WholePage(static_cast<size_t>(request->offset), WantsJson(arguments))
                                 .Make(*reply, arguments)
                           : MakePage(*reply, *request, arguments, now);
  return MakeOutput(
      arguments, [&] { return PageText(page, *reply, *request, now); },
      [&] { return PageJson(page, *reply, now); });
}

}  // namespace

extern const ToolDefinition kRecall = {.name = "katra_recall", .lane = Lane::kRead, .run = &Run};

}  // namespace katra::mcp
