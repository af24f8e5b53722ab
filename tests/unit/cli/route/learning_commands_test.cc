// katra route teach, feedback, pin, unpin, reset, learnt and test, in a home of the test's own.
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/run_cli.h"

namespace katra::cli {
namespace {

using katra::testing::TempHome;
using testing::Contains;
using testing::Outcome;
using testing::RunCli;
using testing::Setting;

constexpr const char* kPersonas = R"({
  "routing_preferences": [
    {"name": "code review", "description": "reviewing changes and pull requests",
     "models": ["openai/gpt-5", "deepseek/deepseek-chat"]},
    {"name": "documentation", "description": "writing READMEs, documentation and release notes",
     "models": ["gemini/gemini-2.5-pro"]}],
  "personas": {"Sam": {"provider": "openai"}, "Eve": {"provider": "openai"}}
})";

std::string Read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

struct Home {
  Home() {
    mkdir(home.File("router").c_str(), 0700);
    std::ofstream(home.File("router/personas.json")) << kPersonas;
    sam.environment = {{"KATRA_PERSONA", "Sam"}};
  }
  Outcome Run(std::vector<std::string> arguments, const Setting& setting) {
    arguments.insert(arguments.begin(), "route");
    return RunCli(home, arguments, setting);
  }
  Outcome Run(const std::vector<std::string>& arguments) { return Run(arguments, sam); }
  [[nodiscard]] std::string Learnt() const { return Read(home.File("router/learnt.jsonl")); }
  [[nodiscard]] std::string Taught() const { return Read(home.File("router/taught.jsonl")); }

  // An answer to Sam by the route "code review".
  void Answer(const std::string& id, const std::string& model, const std::string& route) {
    const SystemClock clock;
    SystemRandom random;
    auto store = store::OpenStore(home.path(), {&clock, &random}, {});
    REQUIRE(store);
    store::UsageRecord record;
    record.at = clock.Now();
    record.request_id = id;
    record.endpoint = "messages";
    record.persona = "Sam";
    record.provider = "openai";
    record.model = record.asked_model = model;
    record.status = 200;
    record.rule = route.empty() ? "default" : "preference";
    record.route = route;
    record.matcher = route.empty() ? "" : "local";
    REQUIRE((*store)->RecordUsage({record}, {}));
  }

  TempHome home;
  Setting sam;
};

TEST_CASE("route teach adds an example, and refuses a route that there is not") {
  Home home;
  const Outcome taught = home.Run({"teach", "--route", "Code Review", "look", "over", "my diff"});
  CHECK(taught.code == 0);
  CHECK(Contains(taught.out, "Taught 1 example"));
  CHECK(home.Taught() == "{\"route\":\"code review\",\"text\":\"look over my diff\"}\n");
  const Outcome wrong = home.Run({"teach", "--route", "code reviews", "x"});
  CHECK(wrong.code != 0);
  CHECK(Contains(wrong.err, "there are: code review, documentation"));
  CHECK(Contains(wrong.err, "did you mean \"code review\"?"));
  CHECK(home.Run({"teach", "--route", "other", "what's for lunch"}).code == 0);
  CHECK(home.Run({"teach", "look"}).code == 64);
  CHECK(home.Run({"teach", "--route", "other"}).code == 64);
  CHECK(home.Run({"teach", "--route", "other", "--from", "-", "x"}).code == 64);
}

TEST_CASE("route teach --from takes all lines or none") {
  Home home;
  Setting lines = home.sam;
  lines.input =
      "{\"route\": \"code review\", \"text\": \"one\"}\n\n"
      "{\"route\": \"documentation\", \"text\": \"two\", \"persona\": \"Eve\"}\n"
      "{\"route\": \"nothing\", \"text\": \"three\"}\n";
  const Outcome wrong = home.Run({"teach", "--from", "-"}, lines);
  CHECK(wrong.code != 0);
  CHECK(Contains(wrong.err, "-:4: Sam has no route \"nothing\""));
  CHECK(home.Taught().empty());
  lines.input.erase(lines.input.rfind("{\"route\": \"nothing\""));
  const Outcome taught = home.Run({"teach", "--from", "-"}, lines);
  CHECK(taught.code == 0);
  CHECK(Contains(taught.out, "Taught 2 examples"));
  CHECK(Contains(home.Taught(), "\"persona\":\"Eve\""));
  lines.input = "{\"route\": 1}\n";
  CHECK(Contains(home.Run({"teach", "--from", "-"}, lines).err, "-:1: \"route\": expected a text"));
  CHECK(Contains(home.Run({"teach", "--from", "nofile"}).err, "nofile"));
}

