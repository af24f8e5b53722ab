// Changing one table of a file that others keep by hand: nothing else may differ.
#include "cli/clients/toml_edit.h"

#include "tests/support/cpp/catch.h"

namespace katra::cli {
namespace {

const std::string kName = "mcp_servers.katra";
const std::string kBody = "[mcp_servers.katra]\ncommand = \"/bin/k\"\n";

std::string Set(const std::string& text) {
  const Result<std::string> set = SetTable(text, kName, kBody);
  REQUIRE(set);
  CHECK(*SetTable(*set, kName, kBody) == *set);
  return *set;
}

TEST_CASE("a table is added at the end, after a blank line") {
  CHECK(Set("") == kBody);
  CHECK(Set("model = \"x\" # mine\n") == "model = \"x\" # mine\n\n" + kBody);
  CHECK(Set("[a]\nb = 1") == "[a]\nb = 1\n\n" + kBody);
}

TEST_CASE("adding and removing gives the file as it was") {
  for (const std::string before : {"model = \"x\"\n", "# only a comment\n",
                                   "[a]\nb = \"\"\"\n[mcp_servers.katra]\n\"\"\"\n"}) {
    INFO(before);
    CHECK(*RemoveTable(Set(before), kName) == before);
  }
}

TEST_CASE("an older table and those below it are replaced where they stand") {
  const std::string before =
      "a = 1\n\n[mcp_servers.katra]\ncommand = \"old\"\n[ mcp_servers.\"katra\".env ]\nX = \"1\"\n"
      "\n# of b\n[mcp_servers.katra_other]\ncommand = \"o\"\n";
  CHECK(Set(before) ==
        "a = 1\n\n" + kBody + "\n# of b\n[mcp_servers.katra_other]\ncommand = \"o\"\n");
}

TEST_CASE("line ends stay") {
  CHECK(Set("a = 1\r\n") == "a = 1\r\n\r\n[mcp_servers.katra]\r\ncommand = \"/bin/k\"\r\n");
}

TEST_CASE("a text over several lines is not taken for a table") {
  const std::string before = "a = '''\n[mcp_servers.katra]\n'''\n";
  CHECK(Set(before).rfind(before, 0) == 0);
}

TEST_CASE("what is written as a value is left to its owner") {
  for (const std::string text :
       {"mcp_servers = { katra = { command = \"x\" } }\n", "mcp_servers.katra.command = \"x\"\n",
        "[mcp_servers]\nkatra = { command = \"x\" }\n", "[mcp_servers]\nkatra.command = \"x\"\n"}) {
    INFO(text);
    const Result<std::string> set = SetTable(text, kName, kBody);
    REQUIRE(!set);
    CHECK(set.error().message.find("line ") != std::string::npos);
    CHECK(!RemoveTable(text, kName));
  }
}

TEST_CASE("a damaged text is refused with the line, whoever's the line may be") {
  struct Case {
    std::string text;
    const char* said;
  };
  const std::string ours = "[mcp_servers.katra]\ncommand = \"k\"\n";
  for (const Case& wrong : {
           Case{ours + "stray last line\n", "line 3"},
           Case{ours + "stray", "line 3"},
           Case{"model = \"x\"\n[features\n", "line 2"},
           Case{"a = 1\nb\n" + ours, "line 2"},
           Case{"a = \n", "line 1"},
           Case{"a = yes\n", "line 1"},
           Case{"a = 1 2\n", "line 1"},
           Case{"a = \"x\n" + ours, "line 1"},
           Case{ours + "args = [\n  \"x\",\n", "line 5"},
           Case{ours + "note = \"\"\"\nwithout an end\n", "line 3"},
           Case{ours + "env = { A = \"1\"\n[other]\n", "line 4"},
           Case{"a = '\\n'\nb = \"\\q\"\n", "line 2"},
           Case{"a = 1\na = 2\n", "line 2"},
           Case{"[a]\n[b]\n[a]\n", "line 3"},
           Case{"<<<<<<< HEAD\n" + ours, "line 1"},
           Case{"a = \"\xff\"\n", "UTF-8"},
           Case{std::string("a = 1\n\0", 7), "line 2"},
       }) {
    INFO(wrong.text);
    const Result<std::string> set = SetTable(wrong.text, kName, kBody);
    REQUIRE(!set);
    CHECK(set.error().code == ErrorCode::kInvalidArgument);
    INFO(set.error().message);
    CHECK(set.error().message.find(wrong.said) != std::string::npos);
    CHECK(!RemoveTable(wrong.text, kName));
  }
}

TEST_CASE("every form of TOML stays as it is") {
  const std::string before =
      "# top\r\na = 1_000\nb = -0.5e+10 # c\nc = [ 1, [\"x\", 'y'], # in\n\n  {k = 1}, ]\n"
      "d = 1979-05-27T07:32:00.5Z\ne = 1979-05-27 07:32:00\nf = 07:32:00\ng = 0xDEAD_beef\n"
      "h = \"\"\"a\\\n   b\"\"\"\"\"\ni = '''\n[mcp_servers.katra]\n'''\nj.\"k.l\" . m = true\n"
      "n = {}\no = +inf\np = \"\\u00e9\\U0001F600\\t\"\n\"\" = nan\n\n"
      "[[profiles]]\nx = 1\n[profiles.y]\nz = 1\n[[profiles]]\nx = 2\n[profiles.y]\nz = 2\n"
      "  [ \"mcp_servers\" . 'other.katra' ]\ncommand = \"mcp_servers.katra\"\n";
  const std::string after = *SetTable(before, kName, "[mcp_servers.katra]\n");
  CHECK(after == before + "\r\n[mcp_servers.katra]\r\n");
  CHECK(*RemoveTable(after, kName) == before);
}

TEST_CASE("comments among our lines stay, and so do tables of nearly our name") {
  const std::string others = "[mcp_servers.\"katra.other\"]\ncommand = \"o\"\n\n";
  const std::string before = others +
                             "[mcp_servers.katra]\n# mine\n"
                             "command = \"old\"\n\n# of b\n[b]\nc = 1\n";
  CHECK(*SetTable(before, kName, kBody) == others + kBody + "# mine\n\n# of b\n[b]\nc = 1\n");
  CHECK(*RemoveTable(before, kName) == others + "# mine\n\n# of b\n[b]\nc = 1\n");
}

}  // namespace
}  // namespace katra::cli
