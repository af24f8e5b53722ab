// The resources katra://… of a session.
#include <nlohmann/json.hpp>

#include "mcp_server/resources/resource.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/mcp_server/tool_fixture.h"

namespace katra::testing {
namespace {

using nlohmann::json;

json Read(Meeting& meeting, const store::Session& session, const std::string& uri) {
  auto contents = mcp::ReadResource(meeting.Environment(session), uri);
  if (!contents) FAIL(contents.error().message);
  CHECK(contents->uri == uri);
  CHECK(contents->mime_type == "application/json");
  return json::parse(contents->text);
}

std::string Version(Meeting& meeting, const store::Session& session, const std::string& uri) {
  auto version = mcp::ResourceVersion(meeting.Environment(session), uri);
  if (!version) FAIL(version.error().message);
  return *version;
}

TEST_CASE("rooms, personas and each room's messages are listed, rooms by name") {
  Meeting meeting;
  const auto sam = meeting.Join("Sam");
  meeting.Text(sam, "katra_say", {{"message", "x"}, {"room", "zoo"}});
  meeting.Text(sam, "katra_say", {{"message", "x"}, {"room", "dev"}});
  const auto listed = mcp::ListResources(meeting.Environment(sam));
  REQUIRE(listed.has_value());
  std::vector<std::string> uris;
  for (const mcp::ResourceInfo& info : *listed) {
    uris.push_back(info.uri);
    CHECK_FALSE(info.name.empty());
    CHECK_FALSE(info.description.empty());
    CHECK(mcp::ReadResource(meeting.Environment(sam), info.uri).has_value());
  }
  CHECK(uris ==
        std::vector<std::string>{"katra://rooms", "katra://personas", "katra://rooms/dev/messages",
                                 "katra://rooms/main/messages", "katra://rooms/zoo/messages"});
}

TEST_CASE("the rooms tell how much was said to all, and where to read it") {
  Meeting meeting;
  const auto sam = meeting.Join("Sam");
  meeting.Join("Lead");
  meeting.Text(sam, "katra_say", {{"message", "to all"}});
  meeting.Text(sam, "katra_say", {{"message", "to one"}, {"to", "Lead"}});
  const json rooms = Read(meeting, sam, "katra://rooms").at("rooms");
  REQUIRE(rooms.size() == 1);
  CHECK(rooms[0].at("name") == "main");
  CHECK(rooms[0].at("messages") == 1);
  CHECK(rooms[0].at("uri") == "katra://rooms/main/messages");
}

TEST_CASE("the personas tell who is live") {
  Meeting meeting;
  const auto sam = meeting.Join("Sam");
  const auto lead = meeting.Join("Lead", "anthropic", "claude", "leads");
  meeting.Leave(lead);
  const json personas = Read(meeting, sam, "katra://personas").at("personas");
  REQUIRE(personas.size() == 2);
  CHECK(personas[0] == json({{"name", "Lead"},
                             {"role", "leads"},
                             {"live", false},
                             {"created_at", personas[0].at("created_at")}}));
  CHECK(personas[1].at("live") == true);
}

TEST_CASE("a room's messages are its newest hundred, oldest first") {
  Meeting meeting;
  const auto sam = meeting.Join("Sam");
  for (int i = 1; i <= 105; ++i) {
    meeting.Text(sam, "katra_say", {{"message", "m" + std::to_string(i)}});
  }
  const json read = Read(meeting, sam, "katra://rooms/main/messages");
  REQUIRE(read.at("messages").size() == 100);
  CHECK(read.at("messages")[0].at("body") == "m6");
  CHECK(read.at("messages")[99].at("body") == "m105");
  CHECK(read.at("more") == true);
}

TEST_CASE("a room of very long messages gives the newest that fit") {
  Meeting meeting;
  const auto sam = meeting.Join("Sam");
  for (int i = 0; i < 10; ++i) {
    meeting.Text(sam, "katra_say", {{"message", std::string(20'000, 'x')}});
  }
  const json read = Read(meeting, sam, "katra://rooms/main/messages");
  CHECK(read.at("messages").size() == 2);
  CHECK(read.at("messages")[1].at("id") == 10);
  CHECK(read.at("next") == "katra://rooms/main/messages?before=9");
  CHECK(read.at("more") == true);
}

TEST_CASE("a memory is read whole") {
  Meeting meeting;
  const auto sam = meeting.Join("Sam");
  meeting.Text(sam, "katra_remember",
               {{"content", std::string(9'000, 'c')}, {"reasoning", "r"}, {"tags", {"t"}}});
  const json memory = Read(meeting, sam, "katra://memories/1");
  CHECK(memory.at("content").get<std::string>().size() == 9'000);
  CHECK(memory.at("author") == "Sam");
  CHECK(memory.at("tags") == json({"t"}));
}

TEST_CASE("what does not exist is not found, by read and by version") {
  Meeting meeting;
  const auto sam = meeting.Join("Sam");
  for (const std::string uri :
       {"katra://rooms/nowhere/messages", "katra://memories/9", "katra://nothing",
        "file:///etc/passwd", "katra://rooms/../main/messages", ""}) {
    INFO(uri);
    const auto read = mcp::ReadResource(meeting.Environment(sam), uri);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == ErrorCode::kNotFound);
    const auto version = mcp::ResourceVersion(meeting.Environment(sam), uri);
    REQUIRE_FALSE(version.has_value());
    CHECK(version.error().code == ErrorCode::kNotFound);
  }
}

TEST_CASE("the version of a room's messages changes when a message comes, and only then") {
  Meeting meeting;
  const auto sam = meeting.Join("Sam");
  const auto lead = meeting.Join("Lead");
  const std::string uri = "katra://rooms/main/messages";
  const std::string before = Version(meeting, sam, uri);
  meeting.Text(lead, "katra_say", {{"message", "elsewhere"}, {"room", "dev"}});
  CHECK(Version(meeting, sam, uri) == before);
  meeting.Text(lead, "katra_say", {{"message", "here"}});
  const std::string after = Version(meeting, sam, uri);
  CHECK(after != before);
  meeting.Text(sam, "katra_hear");
  CHECK(Version(meeting, sam, uri) == after);
}

TEST_CASE("the versions of rooms, personas and a memory change with them") {
  Meeting meeting;
  const auto sam = meeting.Join("Sam");
  meeting.Text(sam, "katra_remember", {{"content", "one"}});
  const std::string rooms = Version(meeting, sam, "katra://rooms");
  const std::string personas = Version(meeting, sam, "katra://personas");
  const std::string memory = Version(meeting, sam, "katra://memories/1");
  meeting.Text(sam, "katra_say", {{"message", "x"}, {"room", "dev"}});
  meeting.Join("Lead");
  meeting.Text(sam, "katra_remember", {{"content", "two"}, {"supersedes", 1}});
  CHECK(Version(meeting, sam, "katra://rooms") != rooms);
  CHECK(Version(meeting, sam, "katra://personas") != personas);
  CHECK(Version(meeting, sam, "katra://memories/1") != memory);
}

TEST_CASE("rooms are completed by prefix without regard to case; ids are not") {
  Meeting meeting;
  const auto sam = meeting.Join("Sam");
  for (const char* room : {"dev", "design", "Docs"}) {
    meeting.Text(sam, "katra_say", {{"message", "x"}, {"room", room}});
  }
  const auto complete = [&](const char* uri, const char* variable, const char* prefix) {
    return mcp::CompleteResource(meeting.Environment(sam), uri, variable, prefix);
  };
  CHECK(complete("katra://rooms/{room}/messages", "room", "d")->values ==
        std::vector<std::string>{"design", "dev", "Docs"});
  CHECK(complete("katra://rooms/{room}/messages", "room", "DE")->total == 2);
  CHECK(complete("katra://rooms/{room}/messages", "room", "")->values.size() == 4);
  CHECK(complete("katra://memories/{id}", "id", "")->values.empty());
  CHECK(complete("katra://other/{x}", "x", "").error().code == ErrorCode::kNotFound);
  CHECK(complete("katra://memories/{id}", "room", "").error().code == ErrorCode::kInvalidArgument);
}

TEST_CASE("a completion of more than a hundred values says that there are more") {
  std::vector<std::string> values;
  for (int i = 0; i < 130; ++i) values.push_back("room-" + std::to_string(i));
  const mcp::Completion completion = mcp::CompleteFrom(values, "room");
  CHECK(completion.values.size() == 100);
  CHECK(completion.total == 130);
  CHECK(completion.has_more);
}

}  // namespace
}  // namespace katra::testing
