// A home with records of sessions and sessions in the room, as `katra start`, clients and people
// leave them. Knows no command.
#pragma once

#include <string>

#include "cli/sessions/records.h"
#include "tests/support/cpp/catch.h"
#include "tests/unit/cli/sessions/child.h"
#include "tests/unit/cli/test_user.h"

namespace katra::cli::testing {

class SessionRoom {
 public:
  TestUser user;

  [[nodiscard]] Records records() const {
    auto records = Records::Open(user.home());
    REQUIRE(records);
    return std::move(*records);
  }
  SessionRecord NewRecord(const std::string& persona, const ProcessIdentity& process) {
    SessionRecord record;
    record.persona = persona;
    record.provider = "anthropic";
    record.client = "claude";
    record.router = "none";
    record.folder = user.Path("work");
    record.process = process;
    record.host = HostName();
    record.started_at = user.clock.Now();
    return record;
  }
  SessionRecord Save(SessionRecord record) {
    REQUIRE(records().Save(record));
    return record;
  }
  SessionRecord Find(const std::string& persona) {
    const auto record = records().Find(persona);
    REQUIRE(record);
    return *record;
  }
  // On a machine that cannot be looked at.
  SessionRecord SaveElsewhere(const std::string& persona) {
    SessionRecord record = NewRecord(persona, {12, 34, "other-boot/4026"});
    record.host = "build-1";
    return Save(record);
  }
  // Before the machine was restarted.
  SessionRecord SaveInterrupted(const std::string& persona) {
    return Save(NewRecord(persona, {12, 34, "old-boot/4026"}));
  }

  // In the room, as a client's server opens it.
  store::Session Enter(const std::string& persona, const ProcessIdentity& process,
                       const std::string& client = "claude-code",
                       const std::string& conversation = "") {
    store::SessionStart start;
    start.persona = persona;
    start.tag = {"anthropic", "claude-opus-4-8", store::TagSource::kLaunch};
    start.client = client;
    start.client_session_id = conversation;
    start.working_folder = user.Path("work");
    start.process = process;
    auto session = store().OpenSession(start, {});
    REQUIRE(session);
    return *session;
  }
  store::Store& store() {
    if (!store_) {
      auto opened = store::OpenStore(user.home(), {&user.clock, &user.random}, {});
      REQUIRE(opened);
      store_ = *opened;
    }
    return *store_;
  }
  [[nodiscard]] bool IsHere(const std::string& persona) {
    const auto live = store().LiveSessions({persona, {}}, {});
    REQUIRE(live);
    return !live->empty();
  }

 private:
  std::shared_ptr<store::Store> store_;
};

}  // namespace katra::cli::testing
