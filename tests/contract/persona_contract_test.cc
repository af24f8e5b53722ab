// What every store promises of personas that come and go.
#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                   // NOLINT: a test file
using namespace katra::store;            // NOLINT
using namespace katra::store::contract;  // NOLINT

using Lines = std::vector<std::string>;

namespace {

std::unique_ptr<Backend> Any() { return MakeBackend(GENERATE(from_range(BackendNames()))); }

void Leave(Backend& backend, const Session& session) {
  REQUIRE(backend.store().EndSession(session.id, "left", CallContext{}));
}

void Retire(Backend& backend, const std::string& name) {
  const Status retired = backend.store().RetirePersona(name, CallContext{});
  INFO((retired ? "" : retired.error().message));
  REQUIRE(retired);
}

Result<SayReceipt> TrySay(Backend& backend, const Session& session, const std::string& to,
                          const std::string& key = "") {
  SayRequest request;
  request.session = session.id;
  request.body = "hello";
  request.to = {to};
  request.idempotency_key = key;
  return backend.store().Say(request, CallContext{});
}

Persona Find(Backend& backend, const std::string& name) {
  const auto personas = backend.store().ListPersonas(CallContext{});
  REQUIRE(personas);
  for (const Persona& persona : *personas) {
    if (persona.name == name) return persona;
  }
  return {};
}

Lines Names(const SayReceipt& receipt) {
  Lines names;
  for (const Recipient& one : receipt.recipients) names.push_back(one.name);
  return names;
}

}  // namespace

TEST_CASE("a retired persona gets no mail and is no recipient", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const auto keyed = TrySay(*backend, dario, "Sam", "k");
  REQUIRE(keyed);
  Leave(*backend, sam);
  CHECK(Names(Say(*backend, dario, "to all")) == Lines{"Sam"});
  Retire(*backend, "sam");
  CHECK(Names(Say(*backend, dario, "to all")).empty());
  const auto refused = TrySay(*backend, dario, "Sam");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kFailedPrecondition);
  CHECK(refused.error().message.find("katra persona return Sam") != std::string::npos);
  CHECK(Find(*backend, "Sam").retired_at);
  SECTION("a repeated call from before is answered all the same") {
    const auto again = TrySay(*backend, dario, "Sam", "k");
    REQUIRE(again);
    CHECK(again->repeated);
    CHECK(again->id == keyed->id);
  }
  SECTION("retiring it again changes nothing") {
    const auto at = Find(*backend, "Sam").retired_at;
    backend->clock.Advance(std::chrono::hours(1));
    Retire(*backend, "Sam");
    CHECK(Find(*backend, "Sam").retired_at == at);
  }
  SECTION("its name is suggested to nobody") {
    const auto missed = TrySay(*backend, dario, "Samm");
    REQUIRE_FALSE(missed);
    CHECK(missed.error().message.find("mean Sam") == std::string::npos);
  }
}

TEST_CASE("what a retired persona said and remembered stays its own", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Say(*backend, sam, "the bell rings twice");
  const MemoryId kept = Remember(*backend, sam, "the bell is in the tower");
  Leave(*backend, sam);
  Retire(*backend, "Sam");
  CHECK(RecallIds(*backend, dario, "bell tower") == std::vector<MemoryId>{kept});
  CHECK(backend->store().GetMemory(dario.id, kept, CallContext{})->author == "Sam");
  HistoryRequest request;
  request.session = dario.id;
  request.from = "Sam";
  const auto history = backend->store().History(request, CallContext{});
  REQUIRE(history);
  REQUIRE(history->hits.size() == 1);
  CHECK(history->hits[0].message.from == "Sam");
}

TEST_CASE("a persona with a live session is not retired, a dead session does not count",
          "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Status refused = backend->store().RetirePersona("Sam", CallContext{});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kFailedPrecondition);
  CHECK(refused.error().message.find("katra stop Sam") != std::string::npos);
  const auto other = backend->OpenAnother();
  CHECK_FALSE(other->RetirePersona("Sam", CallContext{}));
  EnterDead(*backend, "Eve");
  CHECK(backend->store().RetirePersona("Eve", CallContext{}));
  CHECK(backend->store().RetirePersona("Nobody-here", CallContext{}).error().code ==
        ErrorCode::kNotFound);
  const Session guest = Enter(*backend, "");
  CHECK(backend->store().RetirePersona(guest.persona, CallContext{}).error().code ==
        ErrorCode::kFailedPrecondition);
}

