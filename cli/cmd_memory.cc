// katra memory: lists, shows, exports, imports and erases memories.
#include <CLI/CLI.hpp>
#include <istream>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/audit_note.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/room/command_session.h"
#include "cli/room/input.h"
#include "cli/room/review.h"
#include "cli/room/session_shell.h"
#include "cli/room/show.h"
#include "cli/room/transfer.h"
#include "core/error_map.h"
#include "core/json_text.h"
#include "core/text.h"
#include "render/domain_json.h"

namespace katra::cli {
namespace {

constexpr int kPage = 50;  // the store's limit per call

struct ListOptions {
  Speaker speaker;
  std::string kind;
  std::string scope;
  bool superseded = false;
  int limit = kPage;
};

struct ShowOptions {
  Speaker speaker;
  std::string number;
};

struct PurgeOptions {
  std::vector<std::string> numbers;
  bool yes = false;
};

Result<std::vector<store::Memory>> Newest(const ListOptions& options, const CommandSession& session,
                                          const Context& context) {
  store::RecallRequest request;
  request.session = session.info().id;
  request.include_superseded = options.superseded;
  if (!options.kind.empty()) {
    request.kind = store::ParseMemoryKind(options.kind);
    if (!request.kind) {
      return Fail(ErrorCode::kInvalidArgument,
                  "--kind \"" + options.kind +
                      "\" is not known: use note, fact, decision, insight, preference or task");
    }
  }
  if (!options.scope.empty()) {
    request.scope = store::ParseMemoryScope(options.scope);
    if (!request.scope) {
      return Fail(ErrorCode::kInvalidArgument,
                  "--scope \"" + options.scope + "\" is not known: use shared or private");
    }
  }
  std::vector<store::Memory> memories;
  while (static_cast<int>(memories.size()) < options.limit) {
    request.offset = static_cast<int>(memories.size());
    request.limit = std::min(kPage, options.limit - request.offset);
    auto reply = session.store().Recall(request, context.Call());
    if (!reply) return Pass(std::move(reply));
    for (store::RecallHit& hit : reply->hits) {
      if (hit.memory) memories.push_back(std::move(*hit.memory));
    }
    if (static_cast<int>(reply->hits.size()) < request.limit) break;
  }
  return memories;
}

int List(const ListOptions& options, Context& context) {
  if (options.limit < 1) {
    return context.PrintError(
        Error{ErrorCode::kInvalidArgument, "--limit must be 1 or more", {}, false});
  }
  const auto session = CommandSession::Begin(context, options.speaker, UnknownPersona::kRefuse);
  if (!session) return context.PrintError(session.error());
  const auto memories = Newest(options, **session, context);
  if (!memories) return context.PrintError(memories.error());
  if (options.speaker.json) {
    nlohmann::json list = nlohmann::json::array();
    for (const store::Memory& memory : *memories) list.push_back(render::MemoryJson(memory));
    context.out() << JsonText(nlohmann::json{{"memories", std::move(list)}}, 2) << "\n";
  } else {
    for (const store::Memory& memory : *memories) {
      context.out() << ShowMemory(memory, "", false, context);
    }
    if (memories->empty()) context.out() << "nothing is remembered\n";
  }
  return memories->empty() ? kExitNothing : kExitOk;
}

int Show(const ShowOptions& options, Context& context) {
  const Result<int64_t> number = ParseNumber(options.number, "memory");
  if (!number) return context.PrintError(number.error());
  const auto session = CommandSession::Begin(context, options.speaker, UnknownPersona::kRefuse);
  if (!session) return context.PrintError(session.error());
  const auto memory = (*session)->store().GetMemory((*session)->info().id, *number, context.Call());
  if (!memory) return context.PrintError(memory.error());
  context.out() << (options.speaker.json ? JsonText(render::MemoryJson(*memory), 2) + "\n"
                                         : ShowMemory(*memory, "", true, context));
  return kExitOk;
}

bool Agreed(const PurgeOptions& options, const Context& context) {
  if (options.yes) return true;
  if (!context.terminal().in) return false;
  context.err() << "Erase " << options.numbers.size()
                << (options.numbers.size() == 1 ? " memory" : " memories")
                << " for good? This cannot be undone. [y/N] ";
  context.err().flush();
  std::string answer;
  std::getline(context.in(), answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

// An agent in its session's shell can only erase its own memories; others that it may not see are
// treated as not existing.
Status MayPurge(const std::vector<int64_t>& numbers, Context& context) {
  if (SessionPersona(context).empty()) return {};
  const auto session = CommandSession::Begin(context, {}, UnknownPersona::kRefuse);
  if (!session) return tl::unexpected<Error>(session.error());
  for (const int64_t number : numbers) {
    const auto memory =
        (*session)->store().GetMemory((*session)->info().id, number, context.Call());
    if (!memory) return tl::unexpected<Error>(memory.error());
    if (RefuseAnother(context, memory->author)) continue;
    return Fail(
        ErrorCode::kPermissionDenied,
        "memory #" + std::to_string(number) + " is " + OneLine(memory->author, 128) +
            "'s, and this shell belongs to another session: purge it in a shell of your own");
  }
  return {};
}

int Purge(const PurgeOptions& options, Context& context) {
  std::vector<int64_t> numbers;
  for (const std::string& text : options.numbers) {
    const Result<int64_t> number = ParseNumber(text, "memory");
    if (!number) return context.PrintError(number.error());
    numbers.push_back(*number);
  }
  if (!Agreed(options, context)) {
    return context.PrintError(Error{ErrorCode::kFailedPrecondition,
                                    "nothing was erased: add --yes to erase for good",
                                    {},
                                    false});
  }
  if (const Status may = MayPurge(numbers, context); !may) return context.PrintError(may.error());
  const Result<store::MemoryStore*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  for (const int64_t number : numbers) {
    const Status purged = (*store)->Purge(number, context.Call());
    AuditEvent event{"memory.purge", purged ? "ok" : "failed"};
    event.detail = "memory " + std::to_string(number);
    if (!purged) event.detail += std::string(": ") + NamesOf(purged.error().code).name;
    Audit(context, std::move(event));
    if (!purged) return context.PrintError(purged.error());
    context.out() << "erased memory #" << number << "\n";
  }
  return kExitOk;
}

void AddMemoryList(CLI::App& memory, Program& program) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = memory.add_subcommand("list", "list the newest memories");
  command->add_option("--kind", options->kind, "note, fact, decision, insight, preference or task")
      ->type_name("KIND");
  command->add_option("--scope", options->scope, "shared or private; default: both")
      ->type_name("SCOPE");
  command->add_flag("--superseded", options->superseded, "include older versions");
  command->add_option("--limit", options->limit, "at most this many")
      ->type_name("N")
      ->capture_default_str();
  AddPersonaOption(*command, &options->speaker);
  AddJsonOption(*command, &options->speaker);
  command->callback([&program, options] {
    program.Run([options](Context& context) { return List(*options, context); });
  });
}

void AddMemoryShow(CLI::App& memory, Program& program) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = memory.add_subcommand("show", "print one memory in full");
  command->add_option("NUMBER", options->number, "the number of the memory")->required();
  AddPersonaOption(*command, &options->speaker);
  AddJsonOption(*command, &options->speaker);
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Show(*options, context); });
  });
}

void AddMemoryPurge(CLI::App& memory, Program& program) {
  auto options = std::make_shared<PurgeOptions>();
  CLI::App* command = memory.add_subcommand(
      "purge", "erase memories permanently, including other personas' and forgotten ones");
  command->add_option("NUMBER", options->numbers, "the numbers of the memories")->required();
  command->add_flag("--yes", options->yes, "do not ask");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Purge(*options, context); });
  });
}

}  // namespace

void AddMemory(CLI::App& app, Program& program) {
  CLI::App* memory = app.add_subcommand("memory", "list, show, review, move and erase memories");
  memory->group(kRoomCommands);
  memory->require_subcommand(1);
  AddMemoryList(*memory, program);
  AddMemoryShow(*memory, program);
  AddMemoryExport(*memory, program);
  AddMemoryImport(*memory, program);
  AddMemoryReview(*memory, program);
  AddMemoryPurge(*memory, program);
}

}  // namespace katra::cli
