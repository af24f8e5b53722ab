#include "cli/clients/agent.h"

#include "core/text.h"

namespace katra::cli {

std::vector<Agent> Agents() { return {ClaudeCode(), Codex(), GeminiCli(), OpenCode()}; }

Result<Agent> FindAgent(const std::string& name) {
  const std::string wanted = ToLowerAscii(name);
  std::vector<std::string> known;
  for (Agent& agent : Agents()) {
    if (agent.name == wanted) return std::move(agent);
    known.push_back(agent.name);
  }
  const std::vector<std::string> near = NearestMatches(wanted, known);
  return Fail(ErrorCode::kNotFound,
              "\"" + OneLine(name, 128) + "\" is no client that Katra can start" +
                  (near.empty() ? "." : "; did you mean " + near.front() + "?") + " Known are " +
                  Join(known, ", ") + ".");
}

std::vector<EnvironmentChange> SessionVariables(const Handover& handover) {
  std::vector<EnvironmentChange> changes = {{"KATRA_HOME", handover.home, {}, false},
                                            {"KATRA_PERSONA", handover.persona, {}, false},
                                            {"KATRA_PROVIDER", handover.provider, {}, false}};
  const auto add = [&changes](const char* name, const std::string& value) {
    EnvironmentChange change{name, value, {}, false};
    if (value.empty()) change.value.reset();
    changes.push_back(std::move(change));
  };
  add("KATRA_MODEL", handover.model);
  add("KATRA_ROLE", handover.role);
  add("KATRA_ROOM", handover.room);
  return changes;
}

std::string ShellQuoted(const std::string& word) {
  constexpr const char* kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char character : word) {
    if (character == '\'') {
      quoted += "'\\''";
    } else {
      quoted += character;
    }
  }
  return quoted + "'";
}

}  // namespace katra::cli
