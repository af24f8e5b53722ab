// What every store promises of names, lists and what is left behind.
#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                   // NOLINT: a test file
using namespace katra::store;            // NOLINT
using namespace katra::store::contract;  // NOLINT

namespace {

std::unique_ptr<Backend> Any() { return MakeBackend(GENERATE(from_range(BackendNames()))); }

Result<SayReceipt> TrySay(Backend& backend, const Session& session, const std::string& body,
                          const std::string& room = "", const std::vector<std::string>& to = {}) {
  SayRequest request;
  request.session = session.id;
  request.body = body;
  request.room = room;
  request.to = to;
  return backend.store().Say(request, CallContext{});
}

}  // namespace

TEST_CASE("M13 what shows nothing is no message and no memory", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  for (const std::string blank :
       {" ", "\t\r\n", "\u00A0\u3000", "\u200B\u2060\uFEFF", "\n\n\n", " \u2028\u00AD "}) {
    CHECK(TrySay(*backend, sam, blank).error().code == ErrorCode::kInvalidArgument);
    RememberRequest request;
    request.session = sam.id;
    request.content = blank;
    CHECK(backend->store().Remember(request, CallContext{}).error().code ==
          ErrorCode::kInvalidArgument);
  }
  CHECK(TrySay(*backend, sam, " . "));
}

TEST_CASE("M13 a message is for a hundred at most, however they are named", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  Enter(*backend, "Dario");
  CHECK(TrySay(*backend, sam, "x", "", std::vector<std::string>(101, "Dario")).error().code ==
        ErrorCode::kInvalidArgument);
  CHECK(TrySay(*backend, sam, "x", "", std::vector<std::string>(100, "Dario")));
}

TEST_CASE("M15 no new room has a name that means everybody or nobody", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  for (const std::string room :
       {"all", "Everyone", "HERE", "nobody", "null", "a1l", "every-body"}) {
    INFO(room);
    const auto refused = TrySay(*backend, sam, "to whom?", room);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kInvalidArgument);
    SessionStart start;
    start.persona = "Dario";
    start.room = room;
    start.process = CurrentProcess();
    CHECK_FALSE(backend->store().OpenSession(start, CallContext{}));
  }
  for (const std::string room : {"tools", "system", "users", "allgemein", "hall"}) {
    CHECK(TrySay(*backend, sam, "hello", room));
  }
}

TEST_CASE("M13 a room that only guests were in has nobody in it, and says so", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  CHECK_FALSE(TrySay(*backend, sam, "first")->gone_guests);
  const Session guest = Enter(*backend, "");
  CHECK(TrySay(*backend, sam, "second")->recipients.size() == 1);
  REQUIRE(backend->store().EndSession(guest.id, "left", CallContext{}));
  const auto said = TrySay(*backend, sam, "third");
  CHECK(said->recipients.empty());
  CHECK(said->gone_guests);
}

TEST_CASE("guests whose sessions have ended are in no list, and keep their words", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Session guest = Enter(*backend, "");
  Say(*backend, guest, "I was here");
  const auto names = [&] {
    std::vector<std::string> all;
    const auto personas = backend->store().ListPersonas(CallContext{});
    for (const Persona& one : *personas) all.push_back(one.name);
    return all;
  };
  CHECK(names() == std::vector<std::string>{"Sam", guest.persona});
  REQUIRE(backend->store().EndSession(guest.id, "left", CallContext{}));
  CHECK(names() == std::vector<std::string>{"Sam"});
  const auto unknown = TrySay(*backend, sam, "x", "", {"Zacharias"});
  CHECK(unknown.error().message.find(guest.persona) == std::string::npos);
  CHECK(Hear(*backend, sam).messages.at(0).message.from == guest.persona);
  HistoryRequest history;
  history.session = sam.id;
  history.from = guest.persona;
  CHECK(backend->store().History(history, CallContext{})->hits.size() == 1);
}

Result<SkipReply> SkipTo(Backend& backend, const Session& session, MessageId through) {
  SkipRequest request;
  request.session = session.id;
  request.through = through;
  return backend.store().Skip(request, CallContext{});
}

TEST_CASE("a backlog that is left behind is told in sum and never comes again", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Session dario = Enter(*backend, "Dario");
  const Session charlie = Enter(*backend, "Charlie");
  for (int i = 0; i < 300; ++i) Say(*backend, dario, "news " + std::to_string(i));
  Say(*backend, charlie, "@samuel is somebody else");
  const MessageId named = Say(*backend, charlie, "look at this, @sam: urgent").id;
  const MessageId direct = Say(*backend, charlie, "for you alone", {"Sam"}).id;
  Say(*backend, sam, "my own words");
  const auto skipped = SkipTo(*backend, sam, 0);
  REQUIRE(skipped);
  CHECK(skipped->skipped == 303);
  REQUIRE(skipped->speakers.size() == 2);
  CHECK(skipped->speakers[0].name == "Dario");
  CHECK(skipped->speakers[0].messages == 300);
  CHECK(skipped->speakers[1].messages == 3);
  REQUIRE(skipped->naming.size() == 2);
  CHECK(skipped->naming[0].id == named);
  CHECK(skipped->naming[1].id == direct);
  CHECK(Hear(*backend, sam).messages.empty());
  Say(*backend, dario, "after");
  CHECK(Bodies(Hear(*backend, sam)) == std::vector<std::string>{"after"});
  REQUIRE(backend->store().EndSession(sam.id, "left", CallContext{}));
  CHECK(Hear(*backend, Enter(*backend, "Sam")).messages.size() <= 1);
}

TEST_CASE("a backlog may be left behind in part, and nothing goes back", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Session dario = Enter(*backend, "Dario");
  Say(*backend, dario, "one");
  const MessageId two = Say(*backend, dario, "two").id;
  Say(*backend, dario, "three");
  CHECK(SkipTo(*backend, sam, two)->skipped == 2);
  CHECK(SkipTo(*backend, sam, two)->skipped == 0);
  const auto behind = SkipTo(*backend, sam, 1);
  REQUIRE_FALSE(behind);
  CHECK(behind.error().code == ErrorCode::kInvalidArgument);
  CHECK(behind.error().message.find("given everything up to #" + std::to_string(two)) !=
        std::string::npos);
  const auto ahead = SkipTo(*backend, sam, 99);
  REQUIRE_FALSE(ahead);
  CHECK(ahead.error().message.find("the newest message is #3") != std::string::npos);
  CHECK(Bodies(Hear(*backend, sam)) == std::vector<std::string>{"three"});
  SkipRequest nowhere;
  nowhere.session = sam.id;
  nowhere.room = "nowhere";
  CHECK(backend->store().Skip(nowhere, CallContext{}).error().code == ErrorCode::kNotFound);
}
