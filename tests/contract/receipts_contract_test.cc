// What every store promises of receipts, corrections and a backlog that is left behind.
#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                   // NOLINT: a test file
using namespace katra::store;            // NOLINT
using namespace katra::store::contract;  // NOLINT

namespace {

std::unique_ptr<Backend> Any() { return MakeBackend(GENERATE(from_range(BackendNames()))); }

Result<SayReceipt> Correct(Backend& backend, const Session& session, MessageId first,
                           const std::string& body) {
  SayRequest request;
  request.session = session.id;
  request.body = body;
  request.corrects = first;
  return backend.store().Say(request, CallContext{});
}

Result<ReceiptsReply> Ask(Backend& backend, const Session& session, MessageId message) {
  return backend.store().Receipts(session.id, message, CallContext{});
}

Receipt Of(Backend& backend, const Session& session, MessageId message,
           const std::string& persona) {
  const auto reply = Ask(backend, session, message);
  REQUIRE(reply);
  for (const Receipt& receipt : reply->receipts) {
    if (receipt.persona == persona) return receipt;
  }
  FAIL("no receipt of " << persona);
  return {};
}

Result<SkipReply> SkipAll(Backend& backend, const Session& session) {
  SkipRequest request;
  request.session = session.id;
  return backend.store().Skip(request, CallContext{});
}

Message InHistory(Backend& backend, const Session& session, MessageId id) {
  HistoryRequest request;
  request.session = session.id;
  request.after = id - 1;
  request.limit = 1;
  const auto reply = backend.store().History(request, CallContext{});
  REQUIRE(reply);
  REQUIRE(reply->hits.size() == 1);
  return reply->hits[0].message;
}

}  // namespace

TEST_CASE("a skipped backlog comes again if its digest was never acknowledged", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Say(*backend, dario, "one");
  Say(*backend, dario, "two");
  CHECK(SkipAll(*backend, sam)->skipped == 2);
  REQUIRE(backend->store().Undeliver(sam.id, "", CallContext{}));
  CHECK(SkipAll(*backend, sam)->skipped == 2);
  REQUIRE(backend->store().EndSession(sam.id, "crashed", CallContext{}));
  const HearReply again = Hear(*backend, Enter(*backend, "Sam"));
  CHECK(Bodies(again) == std::vector<std::string>{"one", "two"});
  CHECK(again.messages[0].redelivered);
}

TEST_CASE("a peek at a backlog moves nothing", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Say(*backend, dario, "one");
  SkipRequest peek;
  peek.session = sam.id;
  peek.peek = true;
  CHECK(backend->store().Skip(peek, CallContext{})->skipped == 1);
  CHECK(Bodies(Hear(*backend, sam)) == std::vector<std::string>{"one"});
}

TEST_CASE("a sender learns who was given a message, and who heard it when", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const MessageId id = Say(*backend, dario, "to all").id;
  CHECK(Of(*backend, dario, id, "Sam").state == ReceiptState::kWaiting);
  Hear(*backend, sam);
  CHECK(Of(*backend, dario, id, "Sam").state == ReceiptState::kGiven);
  CHECK_FALSE(Of(*backend, dario, id, "Sam").heard_at);
  backend->clock.Advance(std::chrono::minutes(1));
  const WallTime heard = backend->clock.Now();
  Hear(*backend, sam);
  backend->clock.Advance(std::chrono::minutes(1));
  Say(*backend, dario, "later");
  Hear(*backend, sam);
  Hear(*backend, sam);
  CHECK(Of(*backend, dario, id, "Sam").state == ReceiptState::kHeard);
  CHECK(Of(*backend, dario, id, "Sam").heard_at == heard);
  // Who came later was not among those who could hear it.
  Enter(*backend, "Charlie");
  CHECK(Ask(*backend, dario, id)->receipts.size() == 1);
}

TEST_CASE("receipts of a direct message name its recipients, and only its sender asks",
          "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Enter(*backend, "Charlie");
  const MessageId id = Say(*backend, dario, "for you", {"Sam"}).id;
  CHECK(Ask(*backend, dario, id)->receipts.size() == 1);
  CHECK(Of(*backend, dario, id, "Sam").state == ReceiptState::kWaiting);
  const auto refused = Ask(*backend, sam, id);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kPermissionDenied);
  CHECK(Ask(*backend, dario, 99).error().code == ErrorCode::kNotFound);
}

