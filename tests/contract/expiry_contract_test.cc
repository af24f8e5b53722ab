// What every store promises of memories that are forgotten at a set time.
#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                   // NOLINT: a test file
using namespace katra::store;            // NOLINT
using namespace katra::store::contract;  // NOLINT

namespace {

std::unique_ptr<Backend> Any() { return MakeBackend(GENERATE(from_range(BackendNames()))); }

constexpr std::chrono::hours kDay{24};

RememberRequest Until(Backend& backend, const Session& session, const std::string& content,
                      std::chrono::milliseconds lifetime) {
  RememberRequest request;
  request.session = session.id;
  request.content = content;
  request.expires_at = backend.clock.Now() + lifetime;
  return request;
}

}  // namespace

TEST_CASE("a memory is forgotten at its time, and not before", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const auto kept =
      backend->store().Remember(Until(*backend, sam, "freeze until Monday", kDay), CallContext{});
  REQUIRE(kept);
  backend->clock.Advance(kDay - std::chrono::milliseconds(1));
  CHECK(RecallIds(*backend, sam, "freeze") == std::vector<MemoryId>{kept->id});
  CHECK(backend->store().GetMemory(sam.id, kept->id, CallContext{})->expires_at ==
        backend->clock.Now() + std::chrono::milliseconds(1));
  backend->clock.Advance(std::chrono::milliseconds(1));
  CHECK(backend->store().GetMemory(sam.id, kept->id, CallContext{}).error().code ==
        ErrorCode::kNotFound);
  CHECK(backend->store()
            .NearestMemories(sam.id, "freeze until Monday", 0, 3, CallContext{})
            ->empty());
  CHECK(RecallIds(*backend, sam, "freeze").empty());
  CHECK(RecallIds(*backend, sam, "").empty());
}

TEST_CASE("a time that has passed is refused, and nothing is stored", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const auto late =
      backend->store().Remember(Until(*backend, sam, "too late", kDay * 0), CallContext{});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::kInvalidArgument);
  CHECK(RecallIds(*backend, sam, "").empty());
}

TEST_CASE("M1 when a version expires, the one before it is current again", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const MemoryId first = Remember(*backend, sam, "deploys run on Tuesday");
  RememberRequest second = Until(*backend, sam, "deploys are frozen", kDay);
  second.supersedes = first;
  REQUIRE(backend->store().Remember(second, CallContext{}));
  CHECK(RecallIds(*backend, sam, "deploys").size() == 1);
  backend->clock.Advance(kDay);
  CHECK(RecallIds(*backend, sam, "deploys") == std::vector<MemoryId>{first});
}

TEST_CASE("the same words are stored again if what is there lasts less long", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  const auto brief =
      backend->store().Remember(Until(*backend, sam, "port 80", kDay), CallContext{});
  REQUIRE(brief);
  const auto same =
      backend->store().Remember(Until(*backend, sam, "port 80", kDay / 2), CallContext{});
  REQUIRE(same);
  CHECK(same->id == brief->id);
  CHECK(backend->store().Remember(Until(*backend, sam, "port 80", kDay * 2), CallContext{})->id !=
        brief->id);
  const MemoryId lasting = Remember(*backend, sam, "port 80");
  CHECK(lasting != brief->id);
  CHECK(backend->store().Remember(Until(*backend, sam, "port 80", kDay * 9), CallContext{})->id ==
        lasting);
}

TEST_CASE("a repeated key may count its span from a little later", "[contract]") {
  auto backend = Any();
  const Session sam = Enter(*backend, "Sam");
  RememberRequest request = Until(*backend, sam, "port 80", kDay * 30);
  request.idempotency_key = "k";
  const auto first = backend->store().Remember(request, CallContext{});
  REQUIRE(first);
  backend->clock.Advance(std::chrono::minutes(5));
  request.expires_at = backend->clock.Now() + kDay * 30;
  CHECK(backend->store().Remember(request, CallContext{})->repeated);
  request.expires_at = backend->clock.Now() + kDay * 60;
  CHECK(backend->store().Remember(request, CallContext{}).error().code ==
        ErrorCode::kInvalidArgument);
  request.expires_at.reset();
  CHECK(backend->store().Remember(request, CallContext{}).error().code ==
        ErrorCode::kInvalidArgument);
}

TEST_CASE("the time at which a memory expires survives export and import", "[contract]") {
  auto from = Any();
  auto to = MakeBackend(BackendNames().front());
  const Session sam = Enter(*from, "Sam");
  REQUIRE(from->store().Remember(Until(*from, sam, "gone soon", kDay), CallContext{}));
  REQUIRE(from->store().Remember(Until(*from, sam, "gone later", kDay * 3), CallContext{}));
  from->clock.Advance(kDay);
  to->clock.Advance(kDay);
  std::vector<std::string> lines;
  REQUIRE(from->store().Export(
      ExportOptions{},
      [&](std::string_view line) -> Status {
        lines.emplace_back(line);
        return {};
      },
      CallContext{}));
  size_t next = 0;
  const auto imported = to->store().Import(
      [&](std::string* line) -> Result<bool> {
        if (next == lines.size()) return false;
        *line = lines[next++];
        return true;
      },
      CallContext{});
  REQUIRE(imported);
  CHECK(imported->memories == 1);
  const Session reader = Enter(*to, "Reader");
  CHECK(RecallIds(*to, reader, "gone").size() == 1);
  to->clock.Advance(kDay * 2);
  CHECK(RecallIds(*to, reader, "gone").empty());
}
