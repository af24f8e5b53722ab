// Which conversation a session goes on with: the persona's own with that client, never whatever was
// the last one.
#include "cli/sessions/conversation.h"

#include "store/conversations.h"
#include "tests/unit/cli/sessions/session_room.h"

namespace katra::cli::testing {
namespace {

LaunchPlan PlanFor(SessionRoom& room, const std::string& client) {
  LaunchPlan plan;
  plan.persona.value = "Sam";
  plan.client.value = client;
  plan.agent = *FindAgent(client);
  plan.folder.value = room.user.Path("work");
  return plan;
}

Result<Conversation> Found(SessionRoom& room, const std::string& client, bool resume = true,
                           const std::vector<std::string>& own = {}) {
  LaunchRequest request;
  request.resume = resume;
  request.arguments = own;
  return FindConversation(room.records(), PlanFor(room, client), request, room.user.Make());
}

SessionRecord Before(SessionRoom& room, const std::string& client, const std::string& id) {
  SessionRecord record = room.NewRecord("Sam", EndedProcess());
  record.client = client;
  record.conversation = id;
  return record;
}

TEST_CASE("the last conversation of the persona with this client is gone on with") {
  SessionRoom room;
  room.Save(Before(room, "claude", "c-1"));
  const auto found = Found(room, "claude");
  REQUIRE(found);
  CHECK(found->id == "c-1");
  CHECK(found->warning.empty());
  CHECK(found->earlier == std::map<std::string, std::string>{{"claude", "c-1"}});
}

TEST_CASE("each client's own conversation is kept while the persona runs another") {
  SessionRoom room;
  SessionRecord record = Before(room, "codex", "x-2");
  record.earlier = {{"claude", "c-1"}};
  room.Save(record);
  CHECK(Found(room, "claude")->id == "c-1");
  CHECK(Found(room, "codex")->id == "x-2");
  CHECK(Found(room, "claude", false)->earlier ==
        std::map<std::string, std::string>{{"claude", "c-1"}, {"codex", "x-2"}});
}

TEST_CASE("a conversation that is not known is not guessed, and it is said what to type") {
  SessionRoom room;
  const auto never = Found(room, "claude");
  REQUIRE_FALSE(never);
  CHECK(never.error().code == ErrorCode::kNotFound);
  CHECK(Contains(never.error().message,
                 "katra start --persona Sam --client claude (without --resume)"));
  CHECK(
      Contains(never.error().message, "katra start --persona Sam --client claude -- --resume ID"));
  SessionRecord newer = Before(room, "claude", "");
  newer.earlier = {{"claude", "c-1"}};
  room.Save(newer);
  const auto unknown = Found(room, "claude");
  REQUIRE_FALSE(unknown);
  CHECK(Contains(unknown.error().message, "(an earlier one of Sam is c-1)"));
}

TEST_CASE("what the client's server heard comes before what was written at the start") {
  SessionRoom room;
  const SessionRecord record = room.Save(Before(room, "codex", "x-1"));
  const auto heard = [&](const std::string& client, WallTime said_at) {
    REQUIRE(store::NoteLastConversation(room.user.home(), "Sam", {"x-2", client, said_at}));
    return Found(room, "codex")->id;
  };
  CHECK(heard("codex-mcp-client", record.started_at) == "x-2");
  CHECK(heard("another-client", record.started_at) == "x-1");
  CHECK(heard("codex-mcp-client", record.started_at - std::chrono::seconds(1)) == "x-1");
}

TEST_CASE("the user's own arguments decide, and without resuming nothing is looked for") {
  SessionRoom room;
  CHECK(Found(room, "claude", true, {"--resume", "0198-own"})->id.empty());
  CHECK(Found(room, "claude", false)->id.empty());
}

TEST_CASE("a conversation that was held elsewhere is gone on with under a warning") {
  SessionRoom room;
  SessionRecord record = Before(room, "claude", "c-1");
  record.folder = "/another/folder";
  room.Save(record);
  const auto found = Found(room, "claude");
  CHECK(found->id == "c-1");
  CHECK(Contains(found->warning, "was held in /another/folder, not here"));
}

TEST_CASE("a record that cannot be read is told, and no conversation is begun over it") {
  SessionRoom room;
  static_cast<void>(room.records());
  room.user.Write("katra/run/sessions/sam.json", "{");
  for (const bool resume : {false, true}) {
    const auto found = Found(room, "claude", resume);
    REQUIRE_FALSE(found);
    CHECK(found.error().code == ErrorCode::kDataLoss);
  }
}

}  // namespace
}  // namespace katra::cli::testing
