// Tables and paragraphs as people see them, on wide and on narrow terminals.
#include "cli/output.h"

#include <cstdlib>
#include <ctime>

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

// TZ is the process's own; it is as it was when this ends.
class InZone {
 public:
  explicit InZone(const char* zone) {
    const char* const before = getenv("TZ");
    if (before != nullptr) before_ = before;
    setenv("TZ", zone, 1);
    tzset();
  }
  ~InZone() {
    if (before_.empty()) {
      unsetenv("TZ");
    } else {
      setenv("TZ", before_.c_str(), 1);
    }
    tzset();
  }
  InZone(const InZone&) = delete;
  InZone& operator=(const InZone&) = delete;

 private:
  std::string before_;
};

TEST_CASE("a time is that of the user's zone, with its day when that is another") {
  struct Case {
    const char* zone;
    const char* time;
    const char* now;
    const char* shown;
  };
  const Case cases[] = {
      {"UTC", "2026-11-21T14:03:59Z", "2026-11-21T23:59:59Z", "14:03"},
      {"UTC", "2026-11-20T23:59:59Z", "2026-11-21T00:00:00Z", "2026-11-20 23:59"},
      {"UTC", "2025-11-21T14:03:00Z", "2026-11-21T14:03:00Z", "2025-11-21 14:03"},
      {"UTC", "2026-11-22T00:00:00Z", "2026-11-21T14:03:00Z", "2026-11-22 00:00"},
      {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-11-21T23:30:00Z", "2026-11-22T12:00:00Z", "00:30"},
      {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-07-01T12:00:00Z", "2026-07-01T13:00:00Z", "14:00"},
      {"NZST-12", "2026-11-21T11:59:00Z", "2026-11-21T12:00:00Z", "2026-11-21 23:59"},
      {"IST-5:30", "2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z", "17:30"},
  };
  for (const Case& one : cases) {
    INFO(one.zone << " " << one.time);
    const InZone zone(one.zone);
    const WallTime epoch{};
    CHECK(FormatLocal(*ParseTime(one.time, epoch), *ParseTime(one.now, epoch)) == one.shown);
  }
}

TEST_CASE("a state is said in words, and looks as urgent as it is") {
  CHECK(FormatActivity(store::Activity::kWorking) == "working");
  CHECK(FormatActivity(store::Activity::kIdle) == "idle");
  CHECK(FormatActivity(store::Activity::kWaiting) == "waiting for you");
  CHECK(FormatActivity(store::Activity::kUnknown).empty());
  CHECK(LookOfState("working") == std::string(kGoodLook));
  CHECK(LookOfState("waiting for you") == std::string(kAttentionLook));
  CHECK(LookOfState("waits at its own first question: katra attach Sam") ==
        std::string(kAttentionLook));
  CHECK(LookOfState("cut off: the gateway is down; katra up") == std::string(kBadLook));
}

TEST_CASE("a page is as wide as its terminal, and a pipe has neither width nor colours") {
  CHECK(PageFor({.out = true, .width = 100, .colours = true}).width == 100);
  CHECK(PageFor({.out = true, .width = 100, .colours = true}).colours);
  CHECK(PageFor({.out = false, .width = 100, .colours = false}).width == 0);
}

TEST_CASE("a table of nothing has its headings, and a row may be short of cells") {
  CHECK(RenderTable({"A", "BB"}, {}) == "A  BB\n");
  CHECK(RenderTable({"A", "BB"}, {{"one", "2"}, {"", "x"}}) == "A    BB\none  2\n     x\n");
  CHECK(RenderTable({"A", "B"}, {{"日本", "e\xcc\x81"}, {"ab", "c"}}) ==
        "A     B\n日本  e\xcc\x81\nab    c\n");
  CHECK(RenderTable({"A"}, {{"two\nlines\x1b[2J"}}) == "A\ntwo\\u{a}lines\\u{1b}[2J\n");
}

TEST_CASE("each line of a body keeps its fence") {
  CHECK(WrapLines("please look at this\nand that", "| ", {16, false}) ==
        "| please look at\n| this\n| and that\n");
  CHECK(WrapLines("a line that a pipe gets whole", "| ", {}) ==
        "| a line that a pipe gets whole\n");
}

}  // namespace
}  // namespace katra::cli
