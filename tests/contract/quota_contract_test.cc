// Quotas of a persona: to the message, the byte, and the second; over sessions and processes.
#include <thread>

#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

namespace katra::store::contract {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

Result<SayReceipt> TrySay(Backend& backend, const Session& session, const std::string& body,
                          const std::string& room = "", const std::string& key = "") {
  SayRequest request;
  request.session = session.id;
  request.body = body;
  request.room = room;
  request.idempotency_key = key;
  return backend.store().Say(request, {});
}

Result<RememberReceipt> TryRemember(Backend& backend, const Session& session,
                                    const std::string& content) {
  RememberRequest request;
  request.session = session.id;
  request.content = content;
  return backend.store().Remember(request, {});
}

void CheckRefused(const Error& error, const std::string& limit, const std::string& from) {
  CHECK(error.code == ErrorCode::kResourceExhausted);
  CHECK(error.message.find("Neo") != std::string::npos);
  CHECK(error.message.find("limits." + limit) != std::string::npos);
  CHECK(error.message.find(from) != std::string::npos);
}

TEST_CASE("a persona says so many messages in an hour, and is told when more may be said") {
  for (const std::string& name : BackendNames()) {
    const auto backend = MakeBackend(name);
    backend->quotas.messages_per_hour = 3;
    const Session neo = Enter(*backend, "Neo");
    const Session mia = Enter(*backend, "Mia");
    for (int i = 0; i < 3; ++i) {
      Say(*backend, neo, "one");
      backend->clock.Advance(minutes(10));
    }
    const auto refused = TrySay(*backend, neo, "one too many");
    REQUIRE_FALSE(refused);
    CheckRefused(refused.error(), "messages_per_hour", "2025-11-21T13:00:00.000Z");
    Say(*backend, mia, "another persona");
    CHECK(Bodies(Hear(*backend, mia)) == std::vector<std::string>{"one", "one", "one"});
    backend->clock.Advance(minutes(30) - milliseconds(1));
    CHECK_FALSE(TrySay(*backend, neo, "a moment too early"));
    backend->clock.Advance(milliseconds(1));
    for (int i = 0; i < 3; ++i) Say(*backend, neo, "of the next hour");
    CHECK_FALSE(TrySay(*backend, neo, "one too many"));
  }
}

TEST_CASE("a quota is one of the persona: over its sessions, processes, rooms and recipients") {
  for (const std::string& name : BackendNames()) {
    const auto backend = MakeBackend(name);
    backend->quotas.messages_per_hour = 4;
    const Session first = Enter(*backend, "Neo");
    const Session mia = Enter(*backend, "Mia");
    Say(*backend, first, "to all");
    Say(*backend, first, "to one", {"Mia"});
    backend->Reopen();
    const Session second = Enter(*backend, "neo");
    const auto other = backend->OpenAnother();
    SayRequest request;
    request.session = second.id;
    request.body = "of another process, in another room";
    request.room = "elsewhere";
    REQUIRE(other->Say(request, {}));
    Say(*backend, second, "the last");
    CHECK_FALSE(other->Say(request, {}));
    CHECK_FALSE(TrySay(*backend, first, "one too many"));
  }
}

TEST_CASE("processes that speak at once share one quota exactly") {
  for (const std::string& name : BackendNames()) {
    const auto backend = MakeBackend(name);
    backend->quotas.messages_per_hour = 50;
    const Session neo = Enter(*backend, "Neo");
    constexpr int kProcesses = 4;
    std::vector<std::unique_ptr<Store>> stores;
    for (int i = 0; i < kProcesses; ++i) stores.push_back(backend->OpenAnother());
    std::vector<int> said(kProcesses, 0);
    std::vector<std::thread> threads;
    for (int i = 0; i < kProcesses; ++i) {
      threads.emplace_back([&, i] {
        SayRequest request;
        request.session = neo.id;
        request.body = "at once";
        for (int n = 0; n < 25; ++n) said[i] += stores[i]->Say(request, {}) ? 1 : 0;
      });
    }
    for (std::thread& thread : threads) thread.join();
    int all = 0;
    for (const int count : said) all += count;
    CHECK(all == 50);
  }
}

TEST_CASE("what is refused changes nothing, and a repeated call is answered beyond the limit") {
  for (const std::string& name : BackendNames()) {
    const auto backend = MakeBackend(name);
    backend->quotas.messages_per_hour = 1;
    const Session neo = Enter(*backend, "Neo");
    const auto first = TrySay(*backend, neo, "once", "", "key");
    REQUIRE(first);
    static_cast<void>(backend->Woken());
    CHECK_FALSE(TrySay(*backend, neo, "not said", "new-room"));
    CHECK_FALSE(backend->Woken());
    auto rooms = backend->store().ListRooms({});
    REQUIRE(rooms);
    CHECK(rooms->size() == 1);
    const auto again = TrySay(*backend, neo, "once", "", "key");
    REQUIRE(again);
    CHECK(again->repeated);
    CHECK(again->id == first->id);
  }
}

TEST_CASE("a persona says so many bytes in an hour") {
  for (const std::string& name : BackendNames()) {
    const auto backend = MakeBackend(name);
    backend->quotas.message_bytes_per_hour = 100;
    const Session neo = Enter(*backend, "Neo");
    Say(*backend, neo, std::string(60, 'x'));
    const auto refused = TrySay(*backend, neo, std::string(41, 'x'));
    REQUIRE_FALSE(refused);
    CheckRefused(refused.error(), "message_bytes_per_hour", "2025-11-21T13:00:00.000Z");
    Say(*backend, neo, std::string(40, 'x'));  // to the byte
    CHECK_FALSE(TrySay(*backend, neo, "x"));
    backend->clock.Advance(hours(1));
    Say(*backend, neo, std::string(100, 'x'));
  }
}

TEST_CASE("a persona makes so many rooms in a day, by speaking and by being launched into them") {
  for (const std::string& name : BackendNames()) {
    const auto backend = MakeBackend(name);
    backend->quotas.rooms_per_day = 2;
    const Session neo = Enter(*backend, "Neo", "first");
    Say(*backend, neo, "a", {}, "second");
    const auto refused = TrySay(*backend, neo, "b", "third");
    REQUIRE_FALSE(refused);
    CheckRefused(refused.error(), "rooms_per_day", "2025-11-22T12:00:00.000Z");
    SessionStart start;
    start.persona = "Neo";
    start.room = "fourth";
    CHECK_FALSE(backend->store().OpenSession(start, {}));
    Say(*backend, neo, "in a room that is there", {}, "second");
    Enter(*backend, "Mia", "third");
    backend->clock.Advance(hours(24));
    Say(*backend, neo, "b", {}, "fifth");
  }
}

TEST_CASE("a persona keeps so many memories in a day") {
  for (const std::string& name : BackendNames()) {
    const auto backend = MakeBackend(name);
    backend->quotas.memories_per_day = 2;
    const Session neo = Enter(*backend, "Neo");
    Remember(*backend, neo, "the first");
    backend->clock.Advance(hours(1));
    Remember(*backend, neo, "the second");
    const auto refused = TryRemember(*backend, neo, "one too many");
    REQUIRE_FALSE(refused);
    CheckRefused(refused.error(), "memories_per_day", "2025-11-22T12:00:00.000Z");
    backend->clock.Advance(hours(23));
    Remember(*backend, neo, "the third");
    CHECK_FALSE(TryRemember(*backend, neo, "one too many"));
  }
}

TEST_CASE("a raised limit holds at once; 0 is no limit") {
  for (const std::string& name : BackendNames()) {
    const auto backend = MakeBackend(name);
    backend->quotas.messages_per_hour = 1;
    const Session neo = Enter(*backend, "Neo");
    Say(*backend, neo, "one");
    CHECK_FALSE(TrySay(*backend, neo, "two"));
    backend->quotas.messages_per_hour = 2;
    Say(*backend, neo, "two");
    CHECK_FALSE(TrySay(*backend, neo, "three"));
    backend->quotas.messages_per_hour = 0;
    Say(*backend, neo, "three");
  }
}

TEST_CASE("a clock that is set back does not shut a persona out") {
  for (const std::string& name : BackendNames()) {
    const auto backend = MakeBackend(name);
    backend->quotas.messages_per_hour = 1;
    const Session neo = Enter(*backend, "Neo");
    Say(*backend, neo, "one");
    backend->clock.Advance(-hours(24 * 365));
    Say(*backend, neo, "a year before");
  }
}

TEST_CASE("what is used of the quotas is listed by persona, with its limits") {
  for (const std::string& name : BackendNames()) {
    const auto backend = MakeBackend(name);
    backend->quotas.messages_per_hour = 7;
    const Session neo = Enter(*backend, "Neo", "new");
    Enter(*backend, "Silent");
    Say(*backend, neo, "five5");
    Say(*backend, neo, "four");
    Remember(*backend, neo, "a memory");
    auto uses = backend->store().ListQuotaUse({});
    REQUIRE(uses);
    REQUIRE(uses->size() == 1);
    const QuotaUse& use = uses->front();
    CHECK(use.persona == "Neo");
    CHECK(use.messages == 2);
    CHECK(use.message_bytes == 9);
    CHECK(use.rooms == 1);
    CHECK(use.memories == 1);
    CHECK(use.limits.messages_per_hour == 7);
    backend->clock.Advance(hours(24));
    uses = backend->store().ListQuotaUse({});
    REQUIRE(uses);
    CHECK(uses->empty());
  }
}

}  // namespace
}  // namespace katra::store::contract
