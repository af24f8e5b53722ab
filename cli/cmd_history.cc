// katra history: past messages, newest last, or those that match a query, best first.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/program.h"
#include "cli/room/command_session.h"
#include "cli/room/input.h"
#include "cli/room/show.h"
#include "core/json_text.h"
#include "core/text.h"
#include "render/domain_json.h"
#include "render/receipts.h"

namespace katra::cli {
namespace {

struct HistoryOptions {
  Speaker speaker;
  std::vector<std::string> words;
  std::string from;
  std::string before;
  std::string after;
  std::string receipts;
  bool all_rooms = false;
  int limit = 20;
};

// Who heard one message of the persona's own.
int PrintReceipts(const HistoryOptions& options, Context& context) {
  const auto number = ParseNumber(options.receipts, "message");
  if (!number) return context.PrintError(number.error());
  const auto session = CommandSession::Begin(context, options.speaker, UnknownPersona::kRefuse);
  if (!session) return context.PrintError(session.error());
  const auto reply = (*session)->store().Receipts((*session)->info().id, *number, context.Call());
  if (!reply) return context.PrintError(reply.error());
  context.out() << (options.speaker.json
                        ? JsonText(render::ReceiptsJson(*reply), 2) + "\n"
                        : WrapLines(render::ReceiptsText(*reply, context.clock().Now()), "",
                                    PageFor(context.terminal())));
  return kExitOk;
}

int History(const HistoryOptions& options, Context& context) {
  if (!options.receipts.empty()) return PrintReceipts(options, context);
  if (options.limit < 1 || options.limit > 200) {
    return context.PrintError(
        Error{ErrorCode::kInvalidArgument, "--limit must be from 1 to 200", {}, false});
  }
  const auto before = ParseOptionalNumber(options.before, "message");
  if (!before) return context.PrintError(before.error());
  const auto after = ParseOptionalNumber(options.after, "message");
  if (!after) return context.PrintError(after.error());
  const auto session = CommandSession::Begin(context, options.speaker, UnknownPersona::kRefuse);
  if (!session) return context.PrintError(session.error());

  store::HistoryRequest request;
  request.session = (*session)->info().id;
  request.room = options.all_rooms ? "*" : (*session)->room();
  request.query = Join(options.words, " ");
  request.from = options.from.starts_with('@') ? options.from.substr(1) : options.from;
  request.before = *before;
  request.after = *after;
  request.limit = options.limit;
  const auto reply = (*session)->store().History(request, context.Call());
  if (!reply) return context.PrintError(reply.error());
  if (options.speaker.json) {
    nlohmann::json messages = nlohmann::json::array();
    for (const store::HistoryHit& hit : reply->hits) {
      nlohmann::json message = render::MessageJson(hit.message);
      if (!request.query.empty()) message["score"] = hit.score;
      messages.push_back(std::move(message));
    }
    nlohmann::json object = {
        {"room", reply->room}, {"messages", std::move(messages)}, {"more", reply->more}};
    if (!reply->note.empty()) object["note"] = reply->note;
    context.out() << JsonText(object, 2) << "\n";
  } else {
    for (const store::HistoryHit& hit : reply->hits) {
      context.out() << ShowMessage(hit.message, options.all_rooms ? "" : reply->room, "", context);
    }
    if (reply->hits.empty()) {
      context.out() << (request.query.empty() ? "nothing was said" : "nothing fits") << "\n";
    }
    if (reply->more && !reply->hits.empty() && request.query.empty()) {
      context.out() << "there is more: "
                    << (request.after
                            ? "--after " + std::to_string(reply->hits.back().message.id)
                            : "--before " + std::to_string(reply->hits.front().message.id))
                    << "\n";
    }
    if (!reply->note.empty()) context.out() << "note: " << OneLine(reply->note, 1000) << "\n";
  }
  return reply->hits.empty() ? kExitNothing : kExitOk;
}

}  // namespace

void AddHistory(CLI::App& app, Program& program) {
  auto options = std::make_shared<HistoryOptions>();
  CLI::App* command = app.add_subcommand("history", "print or search past messages");
  command->group(kRoomCommands);
  command->add_option("WORDS", options->words, "what to search for; default: the newest messages");
  command->add_option("--from", options->from, "only messages from this persona")
      ->type_name("NAME");
  command->add_option("--before", options->before, "only messages with a lower number")
      ->type_name("NUMBER");
  command->add_option("--after", options->after, "only messages with a higher number, oldest first")
      ->type_name("NUMBER");
  command
      ->add_option("--receipts", options->receipts,
                   "instead: who was given this message of yours, and who heard it when")
      ->type_name("NUMBER");
  command->add_flag("--all-rooms", options->all_rooms, "messages of every room");
  command->add_option("--limit", options->limit, "at most this many messages, 1 to 200")
      ->type_name("N")
      ->capture_default_str();
  AddRoomOption(*command, &options->speaker);
  AddPersonaOption(*command, &options->speaker);
  AddJsonOption(*command, &options->speaker);
  command->callback([&program, options] {
    program.Run([options](Context& context) { return History(*options, context); });
  });
}

}  // namespace katra::cli
