// What every store promises of calls that come again, of the same words, and of versions one of
// which goes. The ids in the names are cases of the field (docs/dev/testing.md).
#include <functional>

#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                   // NOLINT: a test file
using namespace katra::store;            // NOLINT
using namespace katra::store::contract;  // NOLINT

using Ids = std::vector<MemoryId>;

namespace {

std::unique_ptr<Backend> Any() { return MakeBackend(GENERATE(from_range(BackendNames()))); }

RememberRequest Note(const Session& session, const std::string& content, MemoryId supersedes = 0) {
  RememberRequest request;
  request.session = session.id;
  request.content = content;
  if (supersedes != 0) request.supersedes = supersedes;
  return request;
}

MemoryId Keep(Backend& backend, const RememberRequest& request) {
  const auto kept = backend.store().Remember(request, CallContext{});
  INFO((kept ? "" : kept.error().message));
  REQUIRE(kept);
  return kept->id;
}

Memory Get(Backend& backend, const Session& session, MemoryId id) {
  const auto memory = backend.store().GetMemory(session.id, id, CallContext{});
  REQUIRE(memory);
  return *memory;
}

// Three versions of the port.
struct Chain {
  explicit Chain(Backend& backend, const Session& session)
      : first(Keep(backend, Note(session, "the port is 1111"))),
        second(Keep(backend, Note(session, "the port is 2222", first))),
        third(Keep(backend, Note(session, "the port is 3333", second))) {}
  MemoryId first;
  MemoryId second;
  MemoryId third;
};

}  // namespace

TEST_CASE("M1 a chain of versions closes over one that is forgotten or erased", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Chain chain(*backend, sam);
  const bool erased = GENERATE(false, true);
  if (erased) {
    REQUIRE(backend->store().Purge(chain.second, CallContext{}));
  } else {
    REQUIRE(backend->store().Forget(sam.id, chain.second, "", CallContext{}));
  }
  CHECK(RecallIds(*backend, sam, "port") == Ids{chain.third});
  CHECK(Get(*backend, sam, chain.third).supersedes == chain.first);
  CHECK(Get(*backend, sam, chain.first).superseded_by == chain.third);
  REQUIRE(backend->store().Forget(sam.id, chain.third, "", CallContext{}));
  CHECK(RecallIds(*backend, sam, "port") == Ids{chain.first});
  CHECK_FALSE(Get(*backend, sam, chain.first).superseded_by);
}

TEST_CASE("M1 the oldest version may go, and several next to each other", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Chain chain(*backend, sam);
  const MemoryId fourth = Keep(*backend, Note(sam, "the port is 4444", chain.third));
  REQUIRE(backend->store().Forget(sam.id, chain.second, "", CallContext{}));
  REQUIRE(backend->store().Forget(sam.id, chain.third, "", CallContext{}));
  CHECK(RecallIds(*backend, sam, "port") == Ids{fourth});
  CHECK(Get(*backend, sam, fourth).supersedes == chain.first);
  REQUIRE(backend->store().Forget(sam.id, chain.first, "", CallContext{}));
  CHECK(RecallIds(*backend, sam, "port") == Ids{fourth});
  CHECK_FALSE(Get(*backend, sam, fourth).supersedes);
  CHECK(backend->store().CheckIntegrity(CallContext{}));
}

TEST_CASE("M1 a version of one session only leaves the chain when its session ends", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Session brief = Enter(*backend, "Sam");
  const MemoryId first = Keep(*backend, Note(sam, "the port is 1111"));
  RememberRequest passing = Note(brief, "the port is 2222", first);
  passing.session_only = true;
  const MemoryId second = Keep(*backend, passing);
  const MemoryId third = Keep(*backend, Note(sam, "the port is 3333", second));
  REQUIRE(backend->store().EndSession(brief.id, "left", CallContext{}));
  CHECK(RecallIds(*backend, sam, "port") == Ids{third});
  CHECK(Get(*backend, sam, third).supersedes == first);
}

TEST_CASE("M1 a shared version does not tell the others of the private one that it replaced",
          "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Session eve = Enter(*backend, "Eve");
  RememberRequest hidden = Note(sam, "the draft");
  hidden.scope = MemoryScope::kPrivate;
  const MemoryId draft = Keep(*backend, hidden);
  const MemoryId shared = Keep(*backend, Note(sam, "the release", draft));
  CHECK(Get(*backend, sam, shared).supersedes == draft);
  CHECK_FALSE(Get(*backend, eve, shared).supersedes);
}

