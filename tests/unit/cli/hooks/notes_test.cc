// The small files by which the hooks of one session know of each other.
#include "cli/hooks/notes.h"

#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

HookNotes Opened(const TestUser& user, const std::string& session) {
  auto notes = HookNotes::Open(user.home(), session);
  REQUIRE(notes);
  return std::move(*notes);
}

TEST_CASE("a note is read by the next hook of the same session alone") {
  const TestUser user;
  Opened(user, "s-1").SetStops(3);
  Opened(user, "s-1").SetAnnounced(41);
  CHECK(Opened(user, "s-1").stops() == 3);
  CHECK(Opened(user, "s-1").announced() == 41);
  CHECK(Opened(user, "s-2").stops() == 0);
  CHECK(Opened(user, "s-2").announced() == 0);
  CHECK(user.Mode("katra/run/hooks/s-1.stops") == 0600);
}

TEST_CASE("what is no number counts for none, and is written over") {
  struct Case {
    const char* text;
    int64_t read;
  };
  const Case cases[] = {{"", 0},     {"x", 0},   {"7\n", 7},
                        {"7 x", 7},  {"-2", -2}, {"99999999999999999999999", 0},
                        {" 7\n", 0}, {"0", 0}};
  for (const Case& one : cases) {
    INFO(one.text);
    TestUser user;
    user.Write("katra/run/hooks/s-1.stops", one.text);
    CHECK(Opened(user, "s-1").stops() == one.read);
    Opened(user, "s-1").SetStops(12);
    CHECK(Opened(user, "s-1").stops() == 12);
  }
}

TEST_CASE("one process waits for a session, and another session has its own wait") {
  const TestUser user;
  const HookNotes notes = Opened(user, "s-1");
  {
    const auto held = notes.LockWait();
    REQUIRE(held);
    const auto second = Opened(user, "s-1").LockWait();
    REQUIRE_FALSE(second);
    CHECK(second.error().code == ErrorCode::kUnavailable);
    CHECK(Opened(user, "s-2").LockWait());
  }
  CHECK(notes.LockWait());
}

TEST_CASE("notes go with their session, and those of sessions that are gone with the next start") {
  const TestUser user;
  for (const char* session : {"s-1", "s-2", "s-3"}) Opened(user, session).SetStops(1);
  static_cast<void>(Opened(user, "s-1").LockWait());
  Opened(user, "s-2").RemoveOthers({"s-1"});
  CHECK(user.Has("katra/run/hooks/s-1.stops"));
  CHECK(user.Has("katra/run/hooks/s-2.stops"));
  CHECK_FALSE(user.Has("katra/run/hooks/s-3.stops"));
  Opened(user, "s-1").Remove();
  CHECK(user.Files("katra/run/hooks") == std::vector<std::string>{"s-2.stops"});
}

TEST_CASE("notes are not kept where others may write") {
  const TestUser user;
  static_cast<void>(Opened(user, "s-1"));
  chmod(user.Path("katra/run/hooks").c_str(), 0777);
  const auto open = HookNotes::Open(user.home(), "s-1");
  REQUIRE_FALSE(open);
  CHECK(open.error().code == ErrorCode::kPermissionDenied);
}

}  // namespace
}  // namespace katra::cli::testing
