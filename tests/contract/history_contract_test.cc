// Looking back: what is found at once, and what must not show through a page.
#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

namespace katra::store::contract {
namespace {

HistoryReply Look(Backend& backend, const HistoryRequest& request) {
  auto reply = backend.store().History(request, CallContext{});
  if (!reply) FAIL(reply.error().message);
  return *reply;
}

// A word of letters only, unlike the others.
std::string Word(int number) {
  const char first = static_cast<char>('a' + number / 10);
  const char last = static_cast<char>('k' + number % 10);
  return std::string("zebra") + first + last + "x";
}

TEST_CASE("every message is found as soon as it is said, by this process and by others",
          "[contract]") {
  auto backend = MakeBackend(BackendNames().front());
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  auto other = backend->OpenAnother();
  for (int i = 0; i < 40; ++i) {
    const std::string word = Word(i);
    const SayReceipt said = Say(*backend, i % 2 == 0 ? dario : sam, "the " + word + " runs");
    HistoryRequest request;
    request.session = sam.id;
    request.query = word;
    // Now and then only, so that some wait with others before they are looked for.
    if (i % 7 == 3) {
      REQUIRE(Look(*backend, request).hits.size() == 1);
      CHECK(Look(*backend, request).hits[0].message.id == said.id);
    }
    if (i % 11 == 5) CHECK(other->History(request, CallContext{})->hits.size() == 1);
  }
  RecallRequest recall;
  recall.session = dario.id;
  recall.include = RecallInclude::kMessages;
  for (int i = 0; i < 40; ++i) {
    recall.query = Word(i);
    const auto found = other->Recall(recall, CallContext{});  // and those that it is the context of
    REQUIRE(!found->hits.empty());
    CHECK(found->hits[0].message->body == "the " + Word(i) + " runs");
  }
}

TEST_CASE("what was said before the store was closed is found after", "[contract]") {
  auto backend = MakeBackend(BackendNames().front());
  const Session dario = Enter(*backend, "Dario");
  Say(*backend, dario, "one giraffe");
  backend->Reopen();
  HistoryRequest request;
  request.session = dario.id;
  request.query = "giraffe";
  CHECK(Look(*backend, request).hits.size() == 1);
}

TEST_CASE("others' direct messages change neither the pages of history nor how many there are",
          "[contract]") {
  auto backend = MakeBackend(BackendNames().front());
  const Session dario = Enter(*backend, "Dario");
  Enter(*backend, "Sam");
  const Session eve = Enter(*backend, "Eve");
  for (int i = 0; i < 4; ++i) Say(*backend, dario, std::to_string(i));
  HistoryRequest request;
  request.session = eve.id;
  request.room = GENERATE(std::string(), std::string("*"));
  request.query = GENERATE(std::string(), std::string("2"));
  request.limit = GENERATE(1, 2, 4);
  const HistoryReply before = Look(*backend, request);
  for (int i = 0; i < 4; ++i) Say(*backend, dario, "2 secret " + std::to_string(i), {"Sam"});
  const HistoryReply after = Look(*backend, request);
  CHECK(after.more == before.more);
  REQUIRE(after.hits.size() == before.hits.size());
  for (size_t i = 0; i < after.hits.size(); ++i) {
    CHECK(after.hits[i].message.id == before.hits[i].message.id);
  }
}

}  // namespace
}  // namespace katra::store::contract
