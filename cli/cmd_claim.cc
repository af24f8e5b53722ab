// katra claim and katra claims: which files personas are changing.
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/hooks/live_session.h"
#include "cli/output.h"
#include "cli/program.h"
#include "cli/room/command_session.h"
#include "cli/room/session_shell.h"
#include "core/json_text.h"
#include "render/claim_text.h"

namespace katra::cli {
namespace {

struct ClaimOptions {
  Speaker speaker;
  std::vector<std::string> paths;
  int minutes = 60;
  std::string reason;
  bool release = false;
  std::string of;
};

// Whose claims they are: in the shell of an agent's session that session, which they end with;
// elsewhere a session for this command, which they outlast.
class Holder {
 public:
  static Result<Holder> Find(const Speaker& speaker, Context& context) {
    Holder holder;
    if (!SessionPersona(context).empty() && speaker.persona.empty()) {
      HookInput here;
      here.working_folder = context.working_folder();
      auto live = FindLiveSession(here, context);
      if (!live) return Pass(std::move(live));
      if (*live) {
        holder.session_ = (*live)->id;
        return holder;
      }
    }
    auto own = CommandSession::Begin(context, speaker, UnknownPersona::kCreate);
    if (!own) return Pass(std::move(own));
    holder.own_ = std::move(*own);
    holder.session_ = holder.own_->info().id;
    return holder;
  }

  [[nodiscard]] store::SessionId session() const { return session_; }
  [[nodiscard]] bool ends_with_command() const { return own_ != nullptr; }

 private:
  std::unique_ptr<CommandSession> own_;
  store::SessionId session_ = 0;
};

Result<std::vector<store::ClaimPath>> ReadPaths(const ClaimOptions& options,
                                                const Context& context) {
  std::vector<store::ClaimPath> paths;
  for (const std::string& text : options.paths) {
    auto path = store::ResolveClaimPath(text, context.working_folder());
    if (!path) return tl::unexpected<Error>(path.error());
    paths.push_back(std::move(*path));
  }
  return paths;
}

void Print(const Speaker& speaker, const nlohmann::json& json, const std::string& text,
           Context& context) {
  if (speaker.json) {
    context.out() << JsonText(json, 2) << "\n";
  } else {
    context.out() << WrapLines(text, "", PageFor(context.terminal()));
  }
}

int Release(const ClaimOptions& options, const Holder& holder, std::vector<store::ClaimPath> paths,
            store::Store& store, Context& context) {
  store::ReleaseRequest request;
  request.session = holder.session();
  request.paths = std::move(paths);
  request.of = options.of;
  const auto released = store.ReleaseClaims(request, context.Call());
  if (!released) return context.PrintError(released.error());
  Print(options.speaker, render::ClaimsJson("released", *released), render::ReleasedText(*released),
        context);
  return kExitOk;
}

int Claim(const ClaimOptions& options, Context& context) {
  if (options.paths.empty() && !options.release) {
    return context.UsageError("no paths are given: name files, folders or patterns", "claim");
  }
  if (!options.of.empty() && !options.release) {
    return context.UsageError("--of is only for --release", "claim");
  }
  if (!options.of.empty() && (IsAgentsShell(context) || !SessionPersona(context).empty())) {
    return context.PrintError(Error{ErrorCode::kPermissionDenied,
                                    "an agent releases only its own claims: ask " + options.of +
                                        " with katra_say, or ask the user",
                                    {},
                                    false});
  }
  auto paths = ReadPaths(options, context);
  if (!paths) return context.PrintError(paths.error());
  const Result<Holder> holder = Holder::Find(options.speaker, context);
  if (!holder) return context.PrintError(holder.error());
  const Result<store::Store*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  if (options.release) return Release(options, *holder, std::move(*paths), **store, context);

  store::ClaimRequest request;
  request.session = holder->session();
  request.paths = std::move(*paths);
  request.time = std::chrono::minutes(options.minutes);
  request.reason = options.reason;
  request.outlasts_session = holder->ends_with_command();
  const auto receipt = (*store)->ClaimPaths(request, context.Call());
  if (!receipt) return context.PrintError(receipt.error());
  const bool refused = !receipt->others.empty();
  Print(options.speaker,
        render::ClaimsJson(refused ? "refused" : "claimed",
                           refused ? receipt->others : receipt->claims),
        render::ClaimedText(*receipt, context.clock().Now(), FormatLocal), context);
  return refused ? kExitNothing : kExitOk;
}

int List(const Speaker& speaker, Context& context) {
  const Result<store::Store*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  const auto claims = (*store)->ListClaims(context.Call());
  if (!claims) return context.PrintError(claims.error());
  if (speaker.json || claims->empty()) {
    Print(speaker, render::ClaimsJson("listed", *claims), "nothing is claimed", context);
    return kExitOk;
  }
  const WallTime now = context.clock().Now();
  std::vector<std::vector<std::string>> rows;
  for (const store::Claim& claim : *claims) {
    rows.push_back({claim.persona, claim.path.pattern,
                    claim.path.root.empty() ? "-" : claim.path.root, FormatLocal(claim.since, now),
                    FormatLocal(claim.until, now), claim.reason});
  }
  context.out() << RenderTable({"PERSONA", "PATH", "FOLDER", "SINCE", "UNTIL", "REASON"}, rows,
                               PageFor(context.terminal()));
  return kExitOk;
}

}  // namespace

void AddClaim(CLI::App& app, Program& program) {
  auto options = std::make_shared<ClaimOptions>();
  CLI::App* command =
      app.add_subcommand("claim", "tell the others which files you are changing, or release them");
  command->group(kRoomCommands);
  command->add_option("PATH", options->paths,
                      "files, folders or patterns such as 'src/**/*.cc', in quotes");
  command->add_option("--minutes", options->minutes, "how long, at most 1440; default: 60")
      ->type_name("N");
  command->add_option("--reason", options->reason, "what you are doing")->type_name("TEXT");
  command->add_flag("--release", options->release,
                    "release your claims in these paths; without paths all of them");
  command->add_option("--of", options->of, "with --release: another persona's claims")
      ->type_name("NAME");
  AddPersonaOption(*command, &options->speaker);
  AddJsonOption(*command, &options->speaker);
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Claim(*options, context); });
  });

  auto speaker = std::make_shared<Speaker>();
  CLI::App* list = app.add_subcommand("claims", "list the files that personas have claimed");
  list->group(kRoomCommands);
  AddJsonOption(*list, speaker.get());
  list->callback([&program, speaker] {
    program.Run([speaker](Context& context) { return List(*speaker, context); });
  });
}

}  // namespace katra::cli