TEST_CASE("route feedback rates the latest answer that came by a route") {
  Home home;
  const Outcome nothing = home.Run({"feedback", "good"});
  CHECK(nothing.code != 0);
  CHECK(Contains(nothing.err, "nothing to rate"));
  home.Answer("req_1", "gpt-5", "code review");
  home.Answer("req_2", "gpt-5", "");
  const Outcome rated = home.Run({"feedback", "good"});
  CHECK(rated.code == 0);
  CHECK(
      Contains(rated.out, "Rated good: openai/gpt-5 on the route \"code review\" of Sam (req_1)"));
  const Outcome bad = home.Run({"feedback", "bad", "--better", "deepseek/deepseek-chat"});
  CHECK(bad.code == 0);
  CHECK(Contains(home.Learnt(), "\"better\":\"deepseek/deepseek-chat\""));
  const Outcome forbidden = home.Run({"feedback", "bad", "--better", "gemini/gemini-2.5-pro"});
  CHECK(forbidden.code != 0);
  CHECK(Contains(forbidden.err, "is no model of the route"));
  CHECK(home.Run({"feedback", "good", "--better", "openai/gpt-5"}).code == 64);
  CHECK(home.Run({"feedback", "so-so"}).code != 0);
  CHECK(home.Run({"feedback", "bad", "--request", "req_2"}).code != 0);
  Setting eve;
  eve.environment = {{"KATRA_PERSONA", "Eve"}};
  CHECK(home.Run({"feedback", "good"}, eve).code != 0);
}

TEST_CASE("route pin takes a model of the route, and reset forgets") {
  Home home;
  CHECK(home.Run({"pin", "--route", "code review", "deepseek,deepseek-chat"}).code == 0);
  const Outcome shown = home.Run({"learnt"});
  CHECK(shown.code == 0);
  CHECK(Contains(shown.out, "deepseek/deepseek-chat (pinned)"));
  CHECK(home.Run({"unpin", "--route", "code review"}).code == 0);
  CHECK_FALSE(Contains(home.Run({"learnt"}).out, "(pinned)"));
  const Outcome wrong = home.Run({"pin", "--route", "code review", "gemini/gemini-2.5-pro"});
  CHECK(Contains(wrong.err, "its models: openai/gpt-5, deepseek/deepseek-chat"));
  const Outcome nobody = home.Run({"pin", "--route", "code review", "openai/gpt-5"}, Setting{});
  CHECK(Contains(nobody.err, "give --persona NAME"));

  CHECK(home.Run({"teach", "--route", "documentation", "x"}).code == 0);
  CHECK(home.Run({"reset", "--persona", "Eve"}).code == 1);
  const Outcome reset = home.Run({"reset"});
  CHECK(reset.code == 0);
  CHECK(Contains(reset.out, "Forgot 2 events."));
  CHECK(home.Learnt().empty());
  CHECK_FALSE(home.Taught().empty());
  CHECK(Contains(home.Run({"reset", "--taught"}).out, "and 1 example"));
  CHECK(home.Taught().empty());
  CHECK(home.Run({"learnt"}).code == 1);
}

TEST_CASE("route test says which route fits, and follows what was taught") {
  Home home;
  const Outcome fits = home.Run({"test", "please review my pull request before I merge"});
  CHECK(fits.code == 0);
  CHECK(Contains(fits.out, "code review"));
  CHECK(Contains(fits.out, "openai/gpt-5"));
  const Outcome none = home.Run({"test", "--json", "what shall I cook for dinner tonight?"});
  CHECK(none.code == 1);
  CHECK(Contains(none.out, "\"route\":null"));
  TempHome empty;
  CHECK(Contains(RunCli(empty, {"route", "test", "x"}).err, "there are no routes"));
}

}  // namespace
}  // namespace katra::cli
