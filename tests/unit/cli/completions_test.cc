// Completions run in the shells themselves, where those are installed: what Tab would offer.
#include "cli/completions.h"

#include <algorithm>

#include "cli/sessions/subprocess.h"
#include "core/text.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

using Words = std::vector<std::string>;

CommandInfo Small() {
  CommandInfo root;
  root.name = root.path = "katra";
  CommandInfo list;
  list.name = "list";
  list.path = "katra list";
  list.text = "it's a \\ list\nand more";
  OptionInfo json;
  json.names = {"--json"};
  json.text = "print: JSON";
  list.options.push_back(json);
  OptionInfo kind;
  kind.names = {"--kind", "-k"};
  kind.value = "KIND";
  kind.choices = {"note", "decision"};
  kind.text = "which";
  list.options.push_back(kind);
  OptionInfo word;
  word.names = {"WORD"};
  word.positional = true;
  list.options.push_back(word);
  CommandInfo config;
  config.name = "config";
  config.path = "katra config";
  CommandInfo show;
  show.name = "show";
  show.path = "katra config show";
  config.commands.push_back(show);
  root.commands = {list, config};
  return root;
}

// What bash offers for the words of a command line, the last of which is being typed.
Words Offered(const CommandInfo& root, const Words& typed) {
  std::string script = BashCompletion(root) + "COMP_WORDS=(";
  for (const std::string& word : typed) script += " '" + word + "'";
  script += " )\nCOMP_CWORD=" + std::to_string(typed.size() - 1) +
            "\n_katra_complete\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
  const auto run =
      RunProcess({"/bin/bash", {"--norc", "-c", script}, {}, {}}, std::chrono::seconds(30));
  REQUIRE(run);
  INFO(run->err);
  CHECK(run->exit_code == 0);
  CHECK(run->err.empty());
  Words offered = Split(std::string(Trim(run->out)), '\n');
  if (offered == Words{""}) offered.clear();
  return offered;
}

TEST_CASE("bash offers commands, their options and the values of these") {
  const CommandInfo root = Small();
  CHECK(Offered(root, {"katra", ""}) == Words{"list", "config"});
  CHECK(Offered(root, {"katra", "l"}) == Words{"list"});
  CHECK(Offered(root, {"katra", "list", "--"}) == Words{"--json", "--kind"});
  CHECK(Offered(root, {"katra", "list", "--kind", ""}) == Words{"note", "decision"});
  CHECK(Offered(root, {"katra", "list", "-k", "d"}) == Words{"decision"});
  CHECK(Offered(root, {"katra", "config", ""}) == Words{"show"});
  CHECK(Offered(root, {"katra", "nothing", ""}) == Words{"list", "config"});
}

TEST_CASE("zsh and fish are told each word with its text, quoted for them") {
  const CommandInfo root = Small();
  const std::string zsh = ZshCompletion(root);
  CHECK(Contains(zsh, "'list:it'\\''s a \\ list'"));
  CHECK(Contains(zsh, "'--json:print\\: JSON'"));
  CHECK(zsh.starts_with("#compdef katra\n"));
  const std::string fish = FishCompletion(root);
  CHECK(Contains(fish, "-f -a list -d 'it\\'s a \\\\ list'\n"));
  CHECK(Contains(fish,
                 "complete -c katra -n '__fish_seen_subcommand_from list' -l kind -s k -r -f -a "
                 "'note decision' -d 'which'\n"));
  CHECK(Contains(fish, "'__fish_seen_subcommand_from config' -f -a show"));
  for (const std::string& text : {zsh, fish}) CHECK_FALSE(Contains(text, "WORD"));
}

TEST_CASE("the program's own completions are complete and valid") {
  TestUser user;
  const Outcome bash = user.Run({"completions", "bash"});
  REQUIRE(bash.code == 0);
  const auto parsed =
      RunProcess({"/bin/bash", {"-n", "-c", bash.out}, {}, {}}, std::chrono::seconds(30));
  REQUIRE(parsed);
  CHECK(parsed->exit_code == 0);
  CHECK(parsed->err.empty());
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Outcome printed = user.Run({"completions", shell});
    CHECK(printed.code == 0);
    for (const char* word : {"restore", "statusline", "dry-run", "channels"}) {
      INFO(shell << " " << word);
      CHECK(Contains(printed.out, word));
    }
  }
  CHECK(user.Run({"completions", "tcsh"}).code == 64);
}

}  // namespace
}  // namespace katra::cli::testing