TEST_CASE("receipts tell a backlog that was left behind from a message that was heard",
          "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const MessageId first = Say(*backend, dario, "heard").id;
  Hear(*backend, sam);
  const MessageId second = Say(*backend, dario, "skipped").id;
  REQUIRE(SkipAll(*backend, sam));
  const MessageId third = Say(*backend, dario, "heard too").id;
  Hear(*backend, sam);
  Hear(*backend, sam);
  CHECK(Of(*backend, dario, first, "Sam").state == ReceiptState::kHeard);
  CHECK(Of(*backend, dario, second, "Sam").state == ReceiptState::kSkipped);
  CHECK(Of(*backend, dario, third, "Sam").state == ReceiptState::kHeard);
}

TEST_CASE("receipts tell when a session was woken for a waiting message", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const MessageId before = Say(*backend, dario, "before", {"Sam"}).id;
  Hear(*backend, sam);
  Hear(*backend, sam);
  backend->clock.Advance(std::chrono::minutes(1));
  const MessageId id = Say(*backend, dario, "wake up", {"Sam"}).id;
  REQUIRE(backend->store().NoteWoken(sam.id, id, CallContext{}));
  CHECK(Of(*backend, dario, id, "Sam").woken_at == backend->clock.Now());
  CHECK_FALSE(Of(*backend, dario, before, "Sam").woken_at);
}

TEST_CASE("who has not heard a message hears only its correction", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const Session charlie = Enter(*backend, "Charlie");
  const MessageId first = Say(*backend, dario, "port 80").id;
  Hear(*backend, charlie);
  const auto second = Correct(*backend, dario, first, "port 81");
  REQUIRE(second);
  const auto third = Correct(*backend, dario, second->id, "port 82");
  REQUIRE(third);
  const HearReply heard = Hear(*backend, sam);
  CHECK(Bodies(heard) == std::vector<std::string>{"port 82"});
  CHECK(heard.left == 0);
  CHECK(heard.messages[0].message.corrects == second->id);
  CHECK(heard.messages[0].message.reply_to == second->id);
  CHECK(Bodies(Hear(*backend, charlie)) == std::vector<std::string>{"port 82"});
  CHECK(Hear(*backend, sam).messages.empty());
  CHECK(InHistory(*backend, sam, first).corrected_by == second->id);
  CHECK(InHistory(*backend, sam, second->id).corrected_by == third->id);
}

TEST_CASE("a correction is the speaker's own, once, for the same listeners", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Enter(*backend, "Charlie");
  const MessageId first = Say(*backend, dario, "port 80", {"Sam"}).id;
  CHECK(Correct(*backend, sam, first, "no").error().code == ErrorCode::kInvalidArgument);
  CHECK(Correct(*backend, dario, 99, "no").error().code == ErrorCode::kNotFound);
  SayRequest request;
  request.session = dario.id;
  request.body = "no";
  request.corrects = first;
  request.to = {"Charlie"};
  CHECK(backend->store().Say(request, CallContext{}).error().code == ErrorCode::kInvalidArgument);
  request.to = {};
  request.room = "elsewhere";
  CHECK(backend->store().Say(request, CallContext{}).error().code == ErrorCode::kInvalidArgument);
  request.room = "";
  request.body = "port 81";
  request.idempotency_key = "k";
  const auto said = backend->store().Say(request, CallContext{});
  REQUIRE(said);
  REQUIRE(said->recipients.size() == 1);
  CHECK(said->recipients[0].name == "Sam");
  CHECK(backend->store().Say(request, CallContext{})->repeated);
  const auto again = Correct(*backend, dario, first, "port 82");
  REQUIRE_FALSE(again);
  CHECK(again.error().message.find("Correct #" + std::to_string(said->id)) != std::string::npos);
}

TEST_CASE("receipts do not claim that a message was heard which its correction hid", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Say(*backend, dario, "one");
  const MessageId hidden = Say(*backend, dario, "port 80").id;
  const MessageId three = Say(*backend, dario, "three").id;
  backend->clock.Advance(std::chrono::minutes(1));
  REQUIRE(Correct(*backend, dario, hidden, "port 81"));
  CHECK(Bodies(Hear(*backend, sam, "", 2)) == std::vector<std::string>{"one", "three"});
  CHECK(Of(*backend, dario, hidden, "Sam").with_correction);
  CHECK(Bodies(Hear(*backend, sam, "", 2)) == std::vector<std::string>{"port 81"});
  CHECK(Of(*backend, dario, hidden, "Sam").with_correction);
  CHECK_FALSE(Of(*backend, dario, three, "Sam").with_correction);
}

