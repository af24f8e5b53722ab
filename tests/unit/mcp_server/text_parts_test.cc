// Arguments, cursors and URIs: the parts that need no store.
#include <nlohmann/json.hpp>

#include "mcp_server/resources/uri.h"
#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/recall_cursor.h"
#include "tests/support/cpp/catch.h"

namespace katra::mcp {
namespace {

using nlohmann::json;

TEST_CASE("an id is read as a number, as digits, and with its hash sign") {
  const json arguments = {{"a", 41}, {"b", "41"}, {"c", "#41"}, {"d", ""}, {"e", "#"}};
  CHECK(IdArgument(arguments, "a") == 41);
  CHECK(IdArgument(arguments, "b") == 41);
  CHECK(IdArgument(arguments, "c") == 41);
  CHECK_FALSE(IdArgument(arguments, "d").has_value());
  CHECK_FALSE(IdArgument(arguments, "e").has_value());
  CHECK_FALSE(IdArgument(arguments, "absent").has_value());
}

TEST_CASE("recipients are read as a list, as one text, and with at signs") {
  const auto to = [](const json& value) { return RecipientsArgument({{"to", value}}, "to"); };
  CHECK(to({"Sam", "@Lead"}) == std::vector<std::string>{"Sam", "Lead"});
  CHECK(to("Sam, Lead") == std::vector<std::string>{"Sam", "Lead"});
  CHECK(to("@Sam") == std::vector<std::string>{"Sam"});
  CHECK(to(json::array()).empty());
  CHECK(to("").empty());
}

TEST_CASE("everybody is meant by any of the words for it") {
  for (const char* word : {"all", "everyone", "Everybody", "ALL", "*", "@all"}) {
    CHECK(RecipientsArgument({{"to", {"Sam", word}}}, "to").empty());
  }
}

TEST_CASE("importance is read as a number, a word, or stars") {
  const auto read = [](const json& value) {
    return ImportanceArgument({{"importance", value}}, "importance", 0.5);
  };
  CHECK(*read(0.25) == 0.25);
  CHECK(*read("0.25") == 0.25);
  CHECK(*read("trivial") < *read("interesting"));
  CHECK(*read("interesting") < *read("significant"));
  CHECK(*read("Significant") < *read("critical"));
  CHECK(*read("★") == *read("interesting"));
  CHECK(*read("★★") == *read("significant"));
  CHECK(*read("★★★") == *read("critical"));
  CHECK(*ImportanceArgument(json::object(), "importance", 0.5) == 0.5);
  for (const char* bad : {"very", "1.5", "-1", "★★★★", "NaN", "0x1"}) {
    const auto failed = read(bad);
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().message.find("critical") != std::string::npos);
  }
}

TEST_CASE("tags are read as a list or with commas between them") {
  CHECK(ListArgument({{"tags", {" a ", "", "b"}}}, "tags") == std::vector<std::string>{"a", "b"});
  CHECK(ListArgument({{"tags", "a, b,,c"}}, "tags") == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("a cursor gives back its place to the query that it was made for") {
  const json arguments = {{"query", "bell"}, {"tags", {"a"}}};
  const std::string cursor = MakeRecallCursor(arguments, 16);
  CHECK(*ReadRecallCursor(arguments, cursor) == 16);
  json other_form = arguments;
  other_form["format"] = "json";
  other_form["limit"] = 50;
  other_form["include"] = "memories";
  other_form["cursor"] = cursor;
  CHECK(*ReadRecallCursor(other_form, cursor) == 16);
}

TEST_CASE("a cursor of another query is refused") {
  const json arguments = {{"query", "bell"}};
  const std::string cursor = MakeRecallCursor(arguments, 16);
  const std::vector<json> others = {{{"query", "bells"}},
                                    {{"query", "bell"}, {"include", "all"}},
                                    {{"query", "bell"}, {"kind", "fact"}},
                                    {{"query", "bell"}, {"tags", {"x"}}},
                                    {{"query", "bell"}, {"from", "Sam"}},
                                    {{"query", "bell"}, {"since", "7d"}},
                                    {{"query", "bell"}, {"until", "7d"}},
                                    {{"query", "bell"}, {"scope", "private"}},
                                    {{"query", "bell"}, {"include_superseded", true}},
                                    json::object()};
  for (const json& other : others) {
    INFO(other.dump());
    CHECK_FALSE(ReadRecallCursor(other, cursor).has_value());
  }
}

TEST_CASE("what is no cursor is refused with the next step") {
  for (const std::string bad : {"x", "16", "g.", ".g", "-1.abc", "zzzzzzzzzzzz.1", "g.abc "}) {
    const auto failed = ReadRecallCursor({{"query", "bell"}}, bad);
    INFO(bad);
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().message.find("without a cursor") != std::string::npos);
  }
}

TEST_CASE("the resource URIs are recognised") {
  CHECK(ParseResourceUri("katra://rooms")->kind == ResourceKind::kRooms);
  CHECK(ParseResourceUri("katra://personas")->kind == ResourceKind::kPersonas);
  CHECK(ParseResourceUri("katra://rooms/dev-2/messages")->room == "dev-2");
  CHECK(ParseResourceUri("katra://rooms/d%65v/messages")->room == "dev");
  CHECK(ParseResourceUri("katra://memories/12")->memory == 12);
  CHECK(ParseResourceUri(RoomMessagesUri("dev"))->room == "dev");
  CHECK(ParseResourceUri(MemoryUri(7))->memory == 7);
}

TEST_CASE("what is no resource URI is none") {
  for (const std::string bad : {"",
                                "katra://",
                                "katra://room",
                                "katra://rooms/",
                                "katra://rooms//messages",
                                "katra://rooms/messages",
                                "katra://rooms/a/b/messages",
                                "katra://rooms/..%2Fx/messages",
                                "katra://rooms/../x/messages",
                                "katra://rooms/%/messages",
                                "katra://rooms/%2/messages",
                                "katra://rooms/%00/messages",
                                "katra://rooms/*/messages",
                                "katra://rooms/a b/messages",
                                "katra://memories/",
                                "katra://memories/0",
                                "katra://memories/-1",
                                "katra://memories/1x",
                                "katra://memories/99999999999999999999",
                                "katra://memories/1/2",
                                "KATRA://rooms",
                                "katra://rooms?x",
                                "file:///etc/passwd"}) {
    INFO(bad);
    CHECK_FALSE(ParseResourceUri(bad).has_value());
  }
  CHECK_FALSE(ParseResourceUri("katra://rooms/" + std::string(600, 'a') + "/messages"));
}

TEST_CASE("M14 the resource URIs have pages, each its own") {
  CHECK(ParseResourceUri("katra://rooms?after=dev")->after == "dev");
  CHECK(ParseResourceUri("katra://personas?after=Sam")->after == "Sam");
  CHECK(ParseResourceUri("katra://rooms/dev/messages?before=41")->before == 41);
  const auto both = ParseResourceUri("katra://rooms/dev/messages?before=41&since=last%20week");
  CHECK(both->before == 41);
  CHECK(both->since == "last week");
  CHECK(ParseResourceUri("katra://memories/12?from=4096")->from == 4096);
  for (const char* bad :
       {"katra://rooms?", "katra://rooms?after=", "katra://rooms?before=4",
        "katra://rooms?after=a b", "katra://personas?from=1", "katra://rooms/dev/messages?before=0",
        "katra://rooms/dev/messages?before=x", "katra://rooms/dev/messages?from=1",
        "katra://memories/12?from=-1", "katra://memories/12?from=1&", "katra://memories/12?x=1"}) {
    INFO(bad);
    CHECK_FALSE(ParseResourceUri(bad).has_value());
  }
}

}  // namespace
}  // namespace katra::mcp
