// The audit log: what a line says, what bounds the files, and who may read them.
#include "core/audit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "core/files.h"
#include "core/json_view.h"
#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/manual_clock.h"
#include "tests/support/cpp/temp_home.h"

namespace katra {
namespace {

using testing::ManualClock;
using testing::TempHome;

std::vector<std::string> LinesOf(const std::string& home) {
  auto text = LastAuditLines(home, 1'000'000);
  std::vector<std::string> lines;
  size_t begin = 0;
  while (text && begin < text->size()) {
    const size_t end = text->find('\n', begin);
    lines.push_back(text->substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

mode_t ModeOf(const std::string& path) {
  struct stat info = {};
  return lstat(path.c_str(), &info) == 0 ? info.st_mode & 07777U : 0;
}

TEST_CASE("an audit line says who did what, when, and the result") {
  const TempHome home;
  const ManualClock clock;
  AuditLog log(home.path(), "katra", clock);
  AuditEvent event{"token.create", "ok", "Sam", "id-1", "scope gateway"};
  event.by = "Neo";
  REQUIRE(log.Write(event));
  const auto lines = LinesOf(home.path());
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] == R"({"at":"2026-11-21T12:00:00.000Z","what":"token.create","result":"ok",)"
                    R"("persona":"Sam","token_id":"id-1","detail":"scope gateway","by":"Neo",)"
                    R"("program":"katra","pid":)" +
                        std::to_string(getpid()) + R"(,"uid":)" + std::to_string(getuid()) + "}");
  CHECK(ModeOf(AuditPath(home.path())) == 0600);
  CHECK(ModeOf(home.File("log")) == 0700);
}

TEST_CASE("an audit line stays one line, whatever stands in a field") {
  const TempHome home;
  const ManualClock clock;
  AuditLog log(home.path(), "katra", clock);
  AuditEvent event{"memory.import", "failed", "", "", "a\n{\"what\":\"forged\"}\x1b[2J"};
  event.by = "no name\n";
  REQUIRE(log.Write(event));
  const auto lines = LinesOf(home.path());
  REQUIRE(lines.size() == 1);
  JsonDocument document;
  REQUIRE(document.Parse(lines[0]));
  CHECK(document.Root()["what"].Text() == "memory.import");
  CHECK(lines[0].find("no name") == std::string::npos);
}

TEST_CASE("the audit log keeps within its files, and gives the newest lines over all of them") {
  const TempHome home;
  const ManualClock clock;
  AuditLog log(home.path(), "katra", clock, {2000, 3});
  constexpr int kEvents = 200;
  for (int i = 0; i < kEvents; ++i) {
    REQUIRE(log.Write({"token.end", "ok", "", "id-" + std::to_string(i)}));
  }
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(home.File("log"))) {
    if (file.path().extension() != ".jsonl") continue;
    ++files;
    CHECK(file.file_size() <= 2000);
    CHECK(ModeOf(file.path().string()) == 0600);
  }
  CHECK(files == 4);
  const auto lines = LinesOf(home.path());
  REQUIRE(lines.size() > 20);
  for (size_t i = 0; i < lines.size(); ++i) {  // none is missing between the oldest and the newest
    const size_t number = kEvents - lines.size() + i;
    CHECK(lines[i].find("\"id-" + std::to_string(number) + "\"") != std::string::npos);
  }
  auto last = LastAuditLines(home.path(), 3);
  REQUIRE(last);
  CHECK(std::count(last->begin(), last->end(), '\n') == 3);
  CHECK(last->find("id-199") != std::string::npos);
}

TEST_CASE("several processes write whole lines to one audit log, and rotate it once") {
  const TempHome home;
  constexpr int kProcesses = 4;
  constexpr int kEach = 250;
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const ManualClock clock;
      AuditLog log(home.path(), "katra", clock, {20'000, 50, std::chrono::seconds(60)});
      bool good = true;
      for (int i = 0; i < kEach; ++i) {
        good =
            good && log.Write({"token.end", "ok", "", std::to_string(process * kEach + i) + "."});
      }
      _exit(good ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  const auto lines = LinesOf(home.path());
  CHECK(lines.size() == kProcesses * kEach);
  for (const std::string& line : lines) {
    JsonDocument document;
    CHECK(document.Parse(line));
  }
}

TEST_CASE("what a crash left of a line does not spoil the next one") {
  const TempHome home;
  const ManualClock clock;
  AuditLog log(home.path(), "katra", clock);
  REQUIRE(log.Write({"gateway.start", "ok"}));
  std::ofstream(AuditPath(home.path()), std::ios::app) << R"({"at":"2026-)";
  REQUIRE(log.Write({"gateway.stop", "ok"}));
  const auto lines = LinesOf(home.path());
  REQUIRE(lines.size() == 2);
  CHECK(lines[1].find("gateway.stop") != std::string::npos);
}

TEST_CASE("an audit log that is a link, or open to others, is not written, and that is told") {
  const TempHome home;
  const ManualClock clock;
  REQUIRE(EnsurePrivateFolder(home.File("log")));
  AuditLog log(home.path(), "katra", clock);
  CHECK(log.Check());

  const std::string elsewhere = home.File("elsewhere");
  REQUIRE(EnsurePrivateFile(elsewhere));
  REQUIRE(symlink(elsewhere.c_str(), AuditPath(home.path()).c_str()) == 0);
  CHECK_FALSE(log.Check());
  CHECK_FALSE(log.Write({"gateway.start", "ok"}));
  CHECK(std::filesystem::file_size(elsewhere) == 0);

  unlink(AuditPath(home.path()).c_str());
  REQUIRE(EnsurePrivateFile(AuditPath(home.path())));
  chmod(AuditPath(home.path()).c_str(), 0644);
  CHECK_FALSE(log.Check());
  const Status written = log.Write({"gateway.start", "ok"});
  REQUIRE_FALSE(written);
  CHECK(written.error().code == ErrorCode::kPermissionDenied);
  CHECK(log.lost().events == 2);
  CHECK(log.lost().why == written.error().message);
}

TEST_CASE("an audit log that nobody can rotate ends at twice its bound") {
  const TempHome home;
  const ManualClock clock;
  AuditLog log(home.path(), "katra", clock, {2000, 3});
  REQUIRE(log.Write({"gateway.start", "ok"}));
  auto lock = LockFile::Open(home.File("log/audit.lock"));
  REQUIRE(lock);
  REQUIRE(lock->Acquire(std::chrono::steady_clock::now()));
  bool lost = false;
  for (int i = 0; i < 200 && !lost; ++i) lost = !log.Write({"token.end", "ok"});
  CHECK(lost);
  CHECK(std::filesystem::file_size(AuditPath(home.path())) < 4500);
  lock->Release();
  CHECK(log.Write({"token.end", "ok"}));
}

TEST_CASE("a flood of refusals costs twenty audit lines and one a minute") {
  AuditMeter meter;
  SteadyTime now{};
  int lines = 0;
  uint64_t told = 0;
  for (int i = 0; i < 10'000; ++i) {
    const uint64_t count = meter.Count("unknown token", now);
    lines += count > 0 ? 1 : 0;
    told += count;
  }
  CHECK(lines == 20);
  CHECK(told == 20);
  CHECK(meter.Count("no token", now) == 1);  // each kind by itself
  now += std::chrono::seconds(59);
  CHECK(meter.Count("unknown token", now) == 0);
  now += std::chrono::seconds(1);
  CHECK(meter.Count("unknown token", now) == 10'000 - 20 + 2);
  CHECK(meter.Count("unknown token", now) == 0);
  const auto rest = meter.Rest();
  REQUIRE(rest.size() == 1);
  CHECK(rest[0] == std::pair<std::string, uint64_t>("unknown token", 1));
  CHECK(meter.Rest().empty());
}

}  // namespace
}  // namespace katra
