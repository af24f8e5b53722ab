// What the hooks of Codex, Gemini CLI and opencode print, and how often agents wake each other.
#include "tests/unit/cli/hooks/hook_room.h"

namespace katra::cli::testing {
namespace {

// The output of a hook of another client.
std::string RunFor(HookRoom& room, const char* client, const char* event) {
  Setting setting;
  setting.environment = room.environment;
  setting.input = R"({"session_id": "c-sam"})";
  const Outcome outcome = RunCli(room.home, {"hook", event, "--client", client}, setting);
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return outcome.out;
}

TEST_CASE("each client is given words in the form that it takes") {
  HookRoom room;
  room.Say("in mid-turn");
  SECTION("Codex") {
    const json output = json::parse(RunFor(room, "codex", "PostToolUse"));
    CHECK(output["hookSpecificOutput"]["hookEventName"] == "PostToolUse");
    CHECK(Contains(output["hookSpecificOutput"]["additionalContext"], "| in mid-turn"));
  }
  SECTION("Gemini CLI") {
    const json output = json::parse(RunFor(room, "gemini", "AfterTool"));
    CHECK(output["hookSpecificOutput"]["hookEventName"] == "AfterTool");
    CHECK(Contains(output["hookSpecificOutput"]["additionalContext"], "| in mid-turn"));
  }
  SECTION("opencode") {
    CHECK(RunFor(room, "opencode", "post-tool").starts_with("1 message in Katra, room main"));
  }
}

TEST_CASE("each client's turn goes on in its own way") {
  HookRoom room;
  room.Say("at the end", {"Sam"});
  SECTION("Codex") {
    const json output = json::parse(RunFor(room, "codex", "stop"));
    CHECK(output["decision"] == "block");
    CHECK(Contains(output["reason"], "| at the end"));
  }
  SECTION("Gemini CLI") {
    const json output = json::parse(RunFor(room, "gemini", "AfterAgent"));
    CHECK(output["decision"] == "deny");
    CHECK(Contains(output["reason"], "| at the end"));
  }
  SECTION("opencode is woken instead") {
    CHECK(RunFor(room, "opencode", "stop").empty());
    CHECK(room.State() == store::Activity::kIdle);
  }
}

TEST_CASE("a client that asks its user something is seen to wait") {
  HookRoom room;
  RunFor(room, "codex", "prompt");
  CHECK(RunFor(room, "codex", "PermissionRequest").empty());
  CHECK(room.State() == store::Activity::kWaiting);
}

TEST_CASE("a client without hooks is a misuse, never the code that stops it") {
  HookRoom room;
  Setting setting;
  setting.input = "{}";
  const Outcome outcome = RunCli(room.home, {"hook", "stop", "--client", "cursor"}, setting);
  CHECK(outcome.code == 64);
  CHECK(Contains(outcome.err, "use claude, codex, gemini, opencode"));
}

TEST_CASE("two agents stop waking each other when their budget is used up, and the room is told") {
  HookRoom room;
  room.environment["KATRA_WAKES_PER_HOUR"] = "2";
  const auto put_off = [&] {
    room.Say("and again", {"Sam"});
    return !room.Stop().empty();
  };
  CHECK(put_off());
  CHECK(put_off());
  CHECK_FALSE(put_off());
  CHECK_FALSE(put_off());
  CHECK(room.State() == store::Activity::kIdle);
  const store::HearReply told = room.Hear(room.dario);
  REQUIRE(told.messages.size() == 1);
  CHECK(told.messages.front().message.from == "Sam");
  CHECK(Contains(told.messages.front().message.body,
                 "Automatic note by Katra: Sam and Dario have woken each other 2 times"));
  CHECK(Contains(room.Prompt(), "| and again"));
}

TEST_CASE("a person wakes an agent as often as it takes") {
  HookRoom room;
  room.environment["KATRA_WAKES_PER_HOUR"] = "0";
  REQUIRE(room.store->EndSession(room.dario.id, "left", {}));
  store::SessionStart start;
  start.persona = "Dario";
  start.client = "katra";
  start.process = CurrentProcess();
  const auto terminal = room.store->OpenSession(start, {});
  REQUIRE(terminal);
  room.dario = *terminal;
  room.Say("from a person", {"Sam"});
  CHECK(Contains(room.Stop(), "| from a person"));
}

}  // namespace
}  // namespace katra::cli::testing