TEST_CASE("M5 M15 a memory's key is for one memory in all that it says", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const MemoryId older = Keep(*backend, Note(sam, "an older one"));
  RememberRequest first = Note(sam, "the build needs ninja");
  first.idempotency_key = "k";
  first.tags = {"Build", "b"};
  const MemoryId id = Keep(*backend, first);
  RememberRequest same = first;
  same.tags = {"build", " b ", "BUILD"};
  CHECK(Keep(*backend, same) == id);

  using Change = std::function<void(RememberRequest&)>;
  const std::vector<Change> changes = {
      [](RememberRequest& r) { r.content = "the build needs make"; },
      [](RememberRequest& r) { r.reasoning = "it is faster"; },
      [](RememberRequest& r) { r.kind = MemoryKind::kDecision; },
      [](RememberRequest& r) { r.scope = MemoryScope::kPrivate; },
      [](RememberRequest& r) { r.tags = {"other"}; },
      [](RememberRequest& r) { r.importance = 1; },
      [](RememberRequest& r) { r.session_only = true; },
      [older](RememberRequest& r) { r.supersedes = older; }};
  for (size_t i = 0; i < changes.size(); ++i) {
    INFO("change " << i);
    RememberRequest other = first;
    changes[i](other);
    const auto refused = backend->store().Remember(other, CallContext{});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kInvalidArgument);
    CHECK(refused.error().message.find("#" + std::to_string(id)) != std::string::npos);
  }
  CHECK(backend->store().Info(CallContext{})->memories == 2);
}

TEST_CASE("M5 a key whose memory was forgotten or erased is free again", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  RememberRequest request = Note(sam, "the build needs ninja");
  request.idempotency_key = "k";
  const MemoryId first = Keep(*backend, request);
  REQUIRE(backend->store().Forget(sam.id, first, "", CallContext{}));
  request.content = "the build needs make";
  const MemoryId second = Keep(*backend, request);
  CHECK(second != first);
  CHECK(RecallIds(*backend, sam, "build") == Ids{second});
  CHECK(Keep(*backend, request) == second);
  REQUIRE(backend->store().Purge(second, CallContext{}));
  const auto third = backend->store().Remember(request, CallContext{});
  REQUIRE(third);
  CHECK_FALSE(third->repeated);
}

TEST_CASE("M5 a version is the same call again after its older one has gone", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Chain chain(*backend, sam);
  RememberRequest request = Note(sam, "the port is 4444", chain.third);
  request.idempotency_key = "k";
  const MemoryId fourth = Keep(*backend, request);
  const bool erased = GENERATE(false, true);
  if (erased) {
    REQUIRE(backend->store().Purge(chain.third, CallContext{}));
  } else {
    REQUIRE(backend->store().Forget(sam.id, chain.third, "", CallContext{}));
  }
  CHECK(Keep(*backend, request) == fourth);
}

TEST_CASE("M5 M15 a message's key is for one message, to the same, in the same place",
          "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  Enter(*backend, "Dario");
  Enter(*backend, "Charlie");
  const MessageId question = Say(*backend, sam, "a question").id;
  SayRequest first;
  first.session = sam.id;
  first.body = "the answer";
  first.to = {"Dario"};
  first.idempotency_key = "k";
  const auto said = backend->store().Say(first, CallContext{});
  REQUIRE(said);
  SayRequest same = first;
  same.to = {"dario", "Sam", "DARIO"};
  same.room = "MAIN";
  const auto again = backend->store().Say(same, CallContext{});
  REQUIRE(again);
  CHECK(again->repeated);
  CHECK(again->id == said->id);

  using Change = std::function<void(SayRequest&)>;
  const std::vector<std::pair<Change, std::string>> changes = {
      {[](SayRequest& r) { r.body = "another answer"; }, "says something else"},
      {[](SayRequest& r) { r.to = {"Charlie"}; }, "to Dario"},
      {[](SayRequest& r) {
         r.to = {"Dario", "Charlie"};
       },
       "to Dario"},
      {[](SayRequest& r) { r.to = {}; }, "to Dario"},
      {[](SayRequest& r) { r.room = "elsewhere"; }, "room main"},
      {[question](SayRequest& r) { r.reply_to = question; }, "replies to none"}};
  for (const auto& [change, word] : changes) {
    INFO(word);
    SayRequest other = first;
    change(other);
    const auto refused = backend->store().Say(other, CallContext{});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kInvalidArgument);
    CHECK(refused.error().message.find(word) != std::string::npos);
  }
  CHECK(backend->store().Info(CallContext{})->messages == 2);
}

