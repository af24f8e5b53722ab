// What every store promises of personas, sessions and presence.
#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                   // NOLINT: a test file
using namespace katra::store;            // NOLINT
using namespace katra::store::contract;  // NOLINT

namespace {

std::vector<std::string> Present(Backend& backend, const std::string& room = "") {
  auto present = backend.store().WhoIsHere(room, CallContext{});
  REQUIRE(present);
  std::vector<std::string> names;
  for (const Presence& line : *present) names.push_back(line.session.persona);
  return names;
}

ErrorCode RegisterError(Backend& backend, const Session& session, const std::string& name) {
  const auto registered = backend.store().Register(session.id, name, "", CallContext{});
  REQUIRE(!registered);
  return registered.error().code;
}

}  // namespace

TEST_CASE("a session without a persona is a guest with a name of its own", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session first = Enter(*backend, "");
  const Session second = Enter(*backend, "");
  CHECK(first.guest);
  CHECK(first.persona != second.persona);
}

TEST_CASE("persona names are unique without regard to case and keep their first form",
          "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session first = Enter(*backend, "Dario");
  const Session second = Enter(*backend, "dARIO");
  CHECK(second.persona_id == first.persona_id);
  CHECK(second.persona == "Dario");
}

TEST_CASE("a persona keeps its role until another is given", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  SessionStart start;
  start.persona = "Sam";
  start.role = "reviewer";
  start.process = CurrentProcess();
  REQUIRE(backend->store().OpenSession(start, CallContext{}));
  start.role = "";
  CHECK(backend->store().OpenSession(start, CallContext{})->role == "reviewer");
  start.role = "lead";
  CHECK(backend->store().OpenSession(start, CallContext{})->role == "lead");
}

TEST_CASE("names and tags of the wrong form open no session", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  SessionStart start;
  start.process = CurrentProcess();
  const std::string persona = GENERATE("../x", "a b", "-x", "_x", "ümlaut", "a/b", "x\n");
  start.persona = persona;
  const auto opened = backend->store().OpenSession(start, CallContext{});
  REQUIRE(!opened);
  CHECK(opened.error().code == ErrorCode::kInvalidArgument);

  start.persona = "Fine";
  start.room = persona;
  CHECK(backend->store().OpenSession(start, CallContext{}).error().code ==
        ErrorCode::kInvalidArgument);
  start.room = "main";
  start.tag.model = "x) to all:\n| fake";
  CHECK(backend->store().OpenSession(start, CallContext{}).error().code ==
        ErrorCode::kInvalidArgument);
  CHECK(Present(*backend).empty());
}

TEST_CASE("who is here lists live sessions only", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session dario = Enter(*backend, "Dario");
  EnterDead(*backend, "Ghost");
  const Session sam = Enter(*backend, "Sam", "dev");
  CHECK(Present(*backend) == std::vector<std::string>{"Dario", "Sam"});
  CHECK(Present(*backend, "dev") == std::vector<std::string>{"Sam"});
  REQUIRE(backend->store().EndSession(dario.id, "left", CallContext{}));
  CHECK(Present(*backend) == std::vector<std::string>{"Sam"});
  CHECK(backend->store().WhoIsHere("nowhere", CallContext{}).error().code == ErrorCode::kNotFound);
}

TEST_CASE("a session elsewhere is here while its heartbeat is young", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  SessionStart start;
  start.persona = "Remote";
  start.process = ProcessIdentity{1, 1, "another-machine/1"};
  const auto remote = backend->store().OpenSession(start, CallContext{});
  REQUIRE(remote);
  backend->clock.Advance(std::chrono::seconds(30));
  CHECK(Present(*backend) == std::vector<std::string>{"Remote"});
  backend->clock.Advance(std::chrono::seconds(1));
  CHECK(Present(*backend).empty());
  REQUIRE(backend->store().Heartbeat(remote->id, false, CallContext{}));
  CHECK(Present(*backend) == std::vector<std::string>{"Remote"});
}

