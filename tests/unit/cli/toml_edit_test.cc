// Changing one table of a file that others keep by hand: nothing else may differ.
#include "cli/clients/toml_edit.h"

#include "tests/support/catch.h"

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

}  // namespace
}  // namespace katra::cli
