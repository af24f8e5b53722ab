// What all clients have in common: how one is found, whose a session's processes are, and which
// conversation the user's own arguments choose.
#include "cli/clients/agent.h"

#include <map>

#include "tests/unit/cli/clients/handed.h"

namespace katra::cli::testing {
namespace {

TEST_CASE(
    "a client is found without regard to case, and an unknown one answered with the nearest") {
  CHECK(FindAgent("CODEX")->title == "Codex");
  const auto unknown = FindAgent("opncode");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == ErrorCode::kNotFound);
  CHECK(
      unknown.error().message ==
      "\"opncode\" is not a client that Katra can start; did you mean opencode? Known are claude, "
      "codex, gemini, opencode.");
}

TEST_CASE("every client says what starting and installing it needs") {
  for (const Agent& agent : Agents()) {
    INFO(agent.name);
    CHECK(FindAgent(agent.name)->program == agent.program);
    CHECK_FALSE(agent.package.empty());
    CHECK_FALSE(agent.speaks_to.empty());
    CHECK(agent.launch != nullptr);
    CHECK(std::find(agent.choosing.begin(), agent.choosing.end(), agent.resume_word) !=
          agent.choosing.end());
    // Whoever names a conversation must know whether the client has kept it.
    CHECK(agent.names_conversations == (agent.keeps != nullptr));
    CHECK(agent.login.empty() == agent.rival_variables.empty());
  }
}

TEST_CASE("the user's own arguments choose a conversation, by an id or without one") {
  struct Case {
    const char* client;
    std::vector<std::string> own;
    bool made;
    const char* id;
  };
  const Case cases[] = {
      {"claude", {}, false, ""},
      {"claude", {"fix", "it"}, false, ""},
      {"claude", {"-c"}, true, ""},
      {"claude", {"--continue", "go on"}, true, ""},
      {"claude", {"--resume"}, true, ""},
      {"claude", {"--resume", "0198-abcd"}, true, "0198-abcd"},
      {"claude", {"--resume=0198-abcd"}, true, "0198-abcd"},
      {"claude", {"-r", "0198-abcd", "-p", "x"}, true, "0198-abcd"},
      {"claude", {"--session-id", "0198-abcd"}, true, "0198-abcd"},
      {"claude", {"--resume", "--verbose1"}, true, ""},
      {"claude", {"--resume", "go on with part 2"}, true, ""},
      {"claude", {"--resume", "wordonly"}, true, ""},
      {"claude", {"--resume", "12"}, true, ""},
      {"claude", {"--", "--resume", "0198-abcd"}, false, ""},
      {"claude", {"--resumed", "0198-abcd"}, false, ""},
      {"codex", {"resume", "0198-abcd"}, true, "0198-abcd"},
      {"codex", {"fork", "0198-abcd"}, true, "0198-abcd"},
      {"codex", {"--resume", "0198-abcd"}, false, ""},
      {"gemini", {"--session-file", "/tmp/chat1.json"}, true, ""},
      {"opencode", {"-s", "ses_0198"}, true, "ses_0198"},
  };
  for (const Case& one : cases) {
    INFO(one.client << " " << (one.own.empty() ? "" : one.own.front()) << " "
                    << (one.own.empty() ? "" : one.own.back()));
    const OwnChoice choice = ChoiceOf(*FindAgent(one.client), one.own);
    CHECK(choice.made == one.made);
    CHECK(choice.conversation == one.id);
  }
}

TEST_CASE("a session's processes know whose they are, and nothing of an outer session's") {
  const auto variables = [](const Handover& handover) {
    std::map<std::string, std::string> found;
    for (const EnvironmentChange& change : SessionVariables(handover)) {
      CHECK_FALSE(change.secret);
      found[change.name] = change.value.value_or("(unset)");
    }
    return found;
  };
  Handover handover = HandoverFor("openai", Gateway());
  auto told = variables(handover);
  CHECK(told["KATRA_HOME"] == "/home/sam/.katra");
  CHECK(told["KATRA_PERSONA"] == "Sam");
  CHECK(told["KATRA_PROVIDER"] == "openai");
  CHECK(told["KATRA_MODEL"] == "(unset)");
  CHECK(told["KATRA_ROLE"] == "(unset)");
  CHECK(told["KATRA_ROOM"] == "(unset)");
  CHECK(told.count("KATRA_LOGIN") == 0);
  handover = HandoverFor("anthropic", Gateway(true), "claude-opus-4-8");
  handover.role = "reviewer";
  handover.room = "attic";
  told = variables(handover);
  CHECK(told["KATRA_MODEL"] == "claude-opus-4-8");
  CHECK(told["KATRA_ROLE"] == "reviewer");
  CHECK(told["KATRA_ROOM"] == "attic");
  CHECK(told["KATRA_LOGIN"] == "own");
  CHECK(variables(HandoverFor("anthropic", Plain("", "", true))).count("KATRA_LOGIN") == 0);
}

TEST_CASE("a word is quoted when a shell would take it for anything else") {
  CHECK(ShellQuoted("plain-word_1./:=@%+,") == "plain-word_1./:=@%+,");
  CHECK(ShellQuoted("") == "''");
  CHECK(ShellQuoted("a b") == "'a b'");
  CHECK(ShellQuoted("it's") == "'it'\\''s'");
  CHECK(ShellQuoted("$(rm)") == "'$(rm)'");
  CHECK(ShellQuoted("~") == "'~'");
}

}  // namespace
}  // namespace katra::cli::testing
