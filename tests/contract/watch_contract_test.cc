// What every store promises to those who wait for a change, in this process or another one.
#include <memory>
#include <string>
#include <vector>

#include "core/uv/loop.h"
#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                   // NOLINT: a test file
using namespace katra::store;            // NOLINT
using namespace katra::store::contract;  // NOLINT

namespace {

// Waits on a loop of its own, as a process would.
struct Waiter {
  explicit Waiter(Watchable& store) {
    auto watching = store.Watch(*loop, [this] {
      ++calls;
      loop->Stop();
    });
    REQUIRE(watching);
    watch = std::move(*watching);
  }

  std::unique_ptr<uv::Loop> loop = std::move(*uv::Loop::Make());
  int calls = 0;
  std::unique_ptr<ChangeWatch> watch;
};

}  // namespace

TEST_CASE("a change that others may wait for wakes them", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session dario = Enter(*backend, "Dario");
  CHECK(backend->Woken());
  CHECK_FALSE(backend->Woken());
  Say(*backend, dario, "hello");
  CHECK(backend->Woken());
  Remember(*backend, dario, "a fact");
  CHECK(backend->Woken());
  Hear(*backend, dario);
  CHECK_FALSE(backend->Woken());
  REQUIRE(backend->store().EndSession(dario.id, "left", CallContext{}));
  CHECK(backend->Woken());
}

TEST_CASE("a watch is called on its loop, and the change can be read by then", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  Waiter waiter(backend->store());
  CHECK(waiter.watch->is_immediate());
  Say(*backend, dario, "hello");
  CHECK(waiter.calls == 0);
  waiter.loop->Run();
  CHECK(waiter.calls >= 1);
  CHECK(Bodies(Hear(*backend, sam)) == std::vector<std::string>{"hello"});
}

TEST_CASE("a change through another handle wakes every watch", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const Session dario = Enter(*backend, "Dario");
  const auto another = backend->OpenAnother();
  Waiter near(backend->store());
  Waiter far(*another);
  SayRequest say;
  say.session = dario.id;
  say.body = "hello";
  REQUIRE(another->Say(say, CallContext{}));
  near.loop->Run();
  far.loop->Run();
  CHECK(near.calls >= 1);
  CHECK(far.calls >= 1);
}

TEST_CASE("waking all watches calls them although nothing has changed", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  const auto another = backend->OpenAnother();
  Waiter waiter(*another);
  REQUIRE(backend->store().WakeWatches());
  waiter.loop->Run();
  CHECK(waiter.calls >= 1);
}

TEST_CASE("a watch that was ended is not called", "[contract]") {
  auto backend = MakeBackend(GENERATE(from_range(BackendNames())));
  Waiter waiter(backend->store());
  Waiter other(backend->store());
  waiter.watch.reset();
  REQUIRE(backend->store().WakeWatches());
  other.loop->Run();
  waiter.loop->RunReady();
  CHECK(waiter.calls == 0);
}
