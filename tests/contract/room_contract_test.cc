// What every store promises of saying, hearing and looking back.
#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                   // NOLINT: a test file
using namespace katra::store;            // NOLINT
using namespace katra::store::contract;  // NOLINT

using Texts = std::vector<std::string>;

namespace {

std::unique_ptr<Backend> Any() { return MakeBackend(GENERATE(from_range(BackendNames()))); }

Result<SayReceipt> TrySay(Backend& backend, const Session& session, const std::string& body,
                          const Texts& to = {}, const std::string& room = "",
                          std::optional<MessageId> reply_to = {}, const std::string& key = "") {
  return backend.store().Say(SayRequest{session.id, room, body, to, reply_to, key}, CallContext{});
}

Texts Page(Backend& backend, HistoryRequest request) {
  const auto page = backend.store().History(request, CallContext{});
  INFO((page ? std::string() : page.error().message));
  REQUIRE(page);
  Texts bodies;
  for (const HistoryHit& hit : page->hits) bodies.push_back(hit.message.body);
  return bodies;
}

}  // namespace

TEST_CASE("hear returns what was said since the session came, oldest first, never its own words",
          "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Say(*backend, dario, "one");
  Say(*backend, sam, "mine");
  Say(*backend, dario, "two");
  CHECK(Bodies(Hear(*backend, sam)) == Texts{"one", "two"});
  CHECK(Bodies(Hear(*backend, sam)).empty());
  CHECK(Bodies(Hear(*backend, dario)) == Texts{"mine"});
}

TEST_CASE("hear gives at most limit messages and says how many are left", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  for (int i = 0; i < 7; ++i) Say(*backend, dario, std::to_string(i));
  const HearReply first = Hear(*backend, sam, "", 5);
  CHECK(Bodies(first) == Texts{"0", "1", "2", "3", "4"});
  CHECK(first.left == 2);
  CHECK(Bodies(Hear(*backend, sam, "", 5)) == Texts{"5", "6"});
}

