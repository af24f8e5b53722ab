// katra doctor: one line for each thing that can be wrong, with what to do about it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/health/check.h"
#include "cli/output.h"
#include "cli/program.h"
#include "core/json_text.h"
#include "core/text.h"

namespace katra::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMaxText = 1000;
constexpr size_t kMarkWidth = 8;

const char* NameOf(Health health) {
  switch (health) {
    case Health::kGood:
      return "ok";
    case Health::kNote:
      return "note";
    case Health::kWarning:
      return "warning";
    case Health::kBad:
      return "bad";
  }
  return "";
}

const char* ColourOf(Health health) {
  switch (health) {
    case Health::kGood:
      return kGoodLook;
    case Health::kNote:
      return kFaintLook;
    case Health::kWarning:
      return kAttentionLook;
    case Health::kBad:
      return kBadLook;
  }
  return "";
}

// "warning tmux: TEXT -> ADVICE", with further lines aligned below the text.
std::string Line(const Finding& finding, const Page& page) {
  std::string text = finding.subject + ": " + OneLine(finding.text, kMaxText);
  if (!finding.advice.empty()) text += " -> " + OneLine(finding.advice, kMaxText);
  std::string line = WrapLines(text, std::string(kMarkWidth, ' '), page);
  std::string mark = NameOf(finding.health);
  mark.resize(kMarkWidth, ' ');
  if (page.colours) mark = ColourOf(finding.health) + mark + "\x1b[0m";
  return line.replace(0, kMarkWidth, mark);
}

// The exit code of the worst finding: an error's own code, 1 for warnings, else 0.
int ExitCodeOfAll(const Findings& findings) {
  int code = kExitOk;
  for (const Finding& finding : findings) {
    if (finding.health == Health::kBad) return finding.exit_code;
    if (finding.health == Health::kWarning) code = kExitNothing;
  }
  return code;
}

int Doctor(bool json, Context& context) {
  Findings findings = CheckPrograms(context);
  for (Findings more : {CheckHome(context), CheckAudit(context), CheckProviders(context),
                        CheckProject(context), CheckLogins(context), CheckModels(context),
                        CheckSessions(context), CheckRegistrations(context)}) {
    findings.insert(findings.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
  }
  if (json) {
    Json list = Json::array();
    for (const Finding& finding : findings) {
      list.push_back({{"health", NameOf(finding.health)},
                      {"subject", finding.subject},
                      {"text", finding.text},
                      {"advice", finding.advice}});
    }
    context.out() << JsonText(Json{{"findings", list}}, 2) << "\n";
  } else {
    for (const Finding& finding : findings) {
      context.out() << Line(finding, PageFor(context.terminal()));
    }
  }
  return ExitCodeOfAll(findings);
}

}  // namespace

void AddDoctor(CLI::App& app, Program& program) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("doctor",
                         "check the installation for problems, and say how to fix them\n"
                         "The exit code is that of the worst finding: 0 for none, 1 for a warning, "
                         "else that of the error.");
  command->group(kSetupCommands);
  command->add_flag("--json", *json, "print JSON");
  command->callback([&program, json] {
    program.Run([json](Context& context) { return Doctor(*json, context); });
  });
}

}  // namespace katra::cli
