// katra recall: ranked search of memories and messages.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/room/actions.h"
#include "cli/room/show.h"
#include "core/json_text.h"
#include "core/text.h"
#include "core/time_words.h"
#include "render/domain_json.h"
#include "render/memory_text.h"
#include "render/parse.h"

namespace katra::cli {
namespace {

tl::unexpected<Error> Unknown(const std::string& option, const std::string& given,
                              const std::string& allowed) {
  return Fail(ErrorCode::kInvalidArgument,
              option + " \"" + OneLine(given, 80) + "\" is not known: use " + allowed);
}

Status ReadTimes(const RecallOptions& options, WallTime now, store::RecallRequest* request) {
  for (const auto& [name, text, place] :
       {std::tuple{"--since ", &options.since, &request->since},
        std::tuple{"--until ", &options.until, &request->until}}) {
    if (text->empty()) continue;
    const Result<WallTime> time = ReadTime(*text, now, DayZone::kLocal);
    if (!time) return Fail(time.error().code, name + time.error().message);
    *place = *time;
  }
  return CheckSpan(request->since, request->until);
}

Result<store::RecallRequest> MakeRequest(const RecallOptions& options, const Context& context) {
  store::RecallRequest request;
  request.query = std::string(Trim(Join(options.words, " ")));
  if (options.include == "messages") {
    request.include = store::RecallInclude::kMessages;
  } else if (options.include == "all") {
    request.include = store::RecallInclude::kAll;
  } else if (options.include != "memories") {
    return Unknown("--include", options.include, "memories, messages or all");
  }
  if (!options.kind.empty()) {
    request.kind = store::ParseMemoryKind(options.kind);
    if (!request.kind) {
      return Unknown("--kind", options.kind, "note, fact, decision, insight, preference or task");
    }
  }
  if (!options.scope.empty()) {
    request.scope = store::ParseMemoryScope(options.scope);
    if (!request.scope) return Unknown("--scope", options.scope, "shared or private");
  }
  if (options.limit < 1 || options.limit > 50) {
    return Fail(ErrorCode::kInvalidArgument, "--limit must be from 1 to 50");
  }
  request.tags = render::ParseWords(Join(options.tags, ","));
  request.from = render::ParseName(options.from);
  request.include_superseded = options.superseded;
  request.project = options.project;
  request.limit = options.limit;
  if (Status times = ReadTimes(options, context.clock().Now(), &request); !times) {
    return Pass(std::move(times));
  }
  return request;
}

nlohmann::json HitJson(const store::RecallHit& hit) {
  nlohmann::json object =
      hit.message ? render::MessageJson(*hit.message) : render::MemoryJson(*hit.memory);
  if (hit.message && !hit.message->project.empty()) object["project"] = hit.message->project;
  object["type"] = hit.message ? "message" : "memory";
  object["score"] = hit.score;
  return object;
}

}  // namespace

int Recall(const RecallOptions& options, Context& context) {
  Result<store::RecallRequest> request = MakeRequest(options, context);
  if (!request) return context.PrintError(request.error());
  const auto session = CommandSession::Begin(context, options.speaker, UnknownPersona::kRefuse);
  if (!session) return context.PrintError(session.error());
  request->session = (*session)->info().id;
  const auto reply = (*session)->store().Recall(*request, context.Call());
  if (!reply) return context.PrintError(reply.error());
  if (options.speaker.json) {
    nlohmann::json hits = nlohmann::json::array();
    for (const store::RecallHit& hit : reply->hits) hits.push_back(HitJson(hit));
    nlohmann::json object = {{"hits", std::move(hits)},
                             {"total", reply->total},
                             {"total_is_floor", reply->total_is_floor}};
    if (!reply->note.empty()) object["note"] = reply->note;
    context.out() << JsonText(object, 2) << "\n";
    return reply->hits.empty() ? kExitNothing : kExitOk;
  }
  for (const store::RecallHit& hit : reply->hits) {
    const std::string where = render::ElsewhereText(
        hit.message ? hit.message->project : hit.memory->project, reply->project);
    context.out() << (hit.message ? ShowMessage(*hit.message, "", where, context)
                                  : ShowMemory(*hit.memory, request->query, false, context, where));
  }
  if (reply->hits.empty()) {
    context.out() << (request->query.empty() ? "nothing is remembered" : "nothing fits") << "\n";
  } else if (reply->total > static_cast<int64_t>(reply->hits.size())) {
    context.out() << reply->hits.size() << " of " << (reply->total_is_floor ? "at least " : "")
                  << reply->total << "\n";
  }
  if (!reply->note.empty()) context.out() << "note: " << OneLine(reply->note, 1000) << "\n";
  return reply->hits.empty() ? kExitNothing : kExitOk;
}

void AddRecall(CLI::App& app, Program& program) {
  auto options = std::make_shared<RecallOptions>();
  CLI::App* command = app.add_subcommand("recall", "search memories, best match first");
  command->group(kRoomCommands);
  command->add_option("WORDS", options->words,
                      "what to look for, or a \"phrase\"; default: the newest");
  command->add_option("--include", options->include, "memories, messages or all")
      ->type_name("WHAT")
      ->capture_default_str();
  command->add_option("--kind", options->kind, "note, fact, decision, insight, preference or task")
      ->type_name("KIND");
  command->add_option("--tag", options->tags, "only with this tag; with several, all of them")
      ->type_name("TAG")
      ->allow_extra_args(false);
  command->add_option("--from", options->from, "only by this persona")->type_name("NAME");
  command
      ->add_option("--since", options->since,
                   "not before this: a time, a date, yesterday, last week, or a span such as 2h; "
                   "days are in your time zone")
      ->type_name("TIME");
  command->add_option("--until", options->until, "not after this; written as for --since")
      ->type_name("TIME");
  command->add_option("--scope", options->scope, "shared or private; default: both")
      ->type_name("SCOPE");
  command
      ->add_option("--project", options->project,
                   "only of this project, by its name; '*': of all alike; default: all, this "
                   "folder's first")
      ->type_name("NAME");
  command->add_flag("--superseded", options->superseded, "include older versions");
  command->add_option("--limit", options->limit, "at most this many, 1 to 50")
      ->type_name("N")
      ->capture_default_str();
  AddPersonaOption(*command, &options->speaker);
  AddJsonOption(*command, &options->speaker);
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Recall(*options, context); });
  });
}

}  // namespace katra::cli