TEST_CASE("hear keeps its reply within a size but always gives one message", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const std::string large(40'000, 'x');
  Say(*backend, dario, large);
  Say(*backend, dario, large);
  HearRequest request;
  request.session = sam.id;
  request.max_body_bytes = 1000;
  CHECK(backend->store().Hear(request, CallContext{})->messages.size() == 1);
  CHECK(backend->store().Hear(request, CallContext{})->messages.size() == 1);
  CHECK(backend->store().Hear(request, CallContext{})->messages.empty());
}

TEST_CASE("a peek changes nothing", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Say(*backend, dario, "one");
  HearRequest peek;
  peek.session = sam.id;
  peek.peek = true;
  CHECK(Bodies(*backend->store().Hear(peek, CallContext{})) == Texts{"one"});
  CHECK(Bodies(*backend->store().Hear(peek, CallContext{})) == Texts{"one"});
  const HearReply heard = Hear(*backend, sam);
  REQUIRE(heard.messages.size() == 1);
  CHECK_FALSE(heard.messages[0].redelivered);
}

TEST_CASE("a session that dies before it acknowledges hears again, marked", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Say(*backend, dario, "one");
  Hear(*backend, sam);
  Say(*backend, dario, "two");
  CHECK(Bodies(Hear(*backend, sam)) == Texts{"two"});  // acknowledges "one"
  REQUIRE(backend->store().EndSession(sam.id, "died", CallContext{}));
  Say(*backend, dario, "three");

  const HearReply again = Hear(*backend, Enter(*backend, "Sam"));
  REQUIRE(Bodies(again) == Texts{"two", "three"});
  CHECK(again.messages[0].redelivered);
  CHECK_FALSE(again.messages[1].redelivered);
}

TEST_CASE("only what the client can have received is acknowledged", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const MessageId one = Say(*backend, dario, "one").id;
  Say(*backend, dario, "two");
  Hear(*backend, sam);
  HearRequest request;
  request.session = sam.id;
  request.acknowledge_through = one;
  CHECK(backend->store().Hear(request, CallContext{})->messages.empty());
  REQUIRE(backend->store().EndSession(sam.id, "died", CallContext{}));
  CHECK(Bodies(Hear(*backend, Enter(*backend, "Sam"))) == Texts{"two"});
}

TEST_CASE("what was taken back is heard again by the same session", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Say(*backend, dario, "one");
  Say(*backend, dario, "for you", {"Sam"});
  Hear(*backend, sam);
  REQUIRE(backend->store().Undeliver(sam.id, "", CallContext{}));
  const HearReply again = Hear(*backend, sam);
  REQUIRE(Bodies(again) == Texts{"one", "for you"});
  CHECK(again.messages[0].redelivered);
}

TEST_CASE("two live sessions of one persona both hear everything", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session first = Enter(*backend, "Sam");
  const Session second = Enter(*backend, "Sam");
  Say(*backend, dario, "one");
  Say(*backend, dario, "two", {"Sam"});
  CHECK(Bodies(Hear(*backend, first)) == Texts{"one", "two"});
  Hear(*backend, first);
  const HearReply heard = Hear(*backend, second);
  REQUIRE(Bodies(heard) == Texts{"one", "two"});
  CHECK_FALSE(heard.messages[0].redelivered);
}

TEST_CASE("a newcomer hears the last twenty as history and how many came before", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  for (int i = 1; i <= 25; ++i) Say(*backend, dario, std::to_string(i));
  Say(*backend, dario, "aside", {Enter(*backend, "Lead").persona});
  const Session sam = Enter(*backend, "Sam");
  Say(*backend, dario, "fresh");
  const HearReply heard = Hear(*backend, sam);
  REQUIRE(heard.messages.size() == 21);
  CHECK(heard.messages.front().message.body == "6");
  CHECK(heard.messages.front().history);
  CHECK(heard.messages[19].history);
  CHECK(heard.messages.back().message.body == "fresh");
  CHECK_FALSE(heard.messages.back().history);
  CHECK(heard.earlier == 5);
}

TEST_CASE("a newcomer hears all that is said after it came, however much", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  for (int i = 0; i < 60; ++i) Say(*backend, dario, std::to_string(i));
  CHECK(Hear(*backend, sam).messages.size() == 50);
  CHECK(Hear(*backend, sam).messages.size() == 10);
}

TEST_CASE("rooms are apart, and come to be when someone says something there", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  HearRequest early;
  early.session = sam.id;
  early.room = "dev";
  CHECK(backend->store().Hear(early, CallContext{}).error().code == ErrorCode::kNotFound);
  Say(*backend, dario, "in dev", {}, "dev");
  CHECK(Bodies(Hear(*backend, sam)).empty());
  CHECK(Bodies(Hear(*backend, sam, "DEV")) == Texts{"in dev"});
  Say(*backend, dario, "more", {}, "dev");
  CHECK(Bodies(Hear(*backend, sam, "dev")) == Texts{"more"});
}

TEST_CASE("a direct message reaches the named wherever they listen, and nobody else",
          "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const Session eve = Enter(*backend, "Eve");
  const SayReceipt receipt = Say(*backend, dario, "psst", {"sam", "SAM", "Dario"}, "dev");
  REQUIRE(receipt.recipients.size() == 1);
  CHECK(receipt.recipients[0].name == "Sam");
  CHECK(receipt.recipients[0].live);
  const HearReply heard = Hear(*backend, sam);
  REQUIRE(Bodies(heard) == Texts{"psst"});
  CHECK(heard.messages[0].direct);
  CHECK(heard.messages[0].message.room == "dev");
  CHECK(heard.messages[0].message.to == Texts{"Sam"});
  CHECK(Bodies(Hear(*backend, eve)).empty());
  CHECK(Bodies(Hear(*backend, eve, "dev")).empty());

  HistoryRequest look;
  look.room = "*";
  look.session = eve.id;
  CHECK(Page(*backend, look).empty());
  look.query = "psst";
  CHECK(Page(*backend, look).empty());
  look.session = sam.id;
  CHECK(Page(*backend, look) == Texts{"psst"});
  look.session = dario.id;
  CHECK(Page(*backend, look) == Texts{"psst"});
}

TEST_CASE("a direct message waits for a persona that is away", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  REQUIRE(backend->store().EndSession(Enter(*backend, "Sam").id, "left", CallContext{}));
  const SayReceipt receipt = Say(*backend, dario, "later", {"Sam"});
  CHECK_FALSE(receipt.recipients[0].live);
  CHECK(Bodies(Hear(*backend, Enter(*backend, "Sam"))) == Texts{"later"});
}

TEST_CASE("say tells who can hear it now and who is away", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  Enter(*backend, "Sam");
  EnterDead(*backend, "Ghost");
  Enter(*backend, "Elsewhere", "dev");
  const SayReceipt receipt = Say(*backend, dario, "hello");
  REQUIRE(receipt.recipients.size() == 2);
  CHECK(receipt.recipients[0].name == "Sam");
  CHECK(receipt.recipients[0].live);
  CHECK(receipt.recipients[1].name == "Ghost");
  CHECK_FALSE(receipt.recipients[1].live);
}

TEST_CASE("what cannot be said is refused, and nothing is kept of it", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  Enter(*backend, "Charlie");
  const auto code = [](const Result<SayReceipt>& said) {
    REQUIRE(!said);
    return said.error().code;
  };
  CHECK(code(TrySay(*backend, dario, "")) == ErrorCode::kInvalidArgument);
  CHECK(code(TrySay(*backend, dario, std::string(65'537, 'x'))) == ErrorCode::kInvalidArgument);
  CHECK(code(TrySay(*backend, dario, std::string("a\0b", 3))) == ErrorCode::kInvalidArgument);
  CHECK(code(TrySay(*backend, dario, "\xff")) == ErrorCode::kInvalidArgument);
  CHECK(code(TrySay(*backend, dario, "x", {}, "../etc")) == ErrorCode::kInvalidArgument);
  CHECK(code(TrySay(*backend, dario, "x", {"Dario"})) == ErrorCode::kInvalidArgument);
  CHECK(code(TrySay(*backend, dario, "x", {}, "new", 99)) == ErrorCode::kNotFound);
  const auto unknown = TrySay(*backend, dario, "x", {"Charly"}, "new");
  CHECK(code(unknown) == ErrorCode::kNotFound);
  CHECK(unknown.error().message.find("Charlie") != std::string::npos);
  CHECK(backend->store().ListRooms(CallContext{})->size() == 1);
  CHECK(backend->store().Info(CallContext{})->messages == 0);
  CHECK(TrySay(*backend, dario, std::string(65'536, 'x')));
}

TEST_CASE("saying again under the same key returns the first message", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const auto first = TrySay(*backend, dario, "once", {}, "", {}, "key");
  const auto second = TrySay(*backend, dario, "once", {}, "", {}, "key");
  REQUIRE(first);
  REQUIRE(second);
  CHECK(second->id == first->id);
  CHECK(second->repeated);
  CHECK(TrySay(*backend, dario, "other", {}, "", {}, "key").error().code ==
        ErrorCode::kInvalidArgument);
  CHECK(TrySay(*backend, sam, "once", {}, "", {}, "key")->id != first->id);
  CHECK(Bodies(Hear(*backend, sam)) == Texts{"once"});
}

TEST_CASE("a reply names only a message that its speaker may see", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const Session eve = Enter(*backend, "Eve");
  const MessageId secret = Say(*backend, dario, "psst", {"Sam"}).id;
  CHECK(TrySay(*backend, eve, "I know", {}, "", secret).error().code == ErrorCode::kNotFound);
  CHECK(TrySay(*backend, sam, "yes", {}, "", secret));
}

TEST_CASE("history pages backwards and forwards", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  std::vector<MessageId> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(Say(*backend, dario, std::to_string(i)).id);
  HistoryRequest request;
  request.session = dario.id;
  request.limit = 2;
  CHECK(Page(*backend, request) == Texts{"3", "4"});
  CHECK(backend->store().History(request, CallContext{})->more);
  request.before = ids[3];
  CHECK(Page(*backend, request) == Texts{"1", "2"});
  request.before.reset();
  request.after = ids[1];
  CHECK(Page(*backend, request) == Texts{"2", "3"});
  request.from = "Dario";
  CHECK(Page(*backend, request) == Texts{"2", "3"});
  request.room = "nowhere";
  CHECK(backend->store().History(request, CallContext{}).error().code == ErrorCode::kNotFound);
}

TEST_CASE("a second process sees what the first committed, in the same order", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  auto other = backend->OpenAnother();
  const auto said = other->Say(SayRequest{sam.id, "", "from there", {}, {}, ""}, CallContext{});
  REQUIRE(said);
  Say(*backend, dario, "from here");
  HearRequest request;
  request.session = dario.id;
  CHECK(Bodies(*other->Hear(request, CallContext{})) == Texts{"from there"});
  CHECK(Bodies(Hear(*backend, dario)).empty());
}

TEST_CASE("a write that was cancelled before its turn changes nothing", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const std::atomic<bool> cancelled{true};
  CallContext context;
  context.cancelled = &cancelled;
  const auto said =
      backend->store().Say(SayRequest{dario.id, "", "never mind", {}, {}, ""}, context);
  REQUIRE(!said);
  CHECK(said.error().code == ErrorCode::kCancelled);
  Say(*backend, dario, "still here");
  CHECK(backend->store().Info(CallContext{})->messages == 1);
}
