// katra remember and katra forget: store and hide memories.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/room/actions.h"
#include "cli/room/input.h"
#include "core/json_text.h"
#include "core/time_words.h"
#include "render/parse.h"
#include "render/receipts.h"

namespace katra::cli {
namespace {

constexpr int kNearest = 3;

struct ForgetOptions {
  Speaker speaker;
  std::string number;
  std::string reason;
};

Result<store::RememberRequest> MakeRequest(const RememberOptions& options, const Context& context) {
  store::RememberRequest request;
  Result<std::string> content =
      TextOrInput(options.words, "memory", store::kMaxMemoryBytes, context);
  if (!content) return Pass(std::move(content));
  request.content = std::move(*content);
  const auto kind = store::ParseMemoryKind(options.kind);
  if (!kind) {
    return Fail(ErrorCode::kInvalidArgument,
                "--kind \"" + options.kind +
                    "\" is not known: use note, fact, decision, insight, preference or task");
  }
  request.kind = *kind;
  request.reasoning = options.reasoning;
  for (const std::string& given : options.tags) {
    for (const std::string& tag : render::ParseWords(given)) {
      request.tags.push_back(tag);
    }
  }
  const Result<double> importance = render::ParseImportance(options.importance, request.importance);
  if (!importance) return tl::unexpected<Error>(importance.error());
  request.importance = *importance;
  if (options.is_private) request.scope = store::MemoryScope::kPrivate;
  const auto supersedes = ParseOptionalNumber(options.supersedes, "memory");
  if (!supersedes) return tl::unexpected<Error>(supersedes.error());
  request.supersedes = *supersedes;
  if (!options.expires.empty()) {
    const Result<WallTime> time =
        ReadFutureTime(options.expires, context.clock().Now(), DayZone::kLocal);
    if (!time) return Fail(time.error().code, "--expires " + time.error().message);
    request.expires_at = *time;
  }
  request.another = options.another;
  request.idempotency_key = options.key;
  return request;
}

int Forget(const ForgetOptions& options, Context& context) {
  const Result<int64_t> number = ParseNumber(options.number, "memory");
  if (!number) return context.PrintError(number.error());
  const auto session = CommandSession::Begin(context, options.speaker, UnknownPersona::kRefuse);
  if (!session) return context.PrintError(session.error());
  const auto receipt =
      (*session)->store().Forget((*session)->info().id, *number, options.reason, context.Call());
  if (!receipt) return context.PrintError(receipt.error());
  context.out() << (options.speaker.json ? JsonText(render::ForgottenJson(*receipt), 2)
                                         : render::ForgottenText(*receipt))
                << "\n";
  return kExitOk;
}

}  // namespace

int Remember(const RememberOptions& options, Context& context) {
  Result<store::RememberRequest> request = MakeRequest(options, context);
  if (!request) return context.PrintError(request.error());
  const auto session = CommandSession::Begin(context, options.speaker, UnknownPersona::kCreate);
  if (!session) return context.PrintError(session.error());
  request->session = (*session)->info().id;
  const auto receipt = (*session)->store().Remember(*request, context.Call());
  if (!receipt) return context.PrintError(receipt.error());
  std::vector<store::MemoryHit> nearest;
  if (!receipt->repeated) {
    // The memory is stored; failing to read similar ones must not look like a failure.
    auto found = (*session)->store().NearestMemories(request->session, request->content,
                                                     receipt->id, kNearest, context.Call());
    if (found) nearest = std::move(*found);
  }
  context.out() << (options.speaker.json
                        ? JsonText(render::RememberedJson(*receipt, *request, nearest), 2)
                        : render::RememberedText(*receipt, *request, nearest,
                                                 context.clock().Now()))
                << "\n";
  return kExitOk;
}

void AddRemember(CLI::App& app, Program& program) {
  auto options = std::make_shared<RememberOptions>();
  CLI::App* command = app.add_subcommand("remember", "store a memory");
  command->group(kRoomCommands);
  command->add_option("TEXT", options->words,
                      "what to remember; without it, or with -, stdin is read");
  command->add_option("--kind", options->kind, "note, fact, decision, insight, preference or task")
      ->type_name("KIND")
      ->capture_default_str();
  command->add_option("--reasoning", options->reasoning, "the reason, mainly for decisions")
      ->type_name("TEXT");
  command->add_option("--tag", options->tags, "a tag, or several separated by commas; at most 10")
      ->type_name("TAG")
      ->allow_extra_args(false);
  command
      ->add_option("--importance", options->importance,
                   "0 to 1, or trivial, interesting, significant, critical; default: 0.5")
      ->type_name("LEVEL");
  command->add_flag("--private", options->is_private, "visible to this persona only");
  command->add_option("--supersedes", options->supersedes, "the memory that this one replaces")
      ->type_name("NUMBER");
  command
      ->add_option("--expires", options->expires,
                   "forget it at this time: 30d, \"2 weeks\", next month, or a date")
      ->type_name("TIME");
  command->add_flag("--another", options->another,
                    "store it even if the same text is already stored");
  command->add_option("--key", options->key, "store it only once for this key")->type_name("KEY");
  AddPersonaOption(*command, &options->speaker);
  AddJsonOption(*command, &options->speaker);
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Remember(*options, context); });
  });
}

void AddForget(CLI::App& app, Program& program) {
  auto options = std::make_shared<ForgetOptions>();
  CLI::App* command =
      app.add_subcommand("forget", "hide one of your own memories; `memory purge` erases one");
  command->group(kRoomCommands);
  command->add_option("NUMBER", options->number, "the number of the memory")->required();
  command->add_option("--reason", options->reason, "the reason, which is stored with it")
      ->type_name("TEXT");
  AddPersonaOption(*command, &options->speaker);
  AddJsonOption(*command, &options->speaker);
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Forget(*options, context); });
  });
}

}  // namespace katra::cli
