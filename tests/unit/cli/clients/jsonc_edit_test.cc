// Changing one member of a file that others keep by hand: nothing else may differ.
#include "cli/clients/jsonc_edit.h"

#include <nlohmann/json.hpp>

#include "tests/support/cpp/catch.h"

namespace katra::cli {
namespace {

using Json = nlohmann::ordered_json;

const Json kEntry = {{"command", "/bin/k"}, {"args", Json::array()}};
const std::vector<std::string> kPath = {"mcpServers", "katra"};

std::string Set(const std::string& text) {
  const Result<std::string> set = SetMember(text, kPath, kEntry);
  REQUIRE(set);
  // What was written is read by everyone, and is what was meant.
  const Json parsed = Json::parse(set->substr(set->find('{')), nullptr, false, true);
  if (set->find(",\n}") == std::string::npos && set->find(", }") == std::string::npos) {
    REQUIRE(!parsed.is_discarded());
    CHECK(parsed["mcpServers"]["katra"] == kEntry);
  }
  // Again, it changes nothing.
  CHECK(*SetMember(*set, kPath, kEntry) == *set);
  return *set;
}

std::string Removed(const std::string& text) {
  const Result<std::string> removed = RemoveMember(text, kPath);
  REQUIRE(removed);
  return *removed;
}

TEST_CASE("an empty file gets just the entry") {
  const std::string expected =
      "{\n  \"mcpServers\": {\n    \"katra\": {\n      \"command\": \"/bin/k\",\n"
      "      \"args\": []\n    }\n  }\n}\n";
  CHECK(Set("") == expected);
  CHECK(Set("  \n") == expected);
  CHECK(Set("{}\n") == expected);
}

TEST_CASE("comments, order, unknown keys and indentation stay") {
  const std::string before =
      "// mine\n{\n    \"z\": 1, // keep\n    \"mcpServers\": {\n"
      "        \"other\": {\"command\": \"x\"} /* last */\n    },\n    \"a\": [1,\n 2]\n}\n";
  const std::string after = Set(before);
  CHECK(after ==
        "// mine\n{\n    \"z\": 1, // keep\n    \"mcpServers\": {\n"
        "        \"other\": {\"command\": \"x\"}, /* last */\n"
        "        \"katra\": {\n            \"command\": \"/bin/k\",\n"
        "            \"args\": []\n        }\n    },\n    \"a\": [1,\n 2]\n}\n");
  CHECK(Removed(after) == before);
}

TEST_CASE("a comment at the end of a line does not swallow the comma") {
  const std::string before = "{\n\t\"mcpServers\": {\n\t\t\"o\": 1 // one\n\t}\n}";
  const std::string after = Set(before);
  CHECK(after.find("\"o\": 1, // one\n\t\t\"katra\": {") != std::string::npos);
  CHECK(Removed(after) == before);
}

TEST_CASE("trailing commas stay as they are") {
  const std::string before = "{\n  \"mcpServers\": {\n    \"o\": 1,\n  },\n}\n";
  const std::string after = Set(before);
  CHECK(after.find("\"o\": 1,\n    \"katra\"") != std::string::npos);
}

TEST_CASE("line ends and a byte order mark stay") {
  const std::string after = Set("\xEF\xBB\xBF{\r\n  \"a\": 1\r\n}\r\n");
  CHECK(after.rfind("\xEF\xBB\xBF{\r\n  \"a\": 1,\r\n  \"mcpServers\": {\r\n", 0) == 0);
  CHECK(after.find("\"command\": \"/bin/k\",\r\n") != std::string::npos);
}

TEST_CASE("a file on one line stays on one line") {
  CHECK(Set("{\"a\": 1}") ==
        "{\"a\": 1, \"mcpServers\": {\"katra\":{\"command\":\"/bin/k\",\"args\":[]}}}");
}

TEST_CASE("an older entry is replaced where it stands") {
  const std::string after =
      Set("{\n  \"mcpServers\": {\n    \"katra\": {\"command\": \"old\"},\n    \"b\": 2\n  }\n}\n");
  CHECK(after.find("old") == std::string::npos);
  CHECK(after.find("\"katra\"") < after.find("\"b\": 2"));
}

TEST_CASE("an entry is removed from the start, the middle and the end alike") {
  for (const std::string order : {"kbc", "bkc", "bck"}) {
    std::string text = "{\n  \"mcpServers\": {";
    std::string without = text;
    for (const char member : order) {
      const std::string comma = text.back() == '{' ? "" : ",";
      text += comma +
              (member == 'k' ? "\n    \"katra\": {}" : std::string("\n    \"") + member + "\": 1");
      const std::string other_comma = without.back() == '{' ? "" : ",";
      if (member != 'k') without += other_comma + "\n    \"" + member + "\": 1";
    }
    INFO(order);
    CHECK(Removed(text + "\n  }\n}\n") == without + "\n  }\n}\n");
  }
}

TEST_CASE("what is not there is removed by changing nothing") {
  for (const std::string text : {"", "{}", "{\"mcpServers\": {}}", "{\"x\": {\"katra\": 1}}"}) {
    CHECK(Removed(text) == text);
  }
}

TEST_CASE("text in strings is not taken for brackets, commas or comments") {
  const std::string before = "{\n  \"a\": \"} // \\\" , { /*\",\n  \"b\": [\"]\"]\n}\n";
  CHECK(Set(before).rfind("{\n  \"a\": \"} // \\\" , { /*\",\n  \"b\": [\"]\"],\n", 0) == 0);
}

TEST_CASE("a comment may hold the beginning of another") {
  const std::string before = "{\"a\": [1, {}, [\"/*\"],], // see /*\n}\n// and /*\n";
  CHECK(SetMember(before, kPath, kEntry)->ends_with("// and /*\n"));
}

TEST_CASE("a file that cannot be understood is refused with the line") {
  struct Case {
    const char* text;
    const char* said;
  };
  for (const Case& wrong :
       {Case{"[1]", "line 1"}, Case{"{\n  \"a\": \n}", "line 3"}, Case{"{\n  \"a\" 1}", "line 2"},
        Case{"{\"a\": 1", "line 1"}, Case{"{\"a\": \"x\n\"}", "line 1"},
        Case{"{\"mcpServers\": [1]}", "$.mcpServers"}, Case{"{} {}", "line 1"},
        Case{"{a: 1}", "line 1"}, Case{"{\"a\": [1}}", "line 1"}, Case{"null", "line 1"},
        Case{"{\"a\": {\n\"b\": {\"c\" 1}}}", "line 2"}, Case{"{\"a\": [1\n2]}", "line 2"},
        Case{"{\"a\": [,]}", "line 1"}, Case{"{\"a\": [{\n}\nstray]}", "line 3"},
        Case{"{\"a\": 1}\nstray\n", "line 2"}, Case{"{\"a\": 1}\n/* open", "line 2"},
        Case{"{\"mcpServers\": {\"katra\": {}\nstray\n}}", "line 2"},
        Case{"{\"a\": nothing}", "line 1"}}) {
    INFO(wrong.text);
    const Result<std::string> set = SetMember(wrong.text, kPath, kEntry);
    REQUIRE(!set);
    CHECK(set.error().message.find(wrong.said) != std::string::npos);
    CHECK(!RemoveMember(wrong.text, kPath));
  }
}

bool IsOurs(const Json& element) { return element.is_object() && element.contains("katra"); }

TEST_CASE("an element is added to the end of a list, once, and taken out again") {
  const Json element = {{"katra", 1}};
  const std::vector<std::string> path = {"hooks", "Stop"};
  for (const std::string before : {
           "{\n  \"theme\": \"dark\"\n}\n",
           "{\"a\": 1, \"hooks\": {\"Stop\": [{\"x\": 1}]}}",
           "{\n  \"hooks\": {\n    \"Stop\": [\n      {\"x\": 1} // mine\n    ],\n    \"Other\": "
           "[]\n  }\n}\n",
           "{\r\n\t\"hooks\": {\r\n\t\t\"Stop\": [\r\n\t\t\t1,\r\n\t\t\t2\r\n\t\t]\r\n\t}\r\n}\r\n",
       }) {
    INFO(before);
    const Result<std::string> added = AddElement(before, path, element);
    REQUIRE(added);
    const Json parsed = Json::parse(*added, nullptr, false, true);
    REQUIRE(!parsed.is_discarded());
    CHECK(parsed["hooks"]["Stop"].back() == element);
    CHECK(*AddElement(*added, path, element) == *added);
    const Result<std::string> removed = RemoveElements(*added, path, &IsOurs);
    REQUIRE(removed);
    CHECK(*removed == before);
  }
}

TEST_CASE("elements go from anywhere in a list, and what is no list is refused") {
  const std::vector<std::string> path = {"Stop"};
  const auto removed = [&](const std::string& text) {
    return *RemoveElements(text, path, &IsOurs);
  };
  CHECK(removed("{\"Stop\": [{\"katra\": 1}, 2]}") == "{\"Stop\": [2]}");
  CHECK(removed("{\"Stop\": [1, {\"katra\": 1}, 2]}") == "{\"Stop\": [1, 2]}");
  CHECK(removed("{\"Stop\": [{\"katra\": 1}, {\"katra\": 2}, 3]}") == "{\"Stop\": [3]}");
  CHECK(removed("{\"Stop\": [{\"katra\": 1}], \"b\": 2}") == "{ \"b\": 2}");
  CHECK(removed("{\"b\": 2}") == "{\"b\": 2}");
  CHECK(removed("").empty());
  CHECK(!AddElement("{\"Stop\": {}}", path, 1));
  CHECK(!RemoveElements("{\"Stop\": 3}", path, &IsOurs));
}

}  // namespace
}  // namespace katra::cli