TEST_CASE("a correction goes to recipients who have retired since", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const MessageId first = Say(*backend, dario, "port 80", {"Sam"}).id;
  REQUIRE(backend->store().EndSession(sam.id, "done", CallContext{}));
  REQUIRE(backend->store().RetirePersona("Sam", CallContext{}));
  REQUIRE(Correct(*backend, dario, first, "port 81"));
  REQUIRE(backend->store().BringPersonaBack("Sam", CallContext{}));
  CHECK(Bodies(Hear(*backend, Enter(*backend, "Sam"))) == std::vector<std::string>{"port 81"});
}

TEST_CASE("receipts of merged personas say what either heard of a room, and no more of the rest",
          "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const Session nia = Enter(*backend, "Nia");
  const auto acknowledge = [&](const Session& session) {
    backend->clock.Advance(std::chrono::minutes(1));
    Hear(*backend, session);
    Hear(*backend, session);
    return backend->clock.Now();
  };
  const MessageId one = Say(*backend, dario, "one").id;
  const WallTime sams = acknowledge(sam);
  const MessageId two = Say(*backend, dario, "two").id;
  const WallTime nias = acknowledge(nia);
  const MessageId waiting = Say(*backend, dario, "for Sam", {"Sam"}).id;
  const MessageId other = Say(*backend, dario, "for Nia", {"Nia"}).id;
  acknowledge(nia);
  const MessageId none = Say(*backend, dario, "three").id;
  REQUIRE(backend->store().EndSession(sam.id, "done", CallContext{}));
  REQUIRE(backend->store().EndSession(nia.id, "done", CallContext{}));
  REQUIRE(backend->store().MergePersonas("Sam", "Nia", CallContext{}));
  CHECK(Of(*backend, dario, one, "Nia").heard_at == sams);
  CHECK(Of(*backend, dario, two, "Nia").heard_at == nias);
  CHECK(Of(*backend, dario, none, "Nia").state == ReceiptState::kWaiting);
  CHECK(Of(*backend, dario, waiting, "Nia").state != ReceiptState::kHeard);
  CHECK(Of(*backend, dario, other, "Nia").state != ReceiptState::kHeard);
  CHECK(Ask(*backend, dario, one)->receipts.size() == 1);
}

TEST_CASE("history shows what a message answers, and how many answer it", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const MessageId question = Say(*backend, dario, "which port?").id;
  SayRequest reply;
  reply.session = sam.id;
  reply.body = "80";
  reply.reply_to = question;
  const auto answer = backend->store().Say(reply, CallContext{});
  REQUIRE(answer);
  CHECK(InHistory(*backend, sam, question).replies == 1);
  const Message shown = InHistory(*backend, dario, answer->id);
  CHECK(shown.answers_from == "Dario");
  CHECK(shown.answers == "which port?");
  // Whoever may not see a direct answer does not count it.
  const Session charlie = Enter(*backend, "Charlie");
  reply.body = "81, but only for you";
  reply.to = {"Dario"};
  REQUIRE(backend->store().Say(reply, CallContext{}));
  CHECK(InHistory(*backend, dario, question).replies == 2);
  CHECK(InHistory(*backend, charlie, question).replies == 1);
}

TEST_CASE("a correction survives export and import", "[contract]") {
  auto from = Any();
  auto to = MakeBackend(BackendNames().front());
  const Session dario = Enter(*from, "Dario");
  const MessageId first = Say(*from, dario, "port 80").id;
  REQUIRE(Correct(*from, dario, first, "port 81"));
  std::vector<std::string> lines;
  REQUIRE(from->store().Export(
      ExportOptions{},
      [&](std::string_view line) -> Status {
        lines.emplace_back(line);
        return {};
      },
      CallContext{}));
  size_t next = 0;
  REQUIRE(to->store().Import(
      [&](std::string* line) -> Result<bool> {
        if (next == lines.size()) return false;
        *line = lines[next++];
        return true;
      },
      CallContext{}));
  const Session sam = Enter(*to, "Sam");
  CHECK(Bodies(Hear(*to, sam)) == std::vector<std::string>{"port 81"});
  CHECK(InHistory(*to, sam, 1).corrected_by == 2);
  const Session again = Enter(*to, "Dario");
  CHECK(Ask(*to, again, 1)->imported);
}
