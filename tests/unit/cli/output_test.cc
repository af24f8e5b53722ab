// Tables and paragraphs as people see them, on wide and on narrow terminals.
#include "cli/output.h"

#include "core/text.h"
#include "core/text_width.h"
#include "tests/support/cpp/catch.h"

namespace katra::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

const std::vector<std::string> kHeadings = {"PERSONA", "MODEL", "STATE", "UNHEARD", "FOLDER"};
const Rows kRows = {
    {"Dario", "anthropic/claude-opus-4-1-20250805, verified", "working", "0",
     "/home/dario/projects/katra/gateway/translation"},
    {"Sam", "openai/gpt-5, launch", "waits at its own first question: katra attach Sam", "12",
     "/home/sam/work"},
};

void CheckFits(const std::string& table, size_t width) {
  for (const std::string& line : Split(table, '\n')) {
    INFO(line);
    CHECK(DisplayWidth(line) <= width);
  }
}

// All text of a column, put together again.
std::string WithoutLayout(std::string text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\n') out += c;
  }
  return out;
}

TEST_CASE("a table without a page is one line a row") {
  CHECK(Split(RenderTable(kHeadings, kRows), '\n').size() == 4);
}

TEST_CASE("a table fits the page, breaks no word of a heading and loses nothing") {
  for (const size_t width : {60U, 80U, 100U, 120U}) {
    const std::string table = RenderTable(kHeadings, kRows, {width, false});
    CheckFits(table, width);
    for (const std::string& heading : kHeadings) {
      CHECK(table.substr(0, table.find('\n')).find(heading) != std::string::npos);
    }
    size_t letters = 0;
    for (const auto& row : kRows) {
      for (const std::string& cell : row) letters += WithoutLayout(cell).size();
    }
    for (const std::string& heading : kHeadings) letters += heading.size();
    CHECK(WithoutLayout(table).size() == letters);
  }
}

TEST_CASE("words stay whole where the page has room for them") {
  const std::string table = RenderTable(kHeadings, kRows, {100, false});
  for (const char* word : {"verified", "question:", "attach", "translation", "working"}) {
    INFO(table);
    CHECK(table.find(word) != std::string::npos);
  }
}

TEST_CASE("blanks of whatever kind in a cell look like no gap between columns") {
  for (const char* blanks : {"  ", "      ", "\t\t", "\u00a0\u00a0", "\u2003", "\u3000\u3000",
                             " \u205f ", "\u2007\u202f\u1680"}) {
    const std::string forged = std::string("Mal") + blanks + "openai/gpt-5, verified" + blanks;
    const std::string table = RenderTable({"PERSONA", "MODEL"}, {{forged, "acme/m, launch"}});
    INFO(table);
    const std::string row(Split(table, '\n')[1]);
    CHECK(row.substr(0, 27).find("  ") == std::string::npos);
    CHECK(row.find("acme/m, launch") != std::string::npos);
  }
}

TEST_CASE("no line of a table ends in spaces") {
  for (const size_t width : {0U, 60U, 80U}) {
    for (const std::string& line : Split(RenderTable(kHeadings, kRows, {width, false}), '\n')) {
      CHECK((line.empty() || line.back() != ' '));
    }
  }
}

TEST_CASE("colours do not move the columns") {
  const auto look = [](size_t column, const std::string& cell) {
    return column == 2 ? LookOfState(cell) : "";
  };
  std::string painted = RenderTable(kHeadings, kRows, {80, true}, look);
  CHECK(painted.find("\x1b[32mworking\x1b[0m") != std::string::npos);
  for (size_t at = painted.find('\x1b'); at != std::string::npos; at = painted.find('\x1b')) {
    painted.erase(at, painted.find('m', at) - at + 1);
  }
  CHECK(painted == RenderTable(kHeadings, kRows, {80, false}, look));
}

TEST_CASE("paragraphs break between words, and a longer word is cut") {
  using Lines = std::vector<std::string>;
  CHECK(WrapWords("one two three", 8) == Lines{"one two", "three"});
  CHECK(WrapWords("one two three", 0) == Lines{"one two three"});
  CHECK(WrapWords("", 8) == Lines{""});
  CHECK(WrapWords("/home/dario/katra", 8, Breaks::kParts) == Lines{"/home/", "dario/", "katra"});
  CHECK(WrapWords("run npm install -g opencode-ai now", 20) ==
        Lines{"run npm install -g", "opencode-ai now"});
  CHECK(WrapWords("abcdefghijkl", 5) == Lines{"abcde", "fghij", "kl"});
  CHECK(WrapWords("  indented code here", 12) == Lines{"  indented", "code here"});
  CHECK(WrapWords("日本語日本語", 4) == Lines{"日本", "語日", "本語"});
}

TEST_CASE("each line of a body keeps its fence") {
  CHECK(WrapLines("please look at this\nand that", "| ", {16, false}) ==
        "| please look at\n| this\n| and that\n");
  CHECK(WrapLines("a line that a pipe gets whole", "| ", {}) ==
        "| a line that a pipe gets whole\n");
}

}  // namespace
}  // namespace katra::cli
