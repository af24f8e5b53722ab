// katra say: sends a message to a room, or to some of its personas.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/hooks/reach.h"
#include "cli/output.h"
#include "cli/program.h"
#include "cli/room/actions.h"
#include "cli/room/input.h"
#include "core/json_text.h"
#include "core/text.h"
#include "render/receipts.h"

namespace katra::cli {

namespace {

// Whether all of the persona's agents are idle, and none of them is woken by a message.
bool AreIdleUnwoken(const std::string& persona, store::SessionStore& store,
                    const Context& context) {
  auto live = store.LiveSessions({persona, {}}, context.Call());
  if (!live) return false;
  std::erase_if(*live, [](const store::Session& one) { return IsTerminalClient(one.client); });
  return !live->empty() && std::all_of(live->begin(), live->end(), [&](const auto& one) {
    return IsIdleUnwoken(one, context);
  });
}

// "; idle, hears it when it calls katra_hear: Sam"; empty if there is nobody like that.
std::string NotWoken(const store::SayReceipt& receipt, const CommandSession& session,
                     const Context& context) {
  constexpr size_t kMostNamed = 12;
  std::vector<std::string> names;
  for (const store::Recipient& one : receipt.recipients) {
    if (!receipt.direct || !one.live || names.size() == kMostNamed) break;
    if (AreIdleUnwoken(one.name, session.store(), context)) names.push_back(one.name);
  }
  return names.empty() ? std::string()
                       : "; idle, hears it when it calls katra_hear: " + Join(names, ", ");
}

}  // namespace

int Say(const SayOptions& options, Context& context) {
  store::SayRequest request;
  Result<std::string> body =
      TextOrInput(options.words, "message", store::kMaxMessageBytes, context);
  if (!body) return context.PrintError(body.error());
  const auto reply_to = ParseOptionalNumber(options.reply_to, "message");
  if (!reply_to) return context.PrintError(reply_to.error());
  const auto corrects = ParseOptionalNumber(options.corrects, "message");
  if (!corrects) return context.PrintError(corrects.error());
  const auto session = CommandSession::Begin(context, options.speaker, UnknownPersona::kCreate);
  if (!session) return context.PrintError(session.error());

  request.session = (*session)->info().id;
  // A correction stays in the room of the first message.
  if (!*corrects || !options.speaker.room.empty()) request.room = (*session)->room();
  request.body = std::move(*body);
  request.to = Recipients(options.to);
  request.reply_to = *reply_to;
  request.corrects = *corrects;
  request.idempotency_key = options.key;
  const Result<store::SayReceipt> receipt = (*session)->store().Say(request, context.Call());
  if (!receipt) return context.PrintError(receipt.error());
  if (options.speaker.json) {
    context.out() << JsonText(render::SaidJson(*receipt), 2) << "\n";
  } else {
    context.out() << WrapLines(render::SaidText(*receipt) + NotWoken(*receipt, **session, context),
                               "", PageFor(context.terminal()));
  }
  return kExitOk;
}

void AddSay(CLI::App& app, Program& program) {
  auto options = std::make_shared<SayOptions>();
  CLI::App* command = app.add_subcommand("say", "send a message to the room");
  command->group(kRoomCommands);
  command->add_option("MESSAGE", options->words,
                      "the text; without it, or with -, stdin is read. After --, a text may begin "
                      "with a dash");
  command
      ->add_option("--to", options->to,
                   "only for these personas, separated by commas; default: everybody")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command
      ->add_option("--reply-to", options->reply_to, "the number of the message that this answers")
      ->type_name("NUMBER");
  command
      ->add_option("--corrects", options->corrects,
                   "the number of your own message that this replaces; it goes to the same room "
                   "and personas")
      ->type_name("NUMBER");
  command->add_option("--key", options->key, "send it only once for this key")->type_name("KEY");
  AddRoomOption(*command, &options->speaker);
  AddPersonaOption(*command, &options->speaker);
  AddJsonOption(*command, &options->speaker);
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Say(*options, context); });
  });
}

}  // namespace katra::cli