TEST_CASE("what was said while a persona was retired is history when it comes back", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  Session sam = Enter(*backend, "Sam");
  Say(*backend, dario, "heard before");
  CHECK(Bodies(Hear(*backend, sam)) == Lines{"heard before"});
  Hear(*backend, sam);
  Say(*backend, dario, "direct, not heard yet", {"Sam"});
  Leave(*backend, sam);
  Retire(*backend, "Sam");
  for (int i = 1; i <= 25; ++i) Say(*backend, dario, "away " + std::to_string(i));

  SECTION("by starting") { sam = Enter(*backend, "Sam"); }
  SECTION("by registering") {
    const Session guest = Enter(*backend, "");
    const auto named = backend->store().Register(guest.id, "Sam", "", CallContext{});
    REQUIRE(named);
    sam = *named;
  }
  SECTION("by command, and then starting") {
    REQUIRE(backend->store().BringPersonaBack("Sam", CallContext{}));
    sam = Enter(*backend, "Sam");
  }
  CHECK_FALSE(Find(*backend, "Sam").retired_at);
  Say(*backend, dario, "new");
  const HearReply heard = Hear(*backend, sam);
  REQUIRE(heard.messages.size() == 22);
  CHECK(heard.messages[0].message.body == "direct, not heard yet");
  CHECK_FALSE(heard.messages[0].history);
  CHECK(heard.messages[1].message.body == "away 6");
  CHECK(heard.messages[1].history);
  CHECK(heard.messages[20].message.body == "away 25");
  CHECK(heard.messages[20].history);
  CHECK(heard.messages[21].message.body == "new");
  CHECK_FALSE(heard.messages[21].history);
  CHECK(Hear(*backend, sam).messages.empty());
}

TEST_CASE("coming back repeats nothing that was heard", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Say(*backend, dario, "one");
  Hear(*backend, sam);
  Hear(*backend, sam);
  Leave(*backend, sam);
  Retire(*backend, "Sam");
  const Session again = Enter(*backend, "Sam");
  CHECK(again.persona_id == sam.persona_id);
  CHECK(Hear(*backend, again).messages.empty());
}

TEST_CASE("a command does not bring a retired persona back by itself", "[contract]") {
  auto backend = Any();
  Leave(*backend, Enter(*backend, "Sam"));
  Retire(*backend, "Sam");
  SessionStart start;
  start.persona = "Sam";
  start.comes_back = false;
  start.process = CurrentProcess();
  const auto refused = backend->store().OpenSession(start, CallContext{});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kFailedPrecondition);
  CHECK(Find(*backend, "Sam").retired_at);
}

TEST_CASE("a persona retires itself, and its session goes on as a guest", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Say(*backend, dario, "before");
  CHECK(backend->store().RetireOwnPersona(sam.id, "Dario", CallContext{}).error().code ==
        ErrorCode::kInvalidArgument);
  const auto guest = backend->store().RetireOwnPersona(sam.id, "sam", CallContext{});
  REQUIRE(guest);
  CHECK(guest->id == sam.id);
  CHECK(guest->guest);
  CHECK(guest->persona != "Sam");
  CHECK(Find(*backend, "Sam").retired_at);
  CHECK(Hear(*backend, *guest).messages.empty());
  CHECK(Names(Say(*backend, dario, "after")) == Lines{guest->persona});
  CHECK(Bodies(Hear(*backend, *guest)) == Lines{"after"});
  CHECK(backend->store().RetireOwnPersona(sam.id, guest->persona, CallContext{}).error().code ==
        ErrorCode::kFailedPrecondition);
  const auto back = backend->store().Register(sam.id, "Sam", "", CallContext{});
  REQUIRE(back);
  CHECK(Bodies(Hear(*backend, *back)) == Lines{"before", "after"});
}

TEST_CASE("a persona with a second live session does not retire itself", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Session second = Enter(*backend, "Sam");
  CHECK(backend->store().RetireOwnPersona(sam.id, "Sam", CallContext{}).error().code ==
        ErrorCode::kFailedPrecondition);
  CHECK_FALSE(Find(*backend, "Sam").retired_at);
  Leave(*backend, second);
  CHECK(backend->store().RetireOwnPersona(sam.id, "Sam", CallContext{}));
}

TEST_CASE("a guest that has left gets no mail and is in no list", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session guest = Enter(*backend, "");
  CHECK(TrySay(*backend, dario, guest.persona));
  Leave(*backend, guest);
  const auto refused = TrySay(*backend, dario, guest.persona);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kNotFound);
  CHECK(refused.error().message.find("does not come back") != std::string::npos);
  CHECK(Find(*backend, guest.persona).name.empty());
  CHECK(Names(Say(*backend, dario, "to all")).empty());
}

