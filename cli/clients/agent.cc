#include "cli/clients/agent.h"

#include <algorithm>

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
              "\"" + OneLine(name, 128) + "\" is not a client that Katra can start" +
                  (near.empty() ? "." : "; did you mean " + near.front() + "?") + " Known are " +
                  Join(known, ", ") + ".");
}

OwnChoice ChoiceOf(const Agent& agent, const std::vector<std::string>& own) {
  constexpr size_t kShortestId = 8;  // a plain number is a position in a list, which changes
  OwnChoice choice;
  for (size_t i = 0; i < own.size() && own[i] != "--"; ++i) {
    const size_t equals = own[i].find('=');
    const std::string name = own[i].substr(0, equals);
    if (std::find(agent.choosing.begin(), agent.choosing.end(), name) == agent.choosing.end()) {
      continue;
    }
    choice.made = true;
    std::string said;
    if (equals != std::string::npos) {
      said = own[i].substr(equals + 1);
    } else if (i + 1 < own.size()) {
      said = own[i + 1];
    }
    const bool is_id = said.size() >= kShortestId && said.front() != '-' &&
                       said.find_first_of("0123456789") != std::string::npos &&
                       said.find_first_of(" /") == std::string::npos;
    if (is_id) choice.conversation = said;
  }
  return choice;
}

const std::string& ToldModel(const Handover& handover) {
  return handover.asked_model.empty() ? handover.own_model : handover.asked_model;
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
  // The status line of such a session shows when the plan rests.
  if (handover.connection.route == RouteKind::kGateway && handover.connection.own_login) {
    add("KATRA_LOGIN", "own");
  }
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
