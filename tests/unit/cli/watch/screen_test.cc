// The parts of `katra watch` that need no terminal: keys, the line that is typed, and what is
// drawn. The whole is driven on a real terminal in tests/e2e/cli.
#include "cli/watch/screen.h"
#include "cli/watch/keys.h"
#include "cli/watch/line_editor.h"
#include "cli/watch/room_view.h"
#include "core/text_width.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/run_cli.h"

namespace katra::cli::testing {
namespace {

std::string Typed(KeyReader& reader, std::string_view bytes) {
  std::string text;
  for (const Key& key : reader.Read(bytes)) {
    text += key.kind == Key::Kind::kText ? key.text
                                         : "<" + std::to_string(static_cast<int>(key.kind)) + ">";
  }
  return text;
}

std::string Edited(std::string_view bytes) {
  KeyReader reader;
  LineEditor line(1000);
  for (const Key& key : reader.Read(bytes)) line.Press(key);
  std::string text = line.text();
  return text.insert(line.cursor(), "|");
}

WatchView SmallRoom() {
  WatchView view;
  view.persona = "lead";
  view.room = "main";
  for (const char* name : {"Dario", "Sam"}) {
    ShownSession shown;
    store::Presence& one = shown.presence;
    one.session.id = 1;
    one.session.persona = name;
    one.session.tag = {"openai", "gpt-4-turbo", store::TagSource::kLaunch};
    one.session.activity = store::Activity::kWorking;
    one.unheard = 2;
    view.present.push_back(shown);
  }
  for (int i = 1; i <= 30; ++i) {
    ShownMessage shown;
    shown.message.id = i;
    shown.message.from = "Dario";
    shown.message.room = "main";
    shown.message.body = "message " + std::to_string(i);
    shown.time = "12:00";
    view.messages.push_back(shown);
  }
  return view;
}

std::string WholeOf(const Screen& screen) {
  std::string text;
  for (const std::string& row : screen.rows) text += row + "\n";
  return text;
}

TEST_CASE("characters and sequences may come in pieces") {
  KeyReader reader;
  CHECK(Typed(reader, "a\xc3").empty() == false);
  CHECK(Typed(reader, "\xb6\x1b") == "ö");
  CHECK(Typed(reader, "[").empty());
  CHECK(Typed(reader, "3") == "");
  CHECK(Typed(reader, "~b") == "<3>b");
}

TEST_CASE("what no key is known for is dropped") {
  KeyReader reader;
  CHECK(Typed(reader, "a\x1b[1;5Zb\x1b[99~c\x1bxd\x02\x1c\xff\xc2\x9b") == "abcd<4>");
}

TEST_CASE("a paste brings its line breaks as text, and no keys") {
  KeyReader reader;
  CHECK(Typed(reader, "\x1b[200~one\r\ntwo\x03\rthree\x1b[201~\r") == "one\ntwo\nthree<1>");
}

TEST_CASE("the line is edited by the character, with its marks") {
  CHECK(Edited("abc\x1b[D\x1b[Dx") == "ax|bc");
  CHECK(Edited("ab\x7f") == "a|");
  CHECK(Edited("日本\x7f") == "日|");
  CHECK(Edited("e\xcc\x81z\x1b[D\x7f") == "|z");
  CHECK(Edited("one two  \x17") == "one |");
  CHECK(Edited("one two\x01\x0bthree") == "three|");
  CHECK(Edited("one\x1b[H\x1b[3~") == "|ne");
  CHECK(Edited("\x7f\x1b[D\x1b[3~") == "|");
}

TEST_CASE("a line longer than a message may be takes no more") {
  LineEditor line(4);
  CHECK(line.Press({Key::Kind::kText, "abc"}));
  CHECK_FALSE(line.Press({Key::Kind::kText, "日"}));
  CHECK(line.text() == "abc");
}

TEST_CASE("no row is wider than the terminal, at any size, and there are as many as it has") {
  WatchView view = SmallRoom();
  view.messages.back().message.body = std::string(300, 'x') + " 日本語日本語日本語 \x1b[2J\t tab";
  view.input = std::string(200, 'y') + "日";
  view.cursor = view.input.size();
  for (const int width : {1, 19, 20, 33, 80, 99, 100, 120, 250}) {
    for (const int height : {1, 7, 8, 24, 60}) {
      const Screen screen = Draw(view, {width, height, false});
      INFO(width << "x" << height);
      CHECK(screen.rows.size() == static_cast<size_t>(height));
      CHECK(screen.cursor_column < std::max(width, 1));
      for (const std::string& row : screen.rows) {
        CHECK(DisplayWidth(row) <= static_cast<size_t>(width));
        CHECK(row.find('\x1b') == std::string::npos);
      }
    }
  }
}

TEST_CASE("the newest messages are shown, older ones after scrolling, and never less than all") {
  WatchView view = SmallRoom();
  CHECK(Contains(WholeOf(Draw(view, {80, 24, false})), "message 30"));
  CHECK_FALSE(Contains(WholeOf(Draw(view, {80, 24, false})), "message 12\n"));
  view.scrolled = 10'000;
  const Screen top = Draw(view, {80, 24, false});
  CHECK(Contains(WholeOf(top), "message 1\n"));
  CHECK(Contains(WholeOf(top), "lines below"));
  CHECK(top.scrolled < 100);
}

TEST_CASE("a message's escape sequences are shown, not obeyed, with colours on") {
  WatchView view = SmallRoom();
  view.messages.back().message.body = "\x1b]0;title\x07\x1b[2Jgone";
  view.messages.back().message.from = "Da\x1b[31mrio";
  const std::string text = WholeOf(Draw(view, {80, 24, true}));
  CHECK(Contains(text, "\\u{1b}]0;title\\u{7}\\u{1b}[2Jgone"));
  CHECK_FALSE(Contains(text, "\x1b[2J"));
  CHECK_FALSE(Contains(text, "\x1b[31m"));
}

TEST_CASE("bodies are broken at spaces, long words anywhere, wide characters whole") {
  using Lines = std::vector<std::string>;
  CHECK(WrapBody("one two three", 7) == Lines{"one two", "three"});
  CHECK(WrapBody("abcdefghij", 4) == Lines{"abcd", "efgh", "ij"});
  CHECK(WrapBody("日本語", 3) == Lines{"日", "本", "語"});
  CHECK(WrapBody("a\r\n\nb", 9) == Lines{"a", "", "b"});
}

TEST_CASE("names in front of a line say whom it is for") {
  const auto split = [](const std::string& line) {
    const Addressing address = SplitAddress(line);
    std::string text;
    for (const std::string& name : address.to) text += name + "+";
    return text + address.body;
  };
  CHECK(split("@Sam please look") == "Sam+please look");
  CHECK(split(" @Sam, @Dario: hi") == "Sam+Dario+hi");
  CHECK(split("hi @Sam") == "hi @Sam");
  CHECK(split("@ Sam") == "@ Sam");
  CHECK(split("@Sam") == "Sam+");
}

}  // namespace
}  // namespace katra::cli::testing
