// What people do in the room and with the memory from a terminal.
#include <pwd.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/exit_codes.h"
#include "core/process.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/run_cli.h"

namespace katra::cli::testing {
namespace {

using katra::testing::TempHome;
using nlohmann::json;
using Arguments = std::vector<std::string>;

Outcome As(const TempHome& home, const std::string& persona, Arguments arguments,
           const std::string& input = "") {
  Setting setting;
  setting.environment["KATRA_PERSONA"] = persona;
  setting.input = input;
  return RunCli(home, arguments, setting);
}

json JsonOf(const Outcome& outcome) {
  INFO(outcome.out + outcome.err);
  REQUIRE(json::accept(outcome.out));
  return json::parse(outcome.out);
}

TEST_CASE("who types at a terminal is a human, a script and an agent's shell are not") {
  const TempHome home;
  const auto said_by = [&](Environment environment, bool terminal) {
    Setting setting;
    setting.environment = std::move(environment);
    setting.terminal.in = terminal;
    CHECK(RunCli(home, {"say", "--persona", "me", "hello"}, setting).code == kExitOk);
    return JsonOf(As(home, "me", {"history", "--json"}))["messages"].back()["tag_source"];
  };
  CHECK(said_by({}, true) == "human");
  CHECK(said_by({}, false) == "unknown");
  CHECK(said_by({{"CLAUDECODE", "1"}}, true) == "unknown");
  CHECK(said_by({{"KATRA_PERSONA", "me"}, {"KATRA_PROVIDER", "openai"}}, true) == "launch");
  CHECK(Contains(As(home, "me", {"history"}).out, " me (human) to all"));
  CHECK(Contains(As(home, "me", {"history"}).out, " me (openai, own choice) to all"));
}

TEST_CASE("what one says, the other hears once") {
  const TempHome home;
  CHECK(As(home, "Dario", {"say", "Hello", "from", "Dario!"}).code == kExitOk);
  const Outcome heard = As(home, "Sam", {"hear"});
  CHECK(heard.code == kExitOk);
  CHECK(Contains(heard.out, "Dario (unknown) to all"));
  CHECK(Contains(heard.out, "\n| Hello from Dario!\n"));
  const Outcome again = As(home, "Sam", {"hear"});
  CHECK(again.code == kExitNothing);
  CHECK(again.out == "nothing new in main for Sam\n");
}

TEST_CASE("a peek takes nothing away") {
  const TempHome home;
  As(home, "Dario", {"say", "one"});
  CHECK(Contains(As(home, "Sam", {"hear", "--peek"}).out, "| one"));
  CHECK(Contains(As(home, "Sam", {"hear"}).out, "| one"));
}

TEST_CASE("a text may come from stdin") {
  const TempHome home;
  CHECK(As(home, "Dario", {"say"}, "line one\nline two\n").code == kExitOk);
  const json heard = JsonOf(As(home, "Sam", {"hear", "--json"}));
  CHECK(heard["messages"][0]["body"] == "line one\nline two");
}

TEST_CASE("times are in UTC for programs and in local time for people") {
  const TempHome home;
  As(home, "Dario", {"say", "one"});
  const json heard = JsonOf(As(home, "Sam", {"hear", "--json", "--peek"}));
  CHECK(heard["messages"][0]["said_at"].get<std::string>().ends_with("Z"));
  CHECK_FALSE(Contains(As(home, "Sam", {"hear"}).out, "Z "));
}

TEST_CASE("a direct message is seen by its two ends only, by every command") {
  const TempHome home;
  As(home, "Charlie", {"say", "here"});
  As(home, "Sam", {"say", "here too"});
  CHECK(Contains(As(home, "Dario", {"say", "--to", "@sam", "the word is quicksilver"}).out,
                 "to Sam"));
  for (const Arguments& look :
       {Arguments{"hear"}, Arguments{"history", "quicksilver"},
        Arguments{"recall", "quicksilver", "--include", "all"}, Arguments{"history", "--all-rooms"},
        Arguments{"memory", "export", "--persona", "Charlie"}}) {
    INFO(look.front());
    CHECK_FALSE(Contains(As(home, "Charlie", look).out, "word is"));
  }
  CHECK(Contains(As(home, "Sam", {"history", "quicksilver"}).out, "word is"));
  CHECK(Contains(As(home, "Sam", {"hear"}).out, "direct"));
}

TEST_CASE("a private memory is its author's alone, by every command") {
  const TempHome home;
  As(home, "Sam", {"remember", "--private", "the vault code"});
  As(home, "Charlie", {"remember", "a lamp"});
  for (const Arguments& look :
       {Arguments{"recall", "vault"}, Arguments{"recall"}, Arguments{"memory", "list"},
        Arguments{"memory", "show", "1"}, Arguments{"memory", "export", "--persona", "Charlie"}}) {
    INFO(look.front());
    CHECK_FALSE(Contains(As(home, "Charlie", look).out, "vault code"));
  }
  CHECK(As(home, "Charlie", {"memory", "show", "1"}).code ==
        NamesOf(ErrorCode::kNotFound).exit_code);
  CHECK(Contains(As(home, "Sam", {"memory", "show", "1"}).out, "vault code"));
}

TEST_CASE("the shell of a session exports and erases what is its own persona's alone") {
  const TempHome home;
  As(home, "Sam", {"remember", "--private", "the vault code"});
  As(home, "Charlie", {"remember", "--private", "a lamp"});
  As(home, "Dario", {"say", "--to", "Sam", "quicksilver"});
  const Outcome own = As(home, "charlie", {"memory", "export"});
  CHECK(own.code == kExitOk);
  CHECK(Contains(own.err, "charlie may see"));
  CHECK(Contains(own.out, "a lamp"));
  CHECK_FALSE(Contains(own.out, "vault code"));
  CHECK_FALSE(Contains(own.out, "quicksilver"));
  const int denied = NamesOf(ErrorCode::kPermissionDenied).exit_code;
  for (const Arguments& look :
       {Arguments{"memory", "export", "--all"}, Arguments{"memory", "export", "--persona", "Sam"},
        Arguments{"memory", "purge", "--yes", "2", "1"}}) {
    const Outcome refused = As(home, "Charlie", look);
    INFO(refused.err);
    CHECK((refused.code == denied || look[1] == "purge"));
    CHECK(refused.code != kExitOk);
    CHECK(refused.out.empty());
    CHECK_FALSE(Contains(refused.err, "vault code"));
  }
  As(home, "Sam", {"remember", "for everybody"});
  CHECK(As(home, "Charlie", {"memory", "purge", "--yes", "3"}).code == denied);
  CHECK(As(home, "Charlie", {"memory", "purge", "--yes", "2"}).code == kExitOk);
  // A person's own shell.
  for (const Arguments& look :
       {Arguments{"memory", "export"}, Arguments{"memory", "export", "--all"},
        Arguments{"memory", "export", "--persona", "Sam"}}) {
    const Outcome all = As(home, "", look);
    CHECK(all.err.empty());
    CHECK(Contains(all.out, "vault code"));
  }
}

TEST_CASE("an agent's shell looks and speaks as its own persona alone") {
  const TempHome home;
  As(home, "Sam", {"remember", "--private", "the vault code"});
  As(home, "Dario", {"say", "--to", "Sam", "quicksilver"});
  As(home, "Charlie", {"say", "here"});
  for (const char* mark : {"KATRA_EXPORTS", "CLAUDECODE"}) {
    for (const Arguments& look :
         {Arguments{"recall", "vault"}, Arguments{"history", "--all-rooms"}, Arguments{"hear"},
          Arguments{"memory", "list"}, Arguments{"memory", "show", "1"}, Arguments{"forget", "1"},
          Arguments{"say", "I am Sam"}, Arguments{"remember", "Sam said so"}}) {
      Arguments as_sam = look;
      as_sam.insert(as_sam.end(), {"--persona", "Sam"});
      Setting setting;
      setting.environment = {{"KATRA_PERSONA", "Charlie"}, {mark, "1"}};
      const Outcome refused = RunCli(home, as_sam, setting);
      INFO(look.front() << refused.out << refused.err);
      CHECK(refused.code == NamesOf(ErrorCode::kPermissionDenied).exit_code);
      CHECK(refused.out.empty());
    }
  }
  CHECK(Contains(As(home, "Sam", {"recall", "vault"}).out, "vault code"));
  CHECK(Contains(As(home, "Sam", {"hear"}).out, "quicksilver"));
  CHECK_FALSE(Contains(As(home, "Sam", {"history"}).out, "I am Sam"));
}

TEST_CASE("memories are remembered, found, forgotten and erased") {
  const TempHome home;
  const json stored = JsonOf(As(home, "Sam",
                                {"remember", "--json", "--kind", "decision", "--tag", "bell,store",
                                 "--importance", "critical", "--reasoning",
                                 "it wakes early otherwise", "The bell is rung after the commit"}));
  CHECK(stored["id"] == 1);
  const Outcome found = As(home, "Dario", {"recall", "bell"});
  CHECK(Contains(found.out, "decision by Sam"));
  CHECK(Contains(found.out, "because:\n| it wakes early"));
  CHECK(As(home, "Dario", {"forget", "1"}).code == NamesOf(ErrorCode::kPermissionDenied).exit_code);
  CHECK(As(home, "Sam", {"forget", "#1", "--reason", "changed"}).code == kExitOk);
  CHECK(As(home, "Dario", {"recall", "bell"}).code == kExitNothing);
  CHECK(As(home, "", {"memory", "purge", "1"}).code ==
        NamesOf(ErrorCode::kFailedPrecondition).exit_code);
  CHECK(As(home, "", {"memory", "purge", "1", "--yes"}).out == "erased memory #1\n");
}

TEST_CASE("an export is taken in by another home, once") {
  const TempHome home;
  const TempHome other;
  As(home, "Sam", {"remember", "a lamp"});
  As(home, "Sam", {"say", "hello"});
  const std::string file = home.File("export.jsonl");
  CHECK(As(home, "Sam", {"memory", "export", file}).code == kExitOk);
  CHECK(As(home, "Sam", {"memory", "export", file}).code ==
        NamesOf(ErrorCode::kAlreadyExists).exit_code);
  CHECK(JsonOf(As(other, "Sam", {"memory", "import", "--json", file}))["memories"] == 1);
  CHECK(JsonOf(As(other, "Sam", {"memory", "import", "--json", file}))["skipped"] == 2);
  CHECK(Contains(As(other, "Sam", {"recall", "lamp"}).out, "a lamp"));
}

TEST_CASE("a backup is a whole copy, for its owner alone") {
  const TempHome home;
  const TempHome copy;
  As(home, "Sam", {"say", "hello"});
  CHECK(As(home, "Sam", {"backup", copy.database()}).code == kExitOk);
  CHECK(std::filesystem::status(copy.database()).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  CHECK(Contains(As(copy, "Sam", {"history"}).out, "| hello"));
}

TEST_CASE("a terminal's session ends with its command") {
  const TempHome home;
  As(home, "Sam", {"say", "hello"});
  CHECK(As(home, "Sam", {"who"}).out == "nobody is here\n");
}

TEST_CASE("escape sequences of a message are shown, not obeyed") {
  const TempHome home;
  As(home, "Dario", {"say", "red \x1b[31m alert \x07 and\r\nmore"});
  const Outcome heard = As(home, "Sam", {"hear"});
  CHECK(heard.out.find('\x1b') == std::string::npos);
  CHECK(Contains(heard.out, "\\u{1b}[31m"));
  CHECK(Contains(heard.out, "\n| more\n"));
}

TEST_CASE("M13 without a name of a persona the user's name is taken") {
  const TempHome home;
  Setting setting;
  setting.environment["USER"] = "jane.doe";
  CHECK(Contains(RunCli(home, {"whoami"}, setting).out, "You are jane-doe"));
  setting.environment.erase("USER");
  setting.environment["LOGNAME"] = "joe";
  CHECK(Contains(RunCli(home, {"whoami"}, setting).out, "You are joe"));
  setting.environment.erase("LOGNAME");
  const std::string listed = getpwuid(geteuid())->pw_name;
  CHECK(Contains(RunCli(home, {"whoami"}, setting).out, "You are " + listed));
  for (const char* command : {"hear", "recall", "history"}) {
    INFO(command);
    CHECK(RunCli(home, {command}, setting).code <= kExitNothing);
  }
  setting.environment["KATRA_PERSONA"] = "Sam";
  CHECK(Contains(RunCli(home, {"whoami"}, setting).out, "You are Sam"));
  CHECK(Contains(RunCli(home, {"whoami", "--persona", "Dario"}, setting).out, "You are Dario"));
}

TEST_CASE("the short form does what the commands do") {
  const TempHome home;
  const auto k = [&](const Arguments& arguments, const std::string& input = "") {
    Setting setting;
    setting.program = "k";
    setting.environment["KATRA_PERSONA"] = "Sam";
    setting.input = input;
    return RunCli(home, arguments, setting);
  };
  CHECK(k({"--say", "hello", "world"}).code == kExitOk);
  CHECK(k({"--say"}, "from a pipe\n").code == kExitOk);
  CHECK(k({"--persona", "Dario", "--say", "hi Sam", "--to", "Sam"}).code == kExitOk);
  CHECK(Contains(k({"--hear"}).out, "| hi Sam"));
  CHECK(Contains(k({"--persona", "Dario", "--hear"}).out, "| hello world\n"));
  CHECK(k({"--remember"}, "the lamp is green").code == kExitOk);
  CHECK(k({"--remember", "the", "door", "is", "red"}).code == kExitOk);
  CHECK(Contains(k({"--recall", "lamp"}).out, "| the lamp is green"));
  CHECK(Contains(k({"--who"}).out, "nobody is here"));
  CHECK(k({"--say", "x", "--hear"}).code == kExitUsage);
}

// Each: what is typed, what stdin has, the exit code, and a part of what is told.
struct Bad {
  Arguments arguments;
  int code;
  std::string told;
  std::string input = "";
};

TEST_CASE("bad input is told, with the next step, and changes nothing") {
  const int wrong = NamesOf(ErrorCode::kInvalidArgument).exit_code;
  const int missing = NamesOf(ErrorCode::kNotFound).exit_code;
  const int large = NamesOf(ErrorCode::kResourceExhausted).exit_code;
  const Bad bad = GENERATE_COPY(values<Bad>({
      {{"say", ""}, wrong, "the message is empty"},
      {{"say"}, wrong, "the message is empty", "  \n"},
      {{"say"}, large, "65538 bytes", std::string(70'000, 'x')},
      {{"say", std::string(65'537, 'x')}, wrong, "the limit is 65536"},
      {{"say", "\xff\xfe"}, wrong, "not valid UTF-8"},
      {{"say"}, wrong, "NUL", std::string("a\0b", 3)},
      {{"say", "hi", "--to", "Smm"}, missing, "Sam"},
      {{"say", "hi", "--to", "../x"}, wrong, "not a persona name"},
      {{"say", "hi", "--to", "Known"}, wrong, "only to yourself"},
      {{"say", "hi", "--room", "../x"}, wrong, "not a room name"},
      {{"say", "hi", "--persona", "../x"}, wrong, "not a persona name"},
      {{"say", "hi", "--persona", "a b"}, wrong, "not a persona name"},
      {{"say", "hi", "--persona", std::string(65, 'x')}, wrong, "not a persona name"},
      {{"say", "hi", "--persona", "$(touch x)"}, wrong, "not a persona name"},
      {{"say", "hi", "--reply-to", "x"}, wrong, "is not the number of a message"},
      {{"say", "hi", "--reply-to", "999"}, missing, "#999"},
      {{"say", "hi", "--key", std::string(201, 'k')}, wrong, "the limit is 200"},
      {{"say", "--frobnicate", "hi"}, kExitUsage, "unknown option"},
      {{"sya", "hi"}, kExitUsage, "did you mean say"},
      {{"hear", "--limit", "0"}, wrong, "from 1 to 200"},
      {{"hear", "--limit", "x"}, kExitUsage, "--limit"},
      {{"hear", "--wait=-1"}, wrong, "whole seconds"},
      {{"hear", "--wait", "1.5"}, wrong, "whole seconds"},
      {{"hear", "--room", "nowhere"}, missing, "nowhere"},
      {{"hear", "twice"}, kExitUsage, "too many"},
      {{"who", "--room", "nowhere"}, missing, "nowhere"},
      {{"history", "--limit", "201"}, wrong, "from 1 to 200"},
      {{"history", "--before", "soon"}, wrong, "is not the number of a message"},
      {{"history", "--from", "Smm"}, missing, "Sam"},
      {{"history", "--persona", "Knwn"}, missing, "did you mean Known"},
      {{"remember", ""}, wrong, "the memory is empty"},
      {{"remember", "x", "--kind", "poem"}, wrong, "note, fact"},
      {{"remember", "x", "--importance", "2"}, wrong, "from 0 to 1"},
      {{"remember", "x", "--supersedes", "77"}, missing, "77"},
      {{"remember", "x", "--tag", std::string(65, 't')}, wrong, "tag"},
      {{"recall", "x", "--since", "someday"}, wrong, "--since"},
      {{"recall", "x", "--include", "everything"}, wrong, "memories, messages or all"},
      {{"recall", "x", "--scope", "mine"}, wrong, "shared or private"},
      {{"recall", "x", "--limit", "51"}, wrong, "from 1 to 50"},
      {{"recall", "x", "--kind", "poem"}, wrong, "note, fact"},
      {{"forget", "everything"}, wrong, "is not the number of a memory"},
      {{"forget", "12"}, missing, "12"},
      {{"forget"}, kExitUsage, "NUMBER"},
      {{"memory"}, kExitUsage, "subcommand"},
      {{"memory", "show", "0"}, wrong, "is not the number of a memory"},
      {{"memory", "purge", "1"}, NamesOf(ErrorCode::kFailedPrecondition).exit_code, "--yes"},
      {{"memory", "purge", "99", "--yes"}, missing, "99"},
      {{"memory", "import", "/nowhere/at/all"}, missing, "cannot read"},
      {{"memory", "import", "-"}, wrong, "line 1", "not json\n"},
      {{"memory", "export", "/nowhere/at/all"}, missing, "cannot make"},
      {{"memory", "export", "--persona", "Smm"}, missing, "Sam"},
      {{"backup", "/nowhere/at/all"}, missing, "cannot make"},
      {{"backup"}, kExitUsage, "FILE"},
  }));
  const TempHome home;
  As(home, "Sam", {"say", "hello"});
  As(home, "Known", {"say", "hello"});
  const std::string before = As(home, "Known", {"memory", "export"}).out;
  const Outcome outcome = As(home, "Known", bad.arguments, bad.input);
  INFO(bad.arguments.front() + " " + (bad.arguments.size() > 1 ? bad.arguments.back() : ""));
  INFO(outcome.out + outcome.err);
  CHECK(outcome.code == bad.code);
  CHECK(outcome.out.empty());
  CHECK(Contains(outcome.err, bad.told));
  const std::string after = As(home, "Known", {"memory", "export"}).out;
  CHECK(before.substr(before.find('\n')) == after.substr(after.find('\n')));
}

TEST_CASE("M9 a person's days are those of the terminal's zone") {
  const TempHome home;
  CHECK(As(home, "Sam", {"remember", "of this moment"}).code == kExitOk);
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  // A zone in which it is one o'clock at night, wherever this runs.
  const int ahead = (25 - utc.tm_hour) % 24;
  const std::string zone = "KST-" + std::to_string(ahead) + ":00";
  setenv("TZ", zone.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): a test's own process
  tzset();
  std::tm local{};
  localtime_r(&now, &local);
  char date[16];
  std::strftime(date, sizeof date, "%Y-%m-%d", &local);
  const std::vector<std::string> found = {date, "today", "yesterday", "last week", "2h"};
  for (const std::string& since : found) {
    INFO(zone << " " << since);
    CHECK(As(home, "Sam", {"recall", "--since", since}).code == kExitOk);
  }
  CHECK(As(home, "Sam", {"recall", "--since", "tomorrow"}).code == kExitNothing);
  CHECK(As(home, "Sam", {"recall", "--until", "today"}).code == kExitNothing);
  unsetenv("TZ");  // NOLINT(concurrency-mt-unsafe)
  tzset();
  const Outcome wrong = As(home, "Sam", {"recall", "--since", "1h", "--until", "2h"});
  CHECK(wrong.code == 2);
  CHECK(Contains(wrong.err, "are they swapped?"));
}

TEST_CASE("M3 a relative KATRA_HOME is refused by every command, a tilde is the user's home") {
  const TempHome home;
  Setting setting;
  setting.environment["KATRA_HOME"] = "./.katra";
  for (const Arguments& command :
       {Arguments{"say", "x"}, Arguments{"list"}, Arguments{"doctor"}, Arguments{"start"}}) {
    const Outcome outcome = RunCli(home, command, setting);
    CHECK(outcome.code == 2);
    CHECK(Contains(outcome.err, "a relative path"));
    CHECK(Contains(outcome.err, "/.katra"));
  }
  CHECK(RunCli(home, {"hook", "stop"}, setting).code == 1);  // 2 would stop the client
  CHECK(RunCli(home, {"help"}, setting).code == kExitOk);
  CHECK(std::filesystem::is_empty(home.path()));
  setting.environment["KATRA_HOME"] = "~/katra";
  setting.environment["HOME"] = home.path();
  CHECK(RunCli(home, {"say", "--persona", "Sam", "x"}, setting).code == kExitOk);
  CHECK(std::filesystem::exists(home.path() + "/katra/katra.db"));
}

TEST_CASE("M13 who hears in a shell as an agent's persona is told whose words these were") {
  const TempHome home;
  CHECK(As(home, "Dario", {"say", "one"}).code == kExitOk);
  CHECK(As(home, "Sam", {"hear"}).err.empty());
  CHECK(As(home, "Dario", {"say", "two"}).code == kExitOk);
  const SystemClock clock;
  SystemRandom random;
  auto store = store::OpenStore(home.path(), {&clock, &random}, {});
  REQUIRE(store);
  store::SessionStart agent;
  agent.persona = "Sam";
  agent.client = "claude-code";
  agent.process = CurrentProcess();
  REQUIRE((*store)->OpenSession(agent, {}));
  CHECK(As(home, "Sam", {"hear", "--peek"}).err.empty());
  const Outcome heard = As(home, "Sam", {"hear"});
  CHECK(Contains(heard.out, "| two"));
  CHECK(Contains(heard.err, "count as heard by Sam"));
  CHECK(Contains(heard.err, "--peek"));
  CHECK(As(home, "Sam", {"hear"}).err.empty());
}

TEST_CASE("M13 a user's name with accents gives a name that can be typed") {
  const TempHome home;
  for (const auto& [user, persona] :
       {std::pair{"josé", "jose"}, {"Łukasz", "Lukasz"}, {"jürgen.groß", "jurgen-gross"}}) {
    Setting setting;
    setting.environment["USER"] = user;
    CHECK(RunCli(home, {"say", "hello"}, setting).code == kExitOk);
    CHECK(Contains(As(home, "me", {"history", "--limit", "1"}).out, persona));
  }
}

TEST_CASE("M12 the same words are remembered once from the shell, too") {
  const TempHome home;
  CHECK(As(home, "Sam", {"remember", "deploy on Friday"}).code == kExitOk);
  CHECK(Contains(As(home, "Sam", {"remember", "deploy on Friday"}).out, "already remembered"));
  CHECK(Contains(As(home, "Sam", {"remember", "--another", "deploy on Friday"}).out, "#2"));
  CHECK(As(home, "Sam", {"remember", "--tag", R"(["a","A"])", "tagged"}).code == kExitOk);
  CHECK(JsonOf(As(home, "Sam", {"recall", "tagged", "--json"}))["hits"][0]["tags"] == json{"a"});
}

}  // namespace
}  // namespace katra::cli::testing
