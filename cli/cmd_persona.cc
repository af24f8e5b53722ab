// katra persona: lists, shows, retires, brings back, renames and merges personas.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <istream>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/audit_note.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/program.h"
#include "cli/room/session_shell.h"
#include "core/error_map.h"
#include "core/json_text.h"
#include "core/text.h"
#include "render/peer_text.h"

namespace katra::cli {
namespace {

constexpr std::chrono::minutes kMergePatience{10};

struct PersonaOptions {
  std::string name;
  std::string other;  // for rename and merge
  bool all = false;
  bool json = false;
  bool yes = false;
};

std::string StateOf(const store::Persona& persona, WallTime now) {
  if (persona.retired_at) return "retired " + FormatLocal(*persona.retired_at, now);
  return persona.live ? "here" : "away";
}

nlohmann::json ToJson(const store::Persona& persona) {
  nlohmann::json object = {{"name", persona.name},
                           {"role", persona.role},
                           {"live", persona.live},
                           {"created_at", FormatRfc3339(persona.created_at)}};
  if (persona.retired_at) object["retired_at"] = FormatRfc3339(*persona.retired_at);
  return object;
}

int List(const PersonaOptions& options, Context& context) {
  const Result<store::Store*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  auto personas = (*store)->ListPersonas(context.Call());
  if (!personas) return context.PrintError(personas.error());
  const auto retired = static_cast<int64_t>(
      std::count_if(personas->begin(), personas->end(),
                    [](const store::Persona& one) { return one.retired_at.has_value(); }));
  const WallTime now = context.clock().Now();
  nlohmann::json list = nlohmann::json::array();
  std::vector<std::vector<std::string>> rows;
  for (const store::Persona& persona : *personas) {
    if (persona.retired_at && !options.all) continue;
    list.push_back(ToJson(persona));
    rows.push_back(
        {persona.name, StateOf(persona, now), FormatLocal(persona.created_at, now), persona.role});
  }
  if (options.json) {
    context.out() << JsonText(nlohmann::json{{"personas", std::move(list)}, {"retired", retired}},
                              2)
                  << "\n";
  } else {
    if (rows.empty()) {
      context.out() << "there are no personas\n";
    } else {
      context.out() << RenderTable({"PERSONA", "STATE", "SINCE", "ROLE"}, rows,
                                   PageFor(context.terminal()));
    }
    if (retired > 0 && !options.all) {
      context.out() << render::Count(retired, "retired persona is", "retired personas are")
                    << " not shown: add --all\n";
    }
  }
  return rows.empty() ? kExitNothing : kExitOk;
}

int Show(const PersonaOptions& options, Context& context) {
  const Result<store::Store*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  const auto profile = (*store)->ShowPersona(options.name, context.Call());
  if (!profile) return context.PrintError(profile.error());
  const store::Persona& persona = profile->persona;
  const WallTime now = context.clock().Now();
  if (options.json) {
    nlohmann::json object = ToJson(persona);
    object["guest"] = profile->guest;
    object["earlier_names"] = profile->earlier_names;
    object["messages"] = profile->messages;
    object["memories"] = profile->memories;
    if (profile->last_active) object["last_active"] = FormatRfc3339(*profile->last_active);
    context.out() << JsonText(object, 2) << "\n";
    return kExitOk;
  }
  const auto line = [&](const char* heading, const std::string& value) {
    if (!value.empty()) context.out() << heading << value << "\n";
  };
  line("persona        ", persona.name);
  line("role           ", OneLine(persona.role, store::kMaxRoleBytes));
  line("state          ", StateOf(persona, now) + (profile->guest ? ", a guest" : ""));
  line("since          ", FormatLocal(persona.created_at, now));
  if (profile->last_active) line("last active    ", FormatLocal(*profile->last_active, now));
  line("earlier names  ", Join(profile->earlier_names, ", "));
  line("messages       ", std::to_string(profile->messages));
  line("memories       ", std::to_string(profile->memories));
  return kExitOk;
}

// Changes of personas are their owner's: an agent in its session's shell only retires itself, with
// its tool.
Status RequireOwner(const Context& context) {
  if (!IsAgentsShell(context) && SessionPersona(context).empty()) return {};
  return Fail(ErrorCode::kPermissionDenied,
              "this shell belongs to an agent's session: ask the user to do it. An agent retires "
              "its own persona with katra_register (retire=true)");
}

// Audits the change and prints its result.
int Report(const char* what, const PersonaOptions& options, const Status& done,
           const std::string& text, Context& context) {
  AuditEvent event{std::string("persona.") + what, done ? "ok" : "failed"};
  event.persona = options.name;
  if (!options.other.empty()) event.detail = "to " + options.other;
  if (!done)
    event.detail += std::string(event.detail.empty() ? "" : ": ") + NamesOf(done.error().code).name;
  Audit(context, std::move(event));
  if (!done) return context.PrintError(done.error());
  context.out() << WrapLines(text, "", PageFor(context.terminal()));
  return kExitOk;
}

int Retire(const PersonaOptions& options, Context& context) {
  if (const Status owner = RequireOwner(context); !owner) return context.PrintError(owner.error());
  const Result<store::Store*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  return Report("retire", options, (*store)->RetirePersona(options.name, context.Call()),
                options.name + " is retired: it gets no messages and is in no list. `" +
                    context.program() + " persona return " + options.name + "` brings it back",
                context);
}

int Return(const PersonaOptions& options, Context& context) {
  if (const Status owner = RequireOwner(context); !owner) return context.PrintError(owner.error());
  const Result<store::Store*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  return Report("return", options, (*store)->BringPersonaBack(options.name, context.Call()),
                options.name + " is back", context);
}

int Rename(const PersonaOptions& options, Context& context) {
  if (const Status owner = RequireOwner(context); !owner) return context.PrintError(owner.error());
  const Result<store::Store*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  return Report("rename", options,
                (*store)->RenamePersona(options.name, options.other, context.Call(kMergePatience)),
                options.name + " is now " + options.other + ", and " + options.name +
                    " still leads to it. Files that name it are unchanged: see `" +
                    context.program() + " config show` and `" + context.program() + " token list`",
                context);
}

bool Agreed(const PersonaOptions& options, const Context& context) {
  if (options.yes) return true;
  if (!context.terminal().in) return false;
  context.err() << "Give everything that " << options.name << " said and remembered to "
                << options.other << "? This cannot be undone. [y/N] ";
  context.err().flush();
  std::string answer;
  std::getline(context.in(), answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

int Merge(const PersonaOptions& options, Context& context) {
  if (const Status owner = RequireOwner(context); !owner) return context.PrintError(owner.error());
  if (!Agreed(options, context)) {
    return context.PrintError(Error{ErrorCode::kFailedPrecondition,
                                    "nothing was merged: add --yes to merge for good",
                                    {},
                                    false});
  }
  const Result<store::Store*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  const auto merged =
      (*store)->MergePersonas(options.name, options.other, context.Call(kMergePatience));
  const Status done = merged ? Status() : tl::unexpected<Error>(merged.error());
  const std::string text =
      merged ? merged->into + " has taken over " + options.name + ": " +
                   render::Count(merged->messages, "message", "messages") + ", " +
                   render::Count(merged->memories, "memory", "memories") +
                   ". Files that name it are unchanged: see `" + context.program() +
                   " config show` and `" + context.program() + " token list`"
             : std::string();
  return Report("merge", options, done, text, context);
}

using Run = int (*)(const PersonaOptions&, Context&);

// A sub-command that names a persona, and with `other` a second one.
CLI::App* AddChange(CLI::App& persona, Program& program, const char* name, const char* does,
                    const std::shared_ptr<PersonaOptions>& options, const char* other, Run run) {
  CLI::App* command = persona.add_subcommand(name, does);
  command->add_option("PERSONA", options->name, "the persona's name")->required();
  if (other != nullptr) command->add_option(other, options->other, "the other name")->required();
  command->callback([&program, options, run] {
    program.Run([options, run](Context& context) { return run(*options, context); });
  });
  return command;
}

}  // namespace

void AddPersona(CLI::App& app, Program& program) {
  CLI::App* persona = app.add_subcommand("persona", "list, retire, rename and merge personas");
  persona->group(kRoomCommands);
  persona->require_subcommand(1);
  const auto options = std::make_shared<PersonaOptions>();

  CLI::App* list = persona->add_subcommand("list", "list the personas of this home");
  list->add_flag("--all", options->all, "include retired ones");
  list->add_flag("--json", options->json, "print JSON, times in UTC");
  list->callback([&program, options] {
    program.Run([options](Context& context) { return List(*options, context); });
  });
  AddChange(*persona, program, "show", "print what is known of a persona", options, nullptr, Show)
      ->add_flag("--json", options->json, "print JSON, times in UTC");
  AddChange(*persona, program, "retire",
            "retire a persona: no messages, in no list; its history and memories stay", options,
            nullptr, Retire);
  AddChange(*persona, program, "return", "bring a retired persona back", options, nullptr, Return);
  AddChange(*persona, program, "rename", "give a persona another name; the old one leads to it",
            options, "NAME", Rename);
  AddChange(*persona, program, "merge",
            "give another persona all that this one said, remembered and was sent", options, "INTO",
            Merge)
      ->add_flag("--yes", options->yes, "do not ask");
}

}  // namespace katra::cli
