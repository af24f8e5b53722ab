// katra up, down, status, logs: the gateway of a home.
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/program.h"
#include "cli/sessions/gateway_care.h"
#include "cli/sessions/gateway_process.h"
#include "cli/use_show.h"
#include "core/audit.h"
#include "core/files.h"
#include "core/json_text.h"
#include "core/json_view.h"
#include "core/json_write.h"
#include "core/text.h"
#include "router/config/plano/load.h"
#include "router/gateway/capture/capture_files.h"

namespace katra::cli {
namespace {

constexpr size_t kMaxLogBytes = 256 * 1024 * 1024;

struct UpOptions {
  int port = -1;
  std::string config;
};

struct StatusOptions {
  bool json = false;
};

struct LogsOptions {
  int lines = 50;
  bool record = false;
  bool audit = false;
};

std::string UrlOf(const router::gateway::Runtime& runtime) {
  return "http://" + runtime.address + ":" + std::to_string(runtime.port);
}

// Running sessions cannot be given a new port and have to be restarted. Returns the exit code.
int TellCutOff(const router::gateway::Runtime& runtime, const Context& context) {
  int code = kExitOk;
  const std::string& program = context.program();
  for (const SessionRecord& record : RoutedSessions(context)) {
    const std::string why = CutOff(record, runtime);
    if (why.empty()) continue;
    context.Warn(record.persona + " is cut off: " + why + ". Start it again: " + program +
                 " stop " + record.persona + ", then " + program + " start --persona " +
                 record.persona + " --resume");
    code = kExitNothing;
  }
  return code;
}

int Up(const UpOptions& options, const Context& context) {
  const auto before = RunningGateway(context);
  GatewayStart start;
  start.port = options.port;
  if (!options.config.empty()) {
    start.config = (std::filesystem::path(context.working_folder()) / options.config)
                       .lexically_normal()
                       .string();
    if (auto read = router::plano::Load({context.home()}, start.config); !read) {
      return context.PrintError(read.error());
    }
  }
  const auto runtime = RaiseGateway(context, start, true);
  if (!runtime) return context.PrintError(runtime.error());
  const bool same = before && before->pid == runtime->pid;
  if (same && options.port > 0 && options.port != runtime->port) {
    return context.PrintError({ErrorCode::kFailedPrecondition,
                               "the gateway runs on port " + std::to_string(runtime->port) +
                                   " already: `katra down` first",
                               "", false});
  }
  if (same && !start.config.empty() && start.config != runtime->config) {
    return context.PrintError({ErrorCode::kFailedPrecondition,
                               "the gateway runs already, with " +
                                   (runtime->config.empty() ? "no config.yaml" : runtime->config) +
                                   ": `katra down` first",
                               "", false});
  }
  context.out() << "The gateway " << (same ? "runs already" : "runs") << " on " << UrlOf(*runtime)
                << " (process " << runtime->pid << ").\n";
  return TellCutOff(*runtime, context);
}

int Down(const Context& context) {
  const auto runtime = RunningGateway(context);
  if (!runtime) {
    if (runtime.error().code != ErrorCode::kNotFound) return context.PrintError(runtime.error());
    context.out() << "No gateway is running.\n";
    return kExitOk;
  }
  NoteDown(context, true);
  if (auto ended = EndGateway(context, *runtime); !ended) {
    NoteDown(context, false);
    return context.PrintError(ended.error());
  }
  context.out() << "The gateway accepts no new requests; open ones may finish.\n";
  std::vector<std::string> cut_off;
  for (const SessionRecord& record : RoutedSessions(context)) cut_off.push_back(record.persona);
  if (!cut_off.empty()) {
    context.out() << "Cut off until `" << context.program() << " up`: " << Join(cut_off, ", ")
                  << ".\n";
  }
  return kExitOk;
}

// The personas' quota use, if there is a store. An unreadable store must not hide the gateway's
// status.
std::vector<store::QuotaUse> QuotaUses(Context& context) {
  if (access((context.home() + "/katra.db").c_str(), F_OK) != 0) return {};
  const Result<store::SessionStore*> store = context.OpenStore();
  auto uses = store ? (*store)->ListQuotaUse(context.Call())
                    : Result<std::vector<store::QuotaUse>>(tl::unexpected<Error>(store.error()));
  if (uses) return std::move(*uses);
  context.Warn(uses.error().message);
  return {};
}

void ShowStatus(const router::gateway::Runtime& runtime, const JsonView& status,
                const Context& context) {
  context.out() << "The gateway runs on " << UrlOf(runtime) << ".\n"
                << "  process        " << runtime.pid << "\n"
                << "  version        " << runtime.version
                << (runtime.version == context.version() ? "" : " (another than this program's)")
                << "\n  since          " << status["started_at"].Text() << "\n"
                << "  open requests  " << status["open_requests"].Integer().value_or(0) << "\n"
                << "  personas       " << status["personas_file"].Text() << "\n";
  for (const JsonView circuit : status["circuits"]) {
    const int64_t left = circuit["next_trial_ms"].Integer().value_or(0);
    const int64_t credentials = circuit["credentials"].Integer().value_or(0);
    const bool unreachable = circuit["unreachable"].IsTrue();
    context.out() << "  left alone     " << circuit["provider"].Text() << "/"
                  << OneLine(circuit["model"].Text(), 100) << ", "
                  << (unreachable ? "which cannot be reached"
                                  : "for " + std::to_string(credentials) +
                                        (credentials == 1 ? " key or login" : " keys or logins"))
                  << "; "
                  << (left > 0 ? "tried again in " + std::to_string((left + 999) / 1000) + " s"
                               : std::string("the next request tries it"))
                  << "\n";
  }
  for (const JsonView plan : status["plan_limits"]) {
    context.out() << "  plan limit     " << plan["persona"].Text() << " at "
                  << plan["provider"].Text() << " until " << plan["until"].Text() << "\n";
  }
  if (const int64_t lost = status["audit"]["lost"].Integer().value_or(0); lost > 0) {
    context.out() << "  audit log      " << lost
                  << " events could not be written: " << status["audit"]["why"].Text() << "\n";
  }
}

int StatusOf(const StatusOptions& options, Context& context) {
  const auto runtime = RunningGateway(context);
  if (!runtime && runtime.error().code != ErrorCode::kNotFound) {
    return context.PrintError(runtime.error());
  }
  JsonDocument document;
  Result<http::Response> answer;
  if (runtime) {
    answer = AskGateway(*runtime, "GET", "/admin/status");
    if (!answer) return context.PrintError(answer.error());
    if (auto parsed = document.Parse(answer->body); !parsed)
      return context.PrintError(parsed.error());
  }
  const auto uses = QuotaUses(context);
  if (options.json) {
    std::string json;
    JsonWriter writer(json);
    writer.BeginObject().Key("running").Bool(runtime.has_value());
    if (runtime) {
      writer.Key("url").String(UrlOf(*runtime)).Key("pid").Integer(runtime->pid);
      writer.Key("gateway").Raw(answer->body);
    }
    writer.Key("personas");
    WriteQuotaUse(uses, writer);
    writer.EndObject();
    context.out() << EscapeJsonText(json) << "\n";
  } else {
    if (runtime) ShowStatus(*runtime, document.Root(), context);
    if (!runtime) context.out() << "No gateway is running.\n";
    const std::string tokens =
        runtime ? ShowTokenUse(document.Root()["tokens"], PageFor(context.terminal()))
                : std::string();
    if (!tokens.empty()) context.out() << "\nTokens in use:\n" << tokens;
    const std::string budgets =
        runtime ? ShowBudgets(document.Root()["budgets"], PageFor(context.terminal()),
                              context.clock().Now())
                : std::string();
    if (!budgets.empty()) context.out() << "\nBudgets:\n" << budgets;
    const std::string personas = ShowQuotaUse(uses, PageFor(context.terminal()));
    if (!personas.empty()) context.out() << "\nIn the room and the memory:\n" << personas;
  }
  return runtime ? kExitOk : kExitNothing;
}

int Recorded(const LogsOptions& options, const Context& context) {
  const auto lines = router::gateway::LastCaptures(router::gateway::CaptureFolder(context.home()),
                                                   static_cast<size_t>(options.lines));
  if (lines) {
    context.out() << EscapeJsonText(*lines);
    return kExitOk;
  }
  if (lines.error().code != ErrorCode::kNotFound) return context.PrintError(lines.error());
  context.out() << "Nothing was recorded. \"record\": true for a persona, or for \"router\", in\n"
                << context.home() << "/router/personas.json turns it on.\n";
  return kExitNothing;
}

int Audited(const LogsOptions& options, const Context& context) {
  const auto lines = LastAuditLines(context.home(), static_cast<size_t>(options.lines));
  if (lines) {
    context.out() << *lines;
    return kExitOk;
  }
  if (lines.error().code != ErrorCode::kNotFound) return context.PrintError(lines.error());
  context.out() << "Nothing was written to " << AuditPath(context.home()) << " yet.\n";
  return kExitNothing;
}

int Logs(const LogsOptions& options, const Context& context) {
  if (options.audit) return Audited(options, context);
  if (options.record) return Recorded(options, context);
  const std::string path = router::gateway::LogPath(context.home());
  const auto text = ReadFile(path, kMaxLogBytes);
  if (!text) {
    if (text.error().code != ErrorCode::kNotFound) return context.PrintError(text.error());
    context.out() << "There is no log yet: `katra up` starts the gateway, which writes "
                  << OneLine(path, 4096) << "\n";
    return kExitNothing;
  }
  size_t begin = text->size();
  for (int left = options.lines; left >= 0 && begin != std::string::npos && begin > 0; --left) {
    begin = text->rfind('\n', begin - 1);
  }
  const std::string shown = text->substr(begin == std::string::npos || begin == 0 ? 0 : begin + 1);
  context.out() << Fence(shown, "");
  return kExitOk;
}

}  // namespace

void AddGateway(CLI::App& app, Program& program) {
  auto up_options = std::make_shared<UpOptions>();
  CLI::App* up = app.add_subcommand("up", "start the gateway, if it is not running");
  up->group(kRouterCommands);
  up->add_option("--port", up_options->port, "its port; default: as configured, or a free one")
      ->type_name("PORT")
      ->check(CLI::Range(0, 65535));
  up->add_option("--config", up_options->config,
                 "a Plano config.yaml: its providers, routes and aliases override those of "
                 "personas.json")
      ->type_name("FILE");
  up->callback([&program, up_options] {
    program.Run([up_options](Context& context) { return Up(*up_options, context); });
  });

  CLI::App* down = app.add_subcommand("down", "stop the gateway; open requests may finish first");
  down->group(kRouterCommands);
  down->callback([&program] { program.Run([](Context& context) { return Down(context); }); });

  auto status_options = std::make_shared<StatusOptions>();
  CLI::App* status = app.add_subcommand("status", "show whether the gateway is running, and where");
  status->group(kRouterCommands);
  status->add_flag("--json", status_options->json, "print JSON");
  status->callback([&program, status_options] {
    program.Run([status_options](Context& context) { return StatusOf(*status_options, context); });
  });

  auto logs_options = std::make_shared<LogsOptions>();
  CLI::App* logs = app.add_subcommand("logs", "show the gateway's log");
  logs->group(kRouterCommands);
  logs->add_option("--lines,-n", logs_options->lines, "how many of the last lines to show")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000));
  CLI::Option* record =
      logs->add_flag("--record", logs_options->record,
                     "the recorded prompts and responses, one JSON object per line");
  logs->add_flag("--audit", logs_options->audit,
                 "the audit log: tokens, imports, purges, reloads; one JSON object per line")
      ->excludes(record);
  logs->callback([&program, logs_options] {
    program.Run([logs_options](Context& context) { return Logs(*logs_options, context); });
  });
}

}  // namespace katra::cli