TEST_CASE("a renamed persona keeps all that is its own, and its old name leads to it",
          "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const MemoryId secret =
      Remember(*backend, sam, "the key is under the mat", MemoryScope::kPrivate);
  Say(*backend, sam, "I was Sam");
  Say(*backend, dario, "for you", {"Sam"});
  CHECK(backend->store().RenamePersona("Sam", "Nia", CallContext{}).error().code ==
        ErrorCode::kFailedPrecondition);
  Leave(*backend, sam);
  REQUIRE(backend->store().RenamePersona("sam", "Nia", CallContext{}));

  const Session nia = Enter(*backend, "Sam");
  CHECK(nia.persona == "Nia");
  CHECK(nia.persona_id == sam.persona_id);
  CHECK(RecallIds(*backend, nia, "key mat") == std::vector<MemoryId>{secret});
  CHECK(Bodies(Hear(*backend, nia)) == Lines{"for you"});
  CHECK(Bodies(Hear(*backend, dario)) == Lines{"I was Sam"});
  CHECK(Names(*TrySay(*backend, dario, "Sam")) == Lines{"Nia"});
  const auto profile = backend->store().ShowPersona("sam", CallContext{});
  REQUIRE(profile);
  CHECK(profile->persona.name == "Nia");
  CHECK(profile->persona.live);
  CHECK(profile->earlier_names == Lines{"Sam"});
  CHECK(profile->messages == 1);
  CHECK(profile->memories == 1);
}

TEST_CASE("a persona is renamed only to a name that is free", "[contract]") {
  auto backend = Any();
  Leave(*backend, Enter(*backend, "Sam"));
  Leave(*backend, Enter(*backend, "Dario"));
  const auto code = [&](const std::string& from, const std::string& to) {
    const Status renamed = backend->store().RenamePersona(from, to, CallContext{});
    return renamed ? ErrorCode::kInternal : renamed.error().code;
  };
  CHECK(code("Sam", "dario") == ErrorCode::kAlreadyExists);
  CHECK(code("Sam", "everyone") == ErrorCode::kInvalidArgument);
  CHECK(code("Sam", "../x") == ErrorCode::kInvalidArgument);
  CHECK(code("Nobody-here", "Nia") == ErrorCode::kNotFound);
  CHECK(backend->store().RenamePersona("Sam", "SAM", CallContext{}));
  CHECK(backend->store().ShowPersona("sam", CallContext{})->persona.name == "SAM");
  CHECK(backend->store().ShowPersona("sam", CallContext{})->earlier_names.empty());
  CHECK(backend->store().RenamePersona("Sam", "Nia", CallContext{}));
  CHECK(code("Dario", "Sam") == ErrorCode::kAlreadyExists);
  CHECK(backend->store().RenamePersona("Nia", "Sam", CallContext{}));
  CHECK(backend->store().ShowPersona("nia", CallContext{})->earlier_names == Lines{"Nia"});
}

TEST_CASE("after a merge, one persona has what both had", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const Session nia = Enter(*backend, "Nia");
  Say(*backend, sam, "the anvil is red");
  Say(*backend, sam, "only for Dario: the anvil is hot", {"Dario"});
  Say(*backend, dario, "to both of you", {"Sam", "Nia"});
  Say(*backend, dario, "to Sam alone", {"Sam"});
  const MemoryId of_sam = Remember(*backend, sam, "the anvil weighs a ton", MemoryScope::kPrivate);
  const MemoryId of_nia = Remember(*backend, nia, "the anvil is mine", MemoryScope::kPrivate);
  CHECK(Bodies(Hear(*backend, nia)) == Lines{"the anvil is red", "to both of you"});
  Hear(*backend, nia);
  CHECK(backend->store().MergePersonas("Sam", "Nia", CallContext{}).error().code ==
        ErrorCode::kFailedPrecondition);
  Leave(*backend, sam);
  CHECK(backend->store().MergePersonas("Sam", "Nia", CallContext{}).error().code ==
        ErrorCode::kFailedPrecondition);
  Leave(*backend, nia);

  const auto merged = backend->store().MergePersonas("sam", "nia", CallContext{});
  INFO((merged ? "" : merged.error().message));
  REQUIRE(merged);
  CHECK(merged->into == "Nia");
  CHECK(merged->messages == 2);
  CHECK(merged->memories == 1);
  CHECK(Find(*backend, "Sam").name.empty());
  CHECK(backend->store().CheckIntegrity(CallContext{}));

  const Session both = Enter(*backend, "Sam");
  CHECK(both.persona == "Nia");
  CHECK(both.persona_id == nia.persona_id);
  CHECK(RecallIds(*backend, both, "anvil").size() == 2);
  CHECK(backend->store().GetMemory(both.id, of_sam, CallContext{})->author == "Nia");
  CHECK(backend->store().GetMemory(both.id, of_nia, CallContext{})->author == "Nia");
  const HearReply heard = Hear(*backend, both);
  REQUIRE(heard.messages.size() == 2);
  CHECK(heard.messages[0].message.body == "to both of you");
  CHECK(heard.messages[0].redelivered);
  CHECK(heard.messages[1].message.body == "to Sam alone");

  HistoryRequest request;
  request.session = both.id;
  request.query = "anvil";
  request.from = "Nia";
  CHECK(backend->store().History(request, CallContext{})->hits.size() == 2);
  request.from = "Dario";
  const auto own = backend->store().History(request, CallContext{});
  for (const HistoryHit& hit : own->hits) {
    CHECK(hit.message.from == "Dario");
  }
  request.session = dario.id;
  request.from = "sam";
  const auto seen = backend->store().History(request, CallContext{});
  REQUIRE(seen->hits.size() == 2);
  CHECK(seen->hits[0].message.from == "Nia");
}

