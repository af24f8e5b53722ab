// The bell, on a real loop and a real file. How fast it wakes is measured elsewhere.
#include "store/sqlite/bell.h"

#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::store::sqlite {
namespace {

struct Rig {
  Rig() : loop(std::move(*uv::Loop::Make())), path(home.File("bell")) {}

  testing::TempHome home;
  std::unique_ptr<uv::Loop> loop;
  std::string path;
};

TEST_CASE("a ring from another thread wakes the watcher") {
  Rig rig;
  const auto bell = Bell::Open(rig.path);
  REQUIRE(bell);
  int rung = 0;
  const BellWatch watcher(*rig.loop, rig.path, [&] {
    ++rung;
    rig.loop->Stop();
  });
  REQUIRE(watcher.is_immediate());
  std::thread ringer([&] { (*bell)->Ring(); });
  rig.loop->Run();
  ringer.join();
  CHECK(rung == 1);
}

TEST_CASE("a ring between the watch and the wait is not lost") {
  Rig rig;
  const auto bell = Bell::Open(rig.path);
  REQUIRE(bell);
  int rung = 0;
  const BellWatch watcher(*rig.loop, rig.path, [&] { ++rung; });
  (*bell)->Ring();
  while (rung == 0) rig.loop->RunReady();
  CHECK(rung == 1);
}

TEST_CASE("many rings come as few") {
  Rig rig;
  const auto bell = Bell::Open(rig.path);
  REQUIRE(bell);
  int rung = 0;
  const BellWatch watcher(*rig.loop, rig.path, [&] { ++rung; });
  for (int i = 0; i < 1000; ++i) (*bell)->Ring();
  while (rung == 0) rig.loop->RunReady();
  for (int i = 0; i < 10; ++i) rig.loop->RunReady();
  CHECK(rung < 10);
}

TEST_CASE("the bell is private, stays small, and is kept when it is there already") {
  Rig rig;
  const auto first = Bell::Open(rig.path);
  const auto second = Bell::Open(rig.path);
  REQUIRE(first);
  REQUIRE(second);
  for (int i = 0; i < 100; ++i) (*first)->Ring();
  struct stat info = {};
  REQUIRE(stat(rig.path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK(info.st_size == 8);
}

TEST_CASE("a bell that others may ring is refused") {
  Rig rig;
  REQUIRE(Bell::Open(rig.path));
  REQUIRE(chmod(rig.path.c_str(), 0666) == 0);
  const auto bell = Bell::Open(rig.path);
  REQUIRE_FALSE(bell);
  CHECK(bell.error().code == ErrorCode::kPermissionDenied);
}

TEST_CASE("without a bell the watcher looks, and watches it once it is there") {
  Rig rig;
  int looked = 0;
  const BellWatch watcher(*rig.loop, rig.path, [&] {
    ++looked;
    rig.loop->Stop();
  });
  CHECK_FALSE(watcher.is_immediate());
  const auto bell = Bell::Open(rig.path);
  REQUIRE(bell);
  rig.loop->Run();
  CHECK(looked == 1);
  CHECK(watcher.is_immediate());
}

}  // namespace
}  // namespace katra::store::sqlite
