// What a home and its files must be like, what is refused, locks, and processes.
#include "core/files.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include "core/clock.h"
#include "core/process.h"
#include "tests/support/cpp/catch.h"

using namespace katra;  // NOLINT: a test file
namespace fs = std::filesystem;

namespace {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "katra-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~TemporaryFolder() { fs::remove_all(path); }
  std::string path;
};

mode_t ModeOf(const std::string& path) {
  struct stat info = {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777U;
}

}  // namespace

TEST_CASE("a private folder is made with its parents, closed to others") {
  const TemporaryFolder folder;
  const std::string path = folder.path + "/a/b/home";
  REQUIRE(EnsurePrivateFolder(path));
  CHECK(ModeOf(path) == 0700);
  CHECK(EnsurePrivateFolder(path));
}

TEST_CASE("a folder open to others is refused with the command that mends it") {
  const TemporaryFolder folder;
  const std::string path = folder.path + "/home";
  fs::create_directory(path);
  REQUIRE(chmod(path.c_str(), GENERATE(0755, 0750, 0701, 0707)) == 0);
  const auto ensured = EnsurePrivateFolder(path);
  REQUIRE(!ensured);
  CHECK(ensured.error().code == ErrorCode::kPermissionDenied);
  CHECK(ensured.error().message.find("chmod 700 '" + path + "'") != std::string::npos);
}

TEST_CASE("what is no folder cannot be a home") {
  const TemporaryFolder folder;
  const std::string path = folder.path + "/file";
  std::ofstream(path) << "x";
  CHECK(EnsurePrivateFolder(path).error().code == ErrorCode::kFailedPrecondition);
  CHECK_FALSE(EnsurePrivateFolder(path + "/below"));
}

TEST_CASE("a private file is neither a link nor open to others") {
  const TemporaryFolder folder;
  const std::string path = folder.path + "/file";
  REQUIRE(EnsurePrivateFile(path));
  CHECK(ModeOf(path) == 0600);
  REQUIRE(chmod(path.c_str(), 0644) == 0);
  CHECK(CheckPrivateFile(path).error().message.find("chmod 600") != std::string::npos);
  REQUIRE(chmod(path.c_str(), 0600) == 0);
  fs::create_symlink(path, folder.path + "/link");
  CHECK(CheckPrivateFile(folder.path + "/link").error().code == ErrorCode::kPermissionDenied);
  CHECK(EnsurePrivateFile(folder.path + "/link").error().code == ErrorCode::kPermissionDenied);
  CHECK(CheckPrivateFile(folder.path + "/absent"));
}

TEST_CASE("files are replaced whole and read within a limit") {
  const TemporaryFolder folder;
  const std::string path = folder.path + "/file";
  CHECK(ReadFile(path, 10).error().code == ErrorCode::kNotFound);
  REQUIRE(WriteFileAtomically(path, "first"));
  REQUIRE(WriteFileAtomically(path, "second"));
  CHECK(*ReadFile(path, 10) == "second");
  CHECK(ReadFile(path, 5).error().code == ErrorCode::kResourceExhausted);
  CHECK(ModeOf(path) == 0600);
  CHECK(std::distance(fs::directory_iterator(folder.path), {}) == 1);
  CHECK_FALSE(WriteFileAtomically(folder.path + "/no/such/folder", "x"));
}

TEST_CASE("a lock is held by one at a time, and waiting for it ends at the deadline") {
  const TemporaryFolder folder;
  const std::string path = folder.path + "/lock";
  auto first = LockFile::Open(path);
  auto second = LockFile::Open(path);
  REQUIRE(first);
  REQUIRE(second);
  const auto soon = [] { return std::chrono::steady_clock::now() + std::chrono::milliseconds(10); };
  REQUIRE(first->Acquire(soon()));
  CHECK(second->Acquire(soon()).error().code == ErrorCode::kUnavailable);
  const std::atomic<bool> cancelled{true};
  CHECK(second->Acquire(SteadyTime::max(), &cancelled).error().code == ErrorCode::kCancelled);
  first->Release();
  CHECK(second->Acquire(soon()));
}

TEST_CASE("waiting for a lock for a moment takes no longer than that") {
  const TemporaryFolder folder;
  auto held = LockFile::Open(folder.path + "/lock");
  auto other = LockFile::Open(folder.path + "/lock");
  REQUIRE(held);
  REQUIRE(other);
  REQUIRE(held->Acquire(std::chrono::steady_clock::now()));
  // The quickest of several: the machine may be busy with something else.
  auto quickest = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 10; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    CHECK_FALSE(other->Acquire(begun + std::chrono::milliseconds(10)));
    quickest = std::min(quickest, std::chrono::steady_clock::now() - begun);
  }
  CHECK(quickest >= std::chrono::milliseconds(10));
  CHECK(quickest < std::chrono::milliseconds(200));
}

TEST_CASE("this process is alive, and another start time is another process") {
  ProcessIdentity process = CurrentProcess();
  CHECK(CheckProcess(process) == Liveness::kAlive);
  process.start_ticks += 1;
  CHECK(CheckProcess(process) == Liveness::kDead);
  process.pid = 0;
  CHECK(CheckProcess(process) == Liveness::kDead);
  process.domain = "another machine";
  CHECK(CheckProcess(process) == Liveness::kUnknown);
}
