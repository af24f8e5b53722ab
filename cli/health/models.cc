// Finds models of other companies in the clients' own files. A choice inside a session, such as
// /model openai,gpt-4 in Claude Code, is stored there and affects every later one.
#include "cli/clients/agent.h"
#include "cli/clients/model_settings.h"
#include "cli/health/check.h"
#include "core/text.h"

namespace katra::cli {
namespace {

// How the user can fix it.
std::string Mend(const ModelSetting& setting) {
  const std::string value = "\"" + OneLine(setting.value, 80) + "\"";
  const size_t dot = setting.key.find('.');
  const std::string key =
      dot == std::string::npos
          ? "\"" + setting.key + "\""
          : "\"" + setting.key.substr(dot + 1) + "\" below \"" + setting.key.substr(0, dot) + "\"";
  const bool toml = setting.file.ends_with(".toml");
  return "open " + setting.file + " and remove " +
         (toml ? "the line " + setting.key + " = " + value : key + ": " + value) +
         ", or write one of the client's own models there";
}

bool NamesCodexProvider(const std::vector<ModelSetting>& settings) {
  for (const ModelSetting& setting : settings) {
    if (setting.provider && setting.value != "openai") return true;
  }
  return false;
}

}  // namespace

Findings CheckModels(const Context& context) {
  Findings findings;
  if (context.user_home().empty()) return findings;
  for (const Agent& agent : Agents()) {
    const std::vector<ModelSetting> settings =
        ModelSettings(agent.name, context.working_folder(), context);
    // The user's own server has its own model names.
    const bool elsewhere = agent.name == "claude"
                               ? !context.Variable("ANTHROPIC_BASE_URL").empty()
                               : agent.name == "codex" && NamesCodexProvider(settings);
    for (const ModelSetting& setting : settings) {
      if (setting.provider || IsOwnModel(agent.name, setting.value, elsewhere)) continue;
      findings.push_back({Health::kWarning, "model of " + agent.title,
                          setting.key + " in " + setting.file + " is \"" +
                              OneLine(setting.value, 80) + "\", no model of " + agent.title +
                              "'s: every session without `" + context.program() +
                              " start` asks for it",
                          Mend(setting), 0});
    }
  }
  return findings;
}

}  // namespace katra::cli
