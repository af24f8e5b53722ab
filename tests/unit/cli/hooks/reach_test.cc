// When a sender is told that nothing wakes an idle session, and when that is not known.
#include "cli/hooks/reach.h"

#include "cli/hooks/notes.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {
namespace {

TEST_CASE(
    "only a session that is idle for some time and that nothing has woken is called unwoken") {
  TestUser user;
  store::Session session;
  session.uuid = "01a22208-1658-717e-9d63-2acca76485ab";
  session.started_at = user.clock.Now();
  session.activity = store::Activity::kIdle;
  const auto unwoken = [&] { return IsIdleUnwoken(session, user.Make()); };
  CHECK_FALSE(unwoken());  // its hooks may still be starting
  user.clock.Advance(std::chrono::minutes(1));
  CHECK(unwoken());
  session.activity = store::Activity::kWorking;
  CHECK_FALSE(unwoken());
  session.activity = store::Activity::kUnknown;
  CHECK_FALSE(unwoken());
  session.activity = store::Activity::kIdle;
  const auto notes = HookNotes::Open(user.home(), session.uuid);
  REQUIRE(notes);
  {
    const auto waiting = notes->LockWait();
    REQUIRE(waiting);
    CHECK_FALSE(unwoken());
    CHECK(ReachOf(session, user.Make()) == Reach::kWoken);
  }
  // It has just been woken, and its turn has not begun.
  CHECK_FALSE(unwoken());
  CHECK(ReachOf(session, user.Make()) == Reach::kTurns);
  CHECK(Describe(Reach::kTurns, store::Activity::kIdle) == "at its next prompt");
  CHECK(Describe(Reach::kTurns, store::Activity::kWorking) == "at its next tool call");
}

}  // namespace
}  // namespace katra::cli::testing
