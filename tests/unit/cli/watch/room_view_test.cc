// What `katra watch` knows of the room: what is new, what counts as heard, and who can hear the
// user.
#include "cli/watch/room_view.h"

#include "tests/unit/cli/sessions/session_room.h"

namespace katra::cli::testing {
namespace {

class Watching : public SessionRoom {
 public:
  Watching() {
    dario = Enter("Dario", CurrentProcess());
    context_.emplace(user.Make());
  }
  void Say(const std::string& body, const std::vector<std::string>& to = {},
           const std::string& room = "") {
    store::SayRequest request;
    request.session = dario.id;
    request.body = body;
    request.to = to;
    request.room = room;
    REQUIRE(store().Say(request, {}));
  }
  RoomView& View() {
    if (!view_) {
      Speaker speaker;
      speaker.persona = "lead";
      auto begun = CommandSession::Begin(*context_, speaker, UnknownPersona::kCreate, kWatchClient);
      REQUIRE(begun);
      session_ = std::move(*begun);
      view_.emplace(*session_, *context_);
    }
    return *view_;
  }
  // The bodies that are shown after another look.
  std::vector<std::string> Shown() {
    REQUIRE(View().Refresh());
    WatchView view;
    View().Fill(&view);
    std::vector<std::string> bodies;
    for (const ShownMessage& shown : view.messages) bodies.push_back(shown.message.body);
    present = view.present;
    new_from = 0;
    for (const ShownMessage& shown : view.messages) {
      if (shown.message.id == view.new_from) new_from = shown.message.id;
    }
    return bodies;
  }
  [[nodiscard]] int64_t Unheard() {
    const auto here = store().WhoIsHere({}, {});
    REQUIRE(here);
    for (const store::Presence& one : *here) {
      if (one.session.persona == "lead") return one.unheard;
    }
    return -1;
  }

  store::Session dario;
  std::vector<ShownSession> present;
  store::MessageId new_from = 0;

 private:
  std::optional<Context> context_;
  std::unique_ptr<CommandSession> session_;
  std::optional<RoomView> view_;
};

using Bodies = std::vector<std::string>;

TEST_CASE("what was said before and what is said meanwhile is shown once, in order") {
  Watching room;
  room.Say("before");
  CHECK(room.Shown() == Bodies{"before"});
  room.Say("new");
  room.Say("newer");
  CHECK(room.Shown() == Bodies{"before", "new", "newer"});
  CHECK(room.Shown() == Bodies{"before", "new", "newer"});
}

TEST_CASE("what is shown counts as heard, and what was said for the user elsewhere is shown too") {
  Watching room;
  CHECK(room.Shown().empty());
  room.Say("to all");
  room.Say("to you alone", {"lead"}, "attic");
  room.Say("to all there", {}, "attic");
  CHECK(room.Unheard() > 0);
  CHECK(room.Shown() == Bodies{"to all", "to you alone"});
  CHECK(room.Unheard() == 0);
}

TEST_CASE("those beside the user are here, and the user's own screen is not") {
  Watching room;
  room.Shown();
  REQUIRE(room.present.size() == 1);
  CHECK(room.present.front().presence.session.persona == "Dario");
}

TEST_CASE("a line is said to all, or to those that it names, and nothing is said for nothing") {
  Watching room;
  room.Shown();
  const auto all = room.View().Say("good morning");
  REQUIRE(all);
  CHECK(Contains(*all, "Dario"));
  REQUIRE(room.View().Say("@Dario, please look"));
  CHECK(room.Shown() == Bodies{"good morning", "please look"});
  const auto nobody = room.View().Say("@Nobody hello");
  REQUIRE_FALSE(nobody);
  CHECK(Contains(nobody.error().message, "Nobody"));
  CHECK_FALSE(room.View().Say("@Dario"));
  CHECK_FALSE(room.View().Say("  "));
  CHECK(room.Shown().size() == 2);
}

TEST_CASE("what came since the user last looked is new, and the user's own words are not") {
  Watching room;
  room.Say("before");
  room.Shown();
  CHECK(room.new_from == 0);  // all of it is new to a newcomer
  room.Say("one");
  room.Say("two");
  room.Shown();
  CHECK(room.new_from == 2);
  room.Say("three");
  room.Shown();
  CHECK(room.new_from == 2);  // nobody has looked meanwhile
  room.View().Seen();
  REQUIRE(room.View().Say("mine"));
  room.Shown();
  CHECK(room.new_from == 2);
  room.Say("five");
  room.Shown();
  CHECK(room.new_from == 6);
}

TEST_CASE("a person is called for a session that begins to wait, and for words to them alone") {
  Watching room;
  room.Say("before", {});
  room.Shown();
  CHECK(room.View().TakeCall().empty());
  room.Say("to all");
  room.Shown();
  CHECK(room.View().TakeCall().empty());
  room.Say("to you", {"lead"});
  room.Shown();
  CHECK(room.View().TakeCall() == "Dario speaks to you");
  CHECK(room.View().TakeCall().empty());
  const auto becomes = [&](store::Activity activity) {
    REQUIRE(room.store().SetActivity(room.dario.id, activity, {}));
    room.Shown();
    return room.View().TakeCall();
  };
  CHECK(becomes(store::Activity::kWaiting) == "Dario waits for you");
  CHECK(becomes(store::Activity::kWaiting).empty());
  CHECK(becomes(store::Activity::kWorking).empty());
  CHECK(becomes(store::Activity::kWaiting) == "Dario waits for you");
}

TEST_CASE("what katra start has started is shown before it has connected, and can be stopped") {
  Watching room;
  const Child child;
  SessionRecord kim = room.NewRecord("Kim", child.identity());
  kim.tmux_session = "katra-Kim";
  room.Save(kim);
  room.Save(room.NewRecord("Dario", child.identity()));
  room.Save(room.NewRecord("Ended", EndedProcess()));
  room.Shown();
  REQUIRE(room.present.size() == 2);
  CHECK(room.present[0].presence.session.persona == "Dario");
  CHECK(room.present[0].started);
  CHECK_FALSE(room.present[0].attachable);
  CHECK(room.present[1].presence.session.persona == "Kim");
  CHECK(room.present[1].presence.session.id == 0);
  CHECK(room.present[1].attachable);
}

TEST_CASE("of a long history the newest messages are kept") {
  Watching room;
  room.Say("first");
  CHECK(room.Shown().size() == 1);
  for (int i = 0; i < 520; ++i) room.Say("more " + std::to_string(i));
  const Bodies shown = room.Shown();
  CHECK(shown.size() == 500);
  CHECK(shown.front() == "more 20");
  CHECK(shown.back() == "more 519");
}

}  // namespace
}  // namespace katra::cli::testing
