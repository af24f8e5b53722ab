// What `katra watch` shows at the widths of real terminals: row by row, as a person sees it.
#include "cli/watch/screen.h"
#include "core/text.h"
#include "core/text_width.h"
#include "tests/support/cpp/catch.h"

namespace katra::cli::testing {
namespace {

ShownSession Here(const std::string& persona, store::Activity activity, int64_t unheard = 0) {
  ShownSession shown;
  store::Presence& one = shown.presence;
  one.session.id = 1;
  one.session.persona = persona;
  one.session.tag = {"openai", "gpt-5", store::TagSource::kLaunch};
  one.session.activity = activity;
  one.unheard = unheard;
  shown.place = "~/work/app";
  return shown;
}

ShownMessage Said(int64_t id, const std::string& body) {
  ShownMessage shown;
  shown.message.id = id;
  shown.message.from = "Dario";
  shown.message.room = "main";
  shown.message.body = body;
  shown.message.tag = {"openai", "gpt-5", store::TagSource::kLaunch};
  shown.time = "12:00";
  return shown;
}

WatchView Room() {
  WatchView view;
  view.persona = "lead";
  view.room = "main";
  view.present = {Here("Dario", store::Activity::kWorking),
                  Here("Sam", store::Activity::kWaiting, 2)};
  view.messages = {Said(1, "please look at it"), Said(2, "done")};
  view.input = "hello";
  view.cursor = 5;
  return view;
}

std::vector<std::string> Rows(const WatchView& view, int width, int height) {
  const Screen screen = Draw(view, {width, height, false});
  CHECK(screen.rows.size() == static_cast<size_t>(height));
  for (const std::string& row : screen.rows) {
    INFO(row);
    CHECK(DisplayWidth(row) <= static_cast<size_t>(width));
  }
  return screen.rows;
}

std::string Rule(int width) {
  std::string rule;
  for (int i = 0; i < width; ++i) rule += "─";
  return rule;
}

using Lines = std::vector<std::string>;

TEST_CASE("at 80 columns who is here stands above what was said") {
  CHECK(Rows(Room(), 80, 12) ==
        Lines{" Katra · room main · you are lead" + std::string(40, ' ') + "2 here ",
              " Dario  openai/gpt-5, launch  ▶ working",
              " Sam    openai/gpt-5, launch  ! waiting for you  2 unheard", Rule(80), "",
              "#1 12:00 Dario (openai/gpt-5, launch)", "  please look at it",
              "#2 12:00 Dario (openai/gpt-5, launch)", "  done", Rule(80), "> hello",
              "Enter says it · @Name …: to Name · PgUp PgDn · Tab: sessions · Ctrl-C leaves"});
}

TEST_CASE("at 40 columns rows are cut with a sign, and bodies are wrapped") {
  WatchView view = Room();
  view.messages = {Said(3, "a body of more words than forty columns can take")};
  const Lines rows = Rows(view, 40, 12);
  CHECK(rows[0].starts_with(" Katra · room main"));
  CHECK(Rows(view, 40, 12)[2].ends_with("…"));
  CHECK(rows[6] == "#3 12:00 Dario (openai/gpt-5, launch)");
  CHECK(rows[7] == "  a body of more words than forty");
  CHECK(rows[8] == "  columns can take");
  CHECK(rows[11].ends_with("…"));
}

TEST_CASE("at 200 columns who is here stands beside what was said") {
  const Lines rows = Rows(Room(), 200, 10);
  CHECK(rows[0].ends_with("2 here "));
  for (size_t i = 1; i < 7; ++i) {
    INFO(i);
    const size_t bar = rows[i].find(" │");
    REQUIRE(bar != std::string::npos);
    CHECK(DisplayWidth(rows[i].substr(0, bar)) == 141);
  }
  CHECK(rows[1].ends_with("│ Here now"));
  CHECK(rows[2].ends_with("│ Dario  ▶ working"));
  CHECK(rows[4].ends_with("│   ~/work/app"));
  CHECK(rows[5].ends_with("│ Sam  ! waiting for you  2 unheard"));
  CHECK(rows[6].starts_with("  done "));
}

TEST_CASE("an empty room says that it is empty, at every width") {
  WatchView view;
  view.persona = "lead";
  view.room = "main";
  for (const int width : {40, 80, 200}) {
    INFO(width);
    const std::string all = Join(Rows(view, width, 12), "\n");
    CHECK((width == 40 || all.find("0 here") != std::string::npos));
    CHECK(all.find("Nothing was said here yet.") != std::string::npos);
    CHECK(all.find(width == 200 ? "nobody" : "nobody is here") != std::string::npos);
  }
}

TEST_CASE("more people than there is room for are counted, and nobody twice") {
  WatchView view = Room();
  view.present.clear();
  for (int i = 1; i <= 30; ++i) {
    view.present.push_back(Here("P" + std::to_string(i), store::Activity::kIdle));
  }
  const Lines above = Rows(view, 80, 24);
  CHECK(above[5].starts_with(" P5 "));
  CHECK(above[6] == " and 25 more");
  const Lines beside = Rows(view, 200, 24);
  CHECK(beside[17].find("│ P6") != std::string::npos);
  CHECK(beside[20].ends_with("and 24 more"));
  const Lines narrow = Rows(view, 120, 24);
  CHECK(narrow[18].find("│ P9") != std::string::npos);
  CHECK(narrow[20].ends_with("and 21 more"));
  // One who just fits is shown.
  view.present.resize(6);
  CHECK(Rows(view, 80, 24)[6].starts_with(" P6 "));
}

TEST_CASE("wide and combining characters keep the columns in line") {
  WatchView view = Room();
  view.present = {Here("Dario", store::Activity::kIdle), Here("Sam", store::Activity::kIdle)};
  view.messages = {Said(4, "日本語 cafe\xcc\x81 👩‍💻 end")};
  for (const int width : {40, 80, 200}) Rows(view, width, 12);
  const Lines rows = Rows(view, 200, 12);
  for (size_t i = 1; i < 9; ++i) {
    const size_t bar = rows[i].find(" │");
    REQUIRE(bar != std::string::npos);
    CHECK(DisplayWidth(rows[i].substr(0, bar)) == 141);
  }
  // A wide character that would stand half outside is left out, never cut in two.
  for (int width = 20; width < 40; ++width) {
    view.messages = {Said(5, "日日日日日日日日日日日日日日日日日日日日日日日日")};
    view.input = "日日日日日日日日日日日日日日日日日日日日日日";
    view.cursor = view.input.size();
    for (const std::string& row : Rows(view, width, 12)) CHECK(IsValidUtf8(row));
  }
}

TEST_CASE("a mark stays with its letter when a line is broken") {
  CHECK(WrapBody("aae\xcc\x81"
                 "b",
                 3) == Lines{"aae\xcc\x81", "b"});
  CHECK(WrapBody("ab\tc", 9) == Lines{"ab    c"});
  CHECK(WrapBody("", 9) == Lines{""});
  CHECK(WrapBody("   x", 3) == Lines{"  ", "x"});
}

TEST_CASE("the cursor stands where the next character will be") {
  WatchView view = Room();
  struct Case {
    const char* input;
    size_t cursor;
    int column;
  };
  const Case cases[] = {{"", 0, 2},     {"hello", 5, 7},     {"hello", 0, 2},   {"日本", 6, 6},
                        {"日本", 3, 4}, {"e\xcc\x81", 3, 3}, {"one\ntwo", 7, 9}};
  for (const Case& one : cases) {
    INFO(one.input << " " << one.cursor);
    view.input = one.input;
    view.cursor = one.cursor;
    const Screen screen = Draw(view, {80, 12, false});
    CHECK(screen.cursor_row == 10);
    CHECK(screen.cursor_column == one.column);
  }
  view.input = std::string(500, 'x');
  view.cursor = 500;
  const Screen screen = Draw(view, {40, 12, false});
  CHECK(screen.cursor_column < 40);
  CHECK(screen.rows[10].ends_with("x"));
}

TEST_CASE("a notice stands in the place of the help, in one line") {
  WatchView view = Room();
  view.notice = "no persona\nis called X";
  CHECK(Rows(view, 80, 12).back() == "no persona\\u{a}is called X");
  view.notice_is_error = true;
  CHECK(Draw(view, {80, 12, true}).rows.back().starts_with("\x1b[31m"));
}

TEST_CASE("a message tells whom it was for, what it answers and where it was said") {
  WatchView view = Room();
  ShownMessage shown = Said(7, "yes");
  shown.message.to = {"lead", "Sam"};
  shown.message.reply_to = 5;
  shown.message.room = "attic";
  view.messages = {shown};
  const Lines rows = Rows(view, 120, 12);
  CHECK(Join(rows, "\n").find("#7 12:00 Dario (openai/gpt-5, launch) to lead, Sam in attic ↳ #5") !=
        std::string::npos);
}

TEST_CASE("an answer quotes what it answers, and a line stands above what is new") {
  WatchView view = Room();
  view.messages = {Said(5, "please look at\nthe bell"), Said(6, std::string(100, 'x')),
                   Said(7, "yes"), Said(8, "no")};
  view.messages[2].message.reply_to = 5;
  view.messages[3].message.reply_to = 6;
  view.new_from = 7;
  const std::string all = Join(Rows(view, 140, 20), "\n");
  CHECK(all.find("launch) ↳ #5 Dario: “please look at\\u{a}the bell”") != std::string::npos);
  CHECK(all.find("↳ #6 Dario: “xxx") != std::string::npos);
  CHECK(all.find("x…") != std::string::npos);
  CHECK(all.find("\n── new ──") < all.find("#7 12:00"));
  CHECK(all.find("\n── new ──") > all.find("#6 12:00"));
}

TEST_CASE("the marked session is among those that are shown, with and without colours") {
  WatchView view = Room();
  view.present.clear();
  for (int i = 1; i <= 30; ++i) {
    view.present.push_back(Here("P" + std::to_string(i), store::Activity::kIdle));
  }
  for (const int width : {80, 120, 200}) {
    for (size_t i = 0; i < view.present.size(); ++i) {
      INFO(width << " " << i);
      view.chosen = i;
      const std::string marked = "▸P" + std::to_string(i + 1) + " ";
      CHECK(Join(Rows(view, width, 24), "\n").find(marked) != std::string::npos);
      CHECK(Join(Draw(view, {width, 24, true}).rows, "\n").find("\x1b[7m▸") != std::string::npos);
    }
  }
}

TEST_CASE("with 256 colours, personas have colours that colour-blind people can tell apart") {
  const auto with = [](bool many) { return Join(Draw(Room(), {80, 12, true, many}).rows, "\n"); };
  CHECK(with(true).find("\x1b[1;38;5;") != std::string::npos);
  CHECK(with(false).find("38;5;") == std::string::npos);
}

TEST_CASE("scrolled back, the screen says how much is below, and never passes the first line") {
  WatchView view = Room();
  view.messages.clear();
  for (int i = 1; i <= 50; ++i) view.messages.push_back(Said(i, "line"));
  view.scrolled = 3;
  const Screen screen = Draw(view, {80, 24, false});
  CHECK(screen.scrolled == 3);
  CHECK(screen.rows[21].starts_with(" 3 lines below "));
  CHECK(DisplayWidth(screen.rows[21]) == 80);
  view.scrolled = 100'000;
  const Screen top = Draw(view, {80, 24, false});
  CHECK(top.scrolled < 100);
  CHECK(Join(top.rows, "\n").find("#1 12:00") != std::string::npos);
}

TEST_CASE("a terminal that is too small says so in what fits of it") {
  CHECK(Rows(Room(), 19, 12)[0] == "larger, please");
  CHECK(Rows(Room(), 80, 7)[0] == "larger, please");
  CHECK(Rows(Room(), 6, 2)[0] == "larger");
  CHECK(Draw(Room(), {0, 0, false}).rows.size() == 1);
}

}  // namespace
}  // namespace katra::cli::testing