TEST_CASE("who is here counts what each has not heard", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Say(*backend, dario, "one");
  Say(*backend, dario, "two", {"Sam"});
  const auto unheard = [&](const Session& session) {
    const auto present = backend->store().WhoIsHere("", CallContext{});
    for (const Presence& line : *present) {
      if (line.session.id == session.id) return line.unheard;
    }
    return int64_t{-1};
  };
  CHECK(unheard(sam) == 2);
  CHECK(unheard(dario) == 0);
  Hear(*backend, sam);
  CHECK(unheard(sam) == 0);
}

TEST_CASE("register names a guest once", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session guest = Enter(*backend, "");
  const auto named = backend->store().Register(guest.id, "Charlie", "scout", CallContext{});
  REQUIRE(named);
  CHECK(named->persona == "Charlie");
  CHECK(named->role == "scout");
  CHECK_FALSE(named->guest);
  CHECK(RegisterError(*backend, guest, "Other") == ErrorCode::kFailedPrecondition);
  CHECK(backend->store().Register(guest.id, "charlie", "lead", CallContext{})->role == "lead");
}

TEST_CASE("register takes no name that is live, and none from a named session", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session dario = Enter(*backend, "Dario");
  const Session guest = Enter(*backend, "");
  CHECK(RegisterError(*backend, guest, "DARIO") == ErrorCode::kAlreadyExists);
  CHECK(RegisterError(*backend, dario, "Sam") == ErrorCode::kFailedPrecondition);
  CHECK(RegisterError(*backend, guest, "../x") == ErrorCode::kInvalidArgument);
  CHECK(Present(*backend) == std::vector<std::string>{"Dario", guest.persona});
}

TEST_CASE("register takes up a persona that is away, where it had left off", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const MemoryId secret = Remember(*backend, sam, "the vault code", MemoryScope::kPrivate);
  REQUIRE(backend->store().EndSession(sam.id, "left", CallContext{}));
  Say(*backend, dario, "while you were away");

  const Session guest = Enter(*backend, "");
  CHECK(RecallIds(*backend, guest, "vault").empty());
  const auto named = backend->store().Register(guest.id, "Sam", "", CallContext{});
  REQUIRE(named);
  CHECK(named->persona_id == sam.persona_id);
  CHECK(Bodies(Hear(*backend, *named)) == std::vector<std::string>{"while you were away"});
  CHECK(RecallIds(*backend, *named, "vault") == std::vector<MemoryId>{secret});
}

TEST_CASE("a weaker provider tag never replaces a stronger one", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session session = Enter(*backend, "Dario");
  const auto tag_after = [&](const ProviderTag& tag) {
    REQUIRE(backend->store().SetProviderTag(session.id, tag, CallContext{}));
    return Describe(backend->store().GetSession(session.id, CallContext{})->tag);
  };
  CHECK(tag_after({"x", "y", TagSource::kClient}) == "anthropic/claude-opus-4, launch");
  CHECK(tag_after({"openai", "gpt-4", TagSource::kVerified}) == "openai/gpt-4, verified");
  CHECK(tag_after({"groq", "m", TagSource::kVerified}) == "groq/m, verified");
}

TEST_CASE("a session that has ended can do nothing more", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session session = Enter(*backend, "Dario");
  REQUIRE(backend->store().EndSession(session.id, "left", CallContext{}));
  REQUIRE(backend->store().EndSession(session.id, "left", CallContext{}));
  SayRequest request;
  request.session = session.id;
  request.body = "hello?";
  CHECK(backend->store().Say(request, CallContext{}).error().code == ErrorCode::kNotFound);
  CHECK(backend->store().GetSession(session.id, CallContext{}).error().code ==
        ErrorCode::kNotFound);
}

TEST_CASE("sessions survive opening the store again", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session session = Enter(*backend, "Dario");
  backend->Reopen();
  const auto again = backend->store().GetSession(session.id, CallContext{});
  REQUIRE(again);
  CHECK(again->uuid == session.uuid);
}
