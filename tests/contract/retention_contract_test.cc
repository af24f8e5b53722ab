// What every store promises of rooms that do not keep messages forever.
#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                   // NOLINT: a test file
using namespace katra::store;            // NOLINT
using namespace katra::store::contract;  // NOLINT

namespace {

std::unique_ptr<Backend> Any() { return MakeBackend(GENERATE(from_range(BackendNames()))); }

constexpr std::chrono::hours kDay{24};

int64_t Tend(Backend& backend) {
  int64_t removed = 0;
  while (true) {
    const auto step = backend.store().Tend(CallContext{});
    REQUIRE(step);
    removed += step->messages_removed;
    if (!step->more) return removed;
  }
}

std::vector<std::string> History(Backend& backend, const Session& session,
                                 const std::string& query = "") {
  HistoryRequest request;
  request.session = session.id;
  request.query = query;
  request.limit = 200;
  const auto reply = backend.store().History(request, CallContext{});
  REQUIRE(reply);
  std::vector<std::string> bodies;
  for (const HistoryHit& hit : reply->hits) bodies.push_back(hit.message.body);
  return bodies;
}

void HearAll(Backend& backend, const Session& session) {
  Hear(backend, session, "", 200);
  Hear(backend, session, "", 200);
}

}  // namespace

TEST_CASE("without a setting, rooms keep everything", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  Say(*backend, dario, "one");
  Say(*backend, dario, "two");
  backend->clock.Advance(kDay * 10'000);
  CHECK(Tend(*backend) == 0);
  CHECK(History(*backend, dario) == std::vector<std::string>{"one", "two"});
}

TEST_CASE("a room removes messages that are old and that everybody has heard", "[contract]") {
  auto backend = Any();
  backend->retention.rooms["*"] = Retention::Days(7);
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Say(*backend, dario, "the first heron");
  Say(*backend, dario, "the second heron");
  HearAll(*backend, sam);
  Say(*backend, dario, "the third heron, unheard");
  HearAll(*backend, dario);
  backend->clock.Advance(kDay * 7);
  CHECK(Tend(*backend) == 0);
  backend->clock.Advance(std::chrono::milliseconds(1));
  CHECK(Tend(*backend) == 2);
  CHECK(History(*backend, dario) == std::vector<std::string>{"the third heron, unheard"});
  CHECK(History(*backend, dario, "heron").size() == 1);
  CHECK(Bodies(Hear(*backend, sam)) == std::vector<std::string>{"the third heron, unheard"});
  HearAll(*backend, sam);
  // The newest message of all stays, so that its number is not given again.
  CHECK(Tend(*backend) == 0);
  CHECK(Say(*backend, dario, "later").id == 4);
  CHECK(Tend(*backend) == 1);
  CHECK(backend->store().CheckIntegrity(CallContext{}));
}

TEST_CASE("a session that has not heard a message keeps it, and so does its recipient",
          "[contract]") {
  auto backend = Any();
  backend->retention.rooms["*"] = Retention::Days(7);
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const Session again = Enter(*backend, "Sam");
  const Session nia = Enter(*backend, "Nia");
  Say(*backend, dario, "to all");
  Say(*backend, dario, "for Nia", {"Nia"});
  Say(*backend, dario, "the newest");
  HearAll(*backend, sam);
  HearAll(*backend, dario);
  backend->clock.Advance(kDay * 8);
  CHECK(Tend(*backend) == 0);
  HearAll(*backend, again);
  CHECK(Tend(*backend) == 0);
  REQUIRE(backend->store().EndSession(nia.id, "left", CallContext{}));
  REQUIRE(backend->store().RetirePersona("Nia", CallContext{}));
  // The room does not wait for a retired persona; its mail does.
  CHECK(Tend(*backend) == 1);
  REQUIRE(backend->store().BringPersonaBack("Nia", CallContext{}));
  const Session back = Enter(*backend, "Nia");
  CHECK(Bodies(Hear(*backend, back)) == std::vector<std::string>{"for Nia", "the newest"});
  HearAll(*backend, back);
  CHECK(Tend(*backend) == 1);
  CHECK(backend->store().CheckIntegrity(CallContext{}));
}

TEST_CASE("rooms have their own times, in small steps, and the search stays right", "[contract]") {
  auto backend = Any();
  backend->retention.rooms["builds"] = Retention::Days(7);
  backend->retention.rooms["main"] = std::nullopt;
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  for (int i = 0; i < 120; ++i) {
    Say(*backend, dario, "heron " + std::to_string(i), {}, "builds");
    if (i % 10 == 0) Say(*backend, dario, "heron for Sam " + std::to_string(i), {"Sam"}, "builds");
    if (i % 10 == 5) Say(*backend, dario, "heron in main " + std::to_string(i));
  }
  HearAll(*backend, sam);
  backend->clock.Advance(kDay * 8);
  for (int i = 0; i < 5; ++i)
    Say(*backend, dario, "young heron " + std::to_string(i), {}, "builds");
  CHECK(backend->store().Tend(CallContext{})->messages_removed <= 50);
  Tend(*backend);
  CHECK(backend->store().CheckIntegrity(CallContext{}));
  HistoryRequest request;
  request.session = sam.id;
  request.room = "*";
  request.query = "heron";
  request.limit = 200;
  const auto found = backend->store().History(request, CallContext{});
  REQUIRE(found);
  CHECK(found->hits.size() == 12 + 5);
  const auto rooms = backend->store().ListRooms(CallContext{});
  REQUIRE(rooms);
  for (const RoomSummary& room : *rooms) {
    if (room.name == "builds") CHECK(room.messages == 5);
    if (room.name == "main") CHECK(room.messages == 12);
  }
}

TEST_CASE("a removed message leaves no receipt, and its key is free", "[contract]") {
  auto backend = Any();
  backend->retention.rooms["main"] = Retention::Days(7);
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  SayRequest request;
  request.session = dario.id;
  request.body = "once";
  request.idempotency_key = "k";
  const auto first = backend->store().Say(request, CallContext{});
  REQUIRE(first);
  SayRequest reply;
  reply.session = sam.id;
  reply.body = "an answer";
  reply.reply_to = first->id;
  REQUIRE(backend->store().Say(reply, CallContext{}));
  HearAll(*backend, sam);
  HearAll(*backend, dario);
  backend->clock.Advance(kDay * 8);
  CHECK(Tend(*backend) == 1);
  CHECK(backend->store().Receipts(dario.id, first->id, CallContext{}).error().code ==
        ErrorCode::kNotFound);
  CHECK(History(*backend, dario) == std::vector<std::string>{"an answer"});
  const auto again = backend->store().Say(request, CallContext{});
  REQUIRE(again);
  CHECK_FALSE(again->repeated);
}