TEST_CASE("a merge hides from others what was hidden before", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Leave(*backend, Enter(*backend, "Nia"));
  const Session eve = Enter(*backend, "Eve");
  Say(*backend, dario, "the anvil is secret", {"Sam"});
  Remember(*backend, sam, "the anvil is hidden", MemoryScope::kPrivate);
  Leave(*backend, sam);
  REQUIRE(backend->store().MergePersonas("Sam", "Nia", CallContext{}));
  CHECK(RecallIds(*backend, eve, "anvil").empty());
  HistoryRequest request;
  request.session = eve.id;
  request.query = "anvil";
  CHECK(backend->store().History(request, CallContext{})->hits.empty());
}

TEST_CASE("two names of one persona are not merged", "[contract]") {
  auto backend = Any();
  Leave(*backend, Enter(*backend, "Sam"));
  REQUIRE(backend->store().RenamePersona("Sam", "Nia", CallContext{}));
  CHECK(backend->store().MergePersonas("Sam", "Nia", CallContext{}).error().code ==
        ErrorCode::kInvalidArgument);
}

TEST_CASE("keys, usage and earlier names follow a merge", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const auto keyed = TrySay(*backend, sam, "Dario", "k");
  REQUIRE(keyed);
  UsageRecord record;
  record.persona = "Sam";
  record.provider = "p";
  record.model = "m";
  record.request_id = "r";
  record.at = backend->clock.Now();
  REQUIRE(backend->store().RecordUsage({record}, CallContext{}));
  Leave(*backend, sam);
  Leave(*backend, Enter(*backend, "Nia"));
  REQUIRE(backend->store().RenamePersona("Sam", "Samuel", CallContext{}));
  REQUIRE(backend->store().MergePersonas("Samuel", "Nia", CallContext{}));
  const Session nia = Enter(*backend, "Sam");
  CHECK(nia.persona == "Nia");
  const auto again = TrySay(*backend, nia, "Dario", "k");
  REQUIRE(again);
  CHECK(again->repeated);
  CHECK(again->id == keyed->id);
  CHECK(backend->store().ShowPersona("nia", CallContext{})->earlier_names ==
        Lines{"Sam", "Samuel"});
  const auto usage = backend->store().LatestUsage({}, CallContext{});
  REQUIRE(usage);
  REQUIRE(usage->size() == 1);
  CHECK(usage->front().persona == "Nia");
}

TEST_CASE("an export carries retirement and earlier names, and importing it again changes nothing",
          "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  Say(*backend, sam, "hello");
  Remember(*backend, sam, "the bell is blue");
  Leave(*backend, sam);
  std::vector<std::string> before;
  std::vector<std::string> lines;
  const auto into = [](std::vector<std::string>* list) {
    return [list](std::string_view line) -> Status {
      list->emplace_back(line);
      return {};
    };
  };
  const auto from = [](const std::vector<std::string>& list) {
    return [&list, at = size_t{0}](std::string* line) mutable -> Result<bool> {
      if (at == list.size()) return false;
      *line = list[at++];
      return true;
    };
  };
  REQUIRE(backend->store().Export({}, into(&before), CallContext{}));
  REQUIRE(backend->store().RenamePersona("Sam", "Nia", CallContext{}));
  Retire(*backend, "Nia");
  REQUIRE(backend->store().Export({}, into(&lines), CallContext{}));

  const auto own = backend->store().Import(from(before), CallContext{});
  INFO((own ? "" : own.error().message));
  REQUIRE(own);
  CHECK(own->skipped == 2);
  CHECK(own->refused == 0);
  CHECK(own->personas == 0);

  auto other = Any();
  REQUIRE(other->store().Import(from(lines), CallContext{}));
  const auto profile = other->store().ShowPersona("sam", CallContext{});
  REQUIRE(profile);
  CHECK(profile->persona.name == "Nia");
  CHECK(profile->persona.retired_at);
  CHECK(profile->earlier_names == Lines{"Sam"});
  CHECK(other->store().Import(from(lines), CallContext{})->skipped == 2);
}
