// What the keys of the list of sessions ask for, and what they refuse.
#include "cli/watch/session_keys.h"

#include "tests/support/cpp/catch.h"

namespace katra::cli::testing {
namespace {

using Words = std::vector<std::string>;

ShownSession Of(const std::string& persona, int64_t id, bool started, bool attachable) {
  ShownSession session;
  session.presence.session.persona = persona;
  session.presence.session.id = id;
  session.started = started;
  session.attachable = attachable;
  return session;
}

struct Screenful {
  SessionKeys keys;
  WatchView view;

  Screenful() {
    view.present = {Of("Ada", 1, false, false), Of("Bo", 2, true, false), Of("Cy", 3, true, true)};
  }
  // Types; a key's kind, or text. What the last key asked for.
  std::optional<SessionWish> Type(const std::string& text) {
    std::optional<SessionWish> wish;
    for (const char c : text) wish = Press({Key::Kind::kText, std::string(1, c)});
    return wish;
  }
  std::optional<SessionWish> Press(const Key& key) {
    auto wish = keys.Press(key, view.present);
    keys.Fill(&view);
    return wish;
  }
  std::optional<SessionWish> Press(Key::Kind kind) { return Press(Key{kind, {}}); }
};

TEST_CASE("Tab gives the keys to the list and takes them back") {
  Screenful with;
  with.keys.Fill(&with.view);
  CHECK_FALSE(with.keys.active());
  CHECK_FALSE(with.view.chosen);
  CHECK(with.view.prompt == "> ");
  with.Press(Key::Kind::kTab);
  CHECK(with.keys.active());
  CHECK(with.view.chosen == 0U);
  with.Press(Key::Kind::kTab);
  CHECK_FALSE(with.keys.active());
  CHECK_FALSE(with.view.chosen);
}

TEST_CASE("the mark moves within the list and stays with its session") {
  Screenful with;
  with.Press(Key::Kind::kTab);
  with.Press(Key::Kind::kUp);
  CHECK(with.view.chosen == 0U);
  with.Press(Key::Kind::kDown);
  with.Press(Key::Kind::kDown);
  with.Press(Key::Kind::kDown);
  CHECK(with.view.chosen == 2U);
  with.view.present.insert(with.view.present.begin(), Of("Al", 9, false, false));
  with.keys.Fill(&with.view);
  CHECK(with.view.chosen == 3U);
  with.view.present.resize(2);
  with.keys.Fill(&with.view);
  CHECK(with.view.chosen == 0U);
  with.view.present.clear();
  with.keys.Fill(&with.view);
  CHECK_FALSE(with.view.chosen);
  CHECK_FALSE(with.Type("as"));
}

TEST_CASE("several sessions of one persona can all be reached") {
  Screenful with;
  with.view.present = {Of("Ada", 1, false, false), Of("Ada", 2, true, true),
                       Of("Bo", 3, true, true)};
  with.Press(Key::Kind::kTab);
  with.Press(Key::Kind::kDown);
  CHECK(with.view.chosen == 1U);
  with.Press(Key::Kind::kDown);
  CHECK(with.view.chosen == 2U);
}

TEST_CASE("only a session in tmux is attached to, and only a started one is stopped") {
  Screenful with;
  with.Press(Key::Kind::kTab);
  CHECK_FALSE(with.Type("a"));
  CHECK(with.view.help == "Ada was not started by katra start: go to its terminal");
  CHECK_FALSE(with.Type("s"));
  CHECK(with.view.help == "Ada was not started by katra start: end it in its terminal");
  with.Press(Key::Kind::kDown);
  CHECK_FALSE(with.Press(Key::Kind::kEnter));
  CHECK(with.view.help == "Bo runs in a terminal: go there");
  with.Press(Key::Kind::kDown);
  const auto wish = with.Press(Key::Kind::kEnter);
  REQUIRE(wish);
  CHECK(wish->kind == SessionWish::Kind::kAttach);
  CHECK(wish->persona == "Cy");
}

TEST_CASE("a session is stopped only after y") {
  Screenful with;
  with.Press(Key::Kind::kTab);
  with.Press(Key::Kind::kDown);
  CHECK_FALSE(with.Type("s"));
  CHECK(with.view.prompt == "stop Bo? y stops it ");
  CHECK_FALSE(with.Type("n"));
  CHECK(with.view.prompt == "sessions ");
  const auto wish = with.Type("sy");
  REQUIRE(wish);
  CHECK(wish->kind == SessionWish::Kind::kStop);
  CHECK(wish->persona == "Bo");
}

TEST_CASE("a session is started with what is typed") {
  Screenful with;
  with.Press(Key::Kind::kTab);
  CHECK_FALSE(with.Type("nSam  --provider openai as"));
  CHECK(with.view.input == "Sam  --provider openai as");
  const auto wish = with.Press(Key::Kind::kEnter);
  REQUIRE(wish);
  CHECK(wish->kind == SessionWish::Kind::kStart);
  CHECK(wish->arguments == Words{"--persona", "Sam", "--provider", "openai", "as"});
  CHECK(StartArguments("--persona Kim") == Words{"--persona", "Kim"});
  CHECK(StartArguments("  ").empty());
  with.Type("n");
  CHECK_FALSE(with.Press(Key::Kind::kEnter));
  with.Press(Key::Kind::kTab);
  CHECK_FALSE(with.keys.active());
}

}  // namespace
}  // namespace katra::cli::testing
