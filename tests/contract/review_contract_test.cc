// What every store promises of the memories that a person goes through.
#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                   // NOLINT: a test file
using namespace katra::store;            // NOLINT
using namespace katra::store::contract;  // NOLINT

namespace {

std::unique_ptr<Backend> Any() { return MakeBackend(GENERATE(from_range(BackendNames()))); }

constexpr std::chrono::hours kDay{24};

ReviewReply Review(Backend& backend, const Session& session, const std::string& author = "") {
  ReviewRequest request;
  request.session = session.id;
  request.author = author;
  auto reply = backend.store().Review(request, CallContext{});
  REQUIRE(reply);
  return std::move(*reply);
}

std::vector<std::pair<MemoryId, std::vector<ReviewReason>>> Reasons(const ReviewReply& reply) {
  std::vector<std::pair<MemoryId, std::vector<ReviewReason>>> reasons;
  for (const ReviewItem& item : reply.items) reasons.emplace_back(item.memory.id, item.reasons);
  return reasons;
}

using Expected = std::vector<std::pair<MemoryId, std::vector<ReviewReason>>>;

}  // namespace

TEST_CASE("a review finds what expires, is doubled, superseded or unused", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Session dario = Enter(*backend, "Dario");
  const MemoryId unused = Remember(*backend, sam, "The cellar key hangs behind the door");
  const MemoryId used = Remember(*backend, sam, "Herons nest on the north roof");
  backend->clock.Advance(kDay * 60);
  CHECK(RecallIds(*backend, sam, "herons").front() == used);
  REQUIRE(backend->store().Heartbeat(sam.id, true, CallContext{}));
  backend->clock.Advance(kDay * 31);
  const MemoryId old = Remember(*backend, sam, "Deploys run every Tuesday at nine in the morning");
  const MemoryId doubled =
      Remember(*backend, sam, "deploys run every tuesday at nine in the morning!");
  RememberRequest request;
  request.session = sam.id;
  request.content = "Port 8080 is taken";
  const auto first = backend->store().Remember(request, CallContext{});
  request.content = "Port 9090 is free for the gateway";
  request.supersedes = first->id;
  REQUIRE(backend->store().Remember(request, CallContext{}));
  request.supersedes.reset();
  request.content = "Nobody merges on Friday";
  request.expires_at = backend->clock.Now() + kDay * 3;
  const auto soon = backend->store().Remember(request, CallContext{});
  const ReviewReply reply = Review(*backend, sam);
  CHECK(Reasons(reply) == Expected{{soon->id, {ReviewReason::kExpiresSoon}},
                                   {old, {ReviewReason::kNearlySame}},
                                   {first->id, {ReviewReason::kSuperseded}},
                                   {unused, {ReviewReason::kUnused}}});
  CHECK(reply.items[1].like == doubled);
  CHECK(reply.total == 4);
  CHECK(Reasons(Review(*backend, dario, "Sam")).size() == 4);
  CHECK(Reasons(Review(*backend, dario, "Dario")).empty());
  CHECK(reply.compared_all);
  // Nothing of this counts as a recall.
  CHECK(Reasons(Review(*backend, sam)).size() == 4);
  CHECK(used != unused);
}

TEST_CASE("what a person keeps is not shown again for a while, and nobody sees what is private",
          "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const Session dario = Enter(*backend, "Dario");
  const MemoryId shared = Remember(*backend, dario, "The cellar key hangs behind the door");
  const MemoryId hidden = Remember(*backend, sam, "My own port is 7", MemoryScope::kPrivate);
  backend->clock.Advance(kDay * 100);
  CHECK(Reasons(Review(*backend, dario)) == Expected{{shared, {ReviewReason::kUnused}}});
  CHECK(Review(*backend, sam).items.size() == 2);
  CHECK(Reasons(Review(*backend, sam, "Sam")) == Expected{{hidden, {ReviewReason::kUnused}}});
  CHECK(backend->store().KeepMemory(dario.id, hidden, CallContext{}).error().code ==
        ErrorCode::kNotFound);
  REQUIRE(backend->store().KeepMemory(dario.id, shared, CallContext{}));
  CHECK(Review(*backend, dario).items.empty());
  backend->clock.Advance(kDay * 91);
  CHECK(Review(*backend, dario).items.size() == 1);
}

TEST_CASE("an expired memory is erased a month later", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  RememberRequest request;
  request.session = sam.id;
  request.content = "gone soon";
  request.expires_at = backend->clock.Now() + kDay;
  REQUIRE(backend->store().Remember(request, CallContext{}));
  Remember(*backend, sam, "stays");
  const auto tend = [&] { return *backend->store().Tend(CallContext{}); };
  CHECK_FALSE(tend().more);
  backend->clock.Advance(kDay);
  CHECK(tend().memories_expired == 1);
  CHECK(backend->store().Info(CallContext{})->memories == 2);
  backend->clock.Advance(kDay * 30);
  CHECK(tend().memories_erased == 1);
  CHECK(backend->store().Info(CallContext{})->memories == 1);
  CHECK_FALSE(tend().more);
  CHECK(backend->store().CheckIntegrity(CallContext{}));
}