TEST_CASE("M12 the same words are one memory, unless they are said to be another", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Session dario = Enter(*backend, "Dario");
  const MemoryId id = Keep(*backend, Note(sam, "deploy on Friday"));
  for (const Session& who : {sam, sam, dario}) {
    const auto again = backend->store().Remember(Note(who, "deploy on Friday\n"), CallContext{});
    REQUIRE(again);
    CHECK(again->id == id);
    CHECK(again->repeated);
    CHECK(again->same_by == "Sam");
  }
  CHECK(backend->store().Info(CallContext{})->memories == 1);
  RememberRequest another = Note(dario, "deploy on Friday");
  another.another = true;
  const MemoryId beside = Keep(*backend, another);
  CHECK(beside != id);
  CHECK(Keep(*backend, Note(sam, "deploy on Friday", id)) > beside);
}

TEST_CASE("M12 what says the same and is gone, hidden or passing does not stand in the way",
          "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Session eve = Enter(*backend, "Eve");
  const MemoryId forgotten = Keep(*backend, Note(sam, "one"));
  REQUIRE(backend->store().Forget(sam.id, forgotten, "", CallContext{}));
  CHECK(Keep(*backend, Note(sam, "one")) != forgotten);

  const MemoryId superseded = Keep(*backend, Note(sam, "two"));
  Keep(*backend, Note(sam, "two and a half", superseded));
  CHECK(Keep(*backend, Note(sam, "two")) != superseded);

  RememberRequest hidden = Note(sam, "three");
  hidden.scope = MemoryScope::kPrivate;
  const MemoryId secret = Keep(*backend, hidden);
  CHECK(Keep(*backend, hidden) == secret);
  CHECK(Keep(*backend, Note(eve, "three")) != secret);
  RememberRequest others = hidden;
  others.session = eve.id;
  CHECK(Keep(*backend, others) != secret);

  RememberRequest passing = Note(sam, "four");
  passing.session_only = true;
  const MemoryId brief = Keep(*backend, passing);
  CHECK(Keep(*backend, passing) == brief);
  CHECK(Keep(*backend, Note(sam, "four")) != brief);

  RememberRequest reasoned = Note(sam, "five");
  const MemoryId bare = Keep(*backend, reasoned);
  reasoned.reasoning = "because";
  CHECK(Keep(*backend, reasoned) != bare);
}

TEST_CASE("M15 a tag is one tag however it is written", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  RememberRequest request = Note(sam, "a note");
  request.tags = {"A", "a", " a ", "b"};
  const MemoryId id = Keep(*backend, request);
  CHECK(Get(*backend, sam, id).tags == std::vector<std::string>{"a", "b"});
}

TEST_CASE("M10 M15 in a copied home nobody is here, and what was for a session only is gone",
          "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  RememberRequest passing = Note(dario, "only for now");
  passing.session_only = true;
  Keep(*backend, passing);
  const std::string file = backend->ScratchFolder() + "/copy.db";
  REQUIRE(backend->store().Backup(file, CallContext{}));
  const auto copy = backend->OpenBackup(file);
  CHECK(copy->WhoIsHere("", CallContext{})->empty());
  SessionStart start;
  start.persona = "Sam";
  start.process = CurrentProcess();
  const auto sam = copy->OpenSession(start, CallContext{});
  REQUIRE(sam);
  RecallRequest recall;
  recall.session = sam->id;
  CHECK(copy->Recall(recall, CallContext{})->hits.empty());
  SayRequest say;
  say.session = sam->id;
  say.body = "hello";
  const auto said = copy->Say(say, CallContext{});
  REQUIRE(said);
  for (const Recipient& one : said->recipients) CHECK_FALSE(one.live);
  CHECK(backend->store().WhoIsHere("", CallContext{})->size() == 1);
}
