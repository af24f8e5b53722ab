// A home that is not as it should be: it is mended or refused with words that say how to mend it,
// and nothing in it is changed.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/database_probe.h"
#include "tests/support/cpp/server_process.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr uid_t kNobody = 65534;

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Everything that a client and its user get to see of a start, ended or not.
struct Attempt {
  bool works = false;  // katra_say was acknowledged
  bool crashed = false;
  std::string words;  // answers and stderr
};

Attempt TryToTalk(ServerOptions options) {
  options.initialize = false;
  if (options.persona.empty()) options.persona = "Sam";
  Attempt attempt;
  const auto server = ServerProcess::Start(options);
  try {
    server->Initialize(options.protocol);
    const ToolReply reply = server->CallTool("katra_say", {{"message", "hello"}});
    attempt.works = reply.ok();
    attempt.words = reply.text + (reply.error.is_null() ? "" : reply.error.dump());
  } catch (const std::exception& error) {
    attempt.words = error.what();
  }
  server->child().CloseInput();
  const auto status = server->child().WaitExit(kPatience);
  attempt.crashed = !status || WIFSIGNALED(*status);
  attempt.words += "\n" + server->child().ErrorOutput();
  return attempt;
}

ServerOptions At(const std::string& home) {
  ServerOptions options;
  options.home = home;
  return options;
}

void MakeUsed(const TempHome& home) {
  const auto dario = ServerProcess::Start([&] {
    ServerOptions options = At(home.path());
    options.persona = "Dario";
    return options;
  }());
  for (int i = 0; i < 50; ++i) {
    dario->CallJson("katra_say", {{"message", std::to_string(i) + std::string(2000, 'z')}});
  }
  dario->End();
}

std::string Content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void Overwrite(const std::string& path, std::streamoff offset, const std::string& bytes) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(offset);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  REQUIRE(file.flush());
}

mode_t Mode(const std::string& path) {
  struct stat info = {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  return info.st_mode & 07777U;
}

TEST_CASE("a home that does not exist is made, closed to others") {
  const TempHome parent;
  const std::string home = parent.File("a/b/home");
  CHECK(TryToTalk(At(home)).works);
  CHECK(Mode(home) == 0700);
  CHECK(Mode(home + "/katra.db") == 0600);
}

TEST_CASE("files of a home are closed to others whatever the umask is") {
  const TempHome parent;
  const mode_t before = umask(0);
  const Attempt attempt = TryToTalk(At(parent.File("home")));
  umask(before);
  REQUIRE(attempt.works);
  for (const auto& entry : fs::directory_iterator(parent.File("home"))) {
    INFO(entry.path());
    CHECK((Mode(entry.path()) & 077U) == 0);
  }
}

TEST_CASE("a home that is a file is refused") {
  const TempHome parent;
  std::ofstream(parent.File("home")) << "not a folder\n";
  const Attempt attempt = TryToTalk(At(parent.File("home")));
  CHECK_FALSE(attempt.works);
  CHECK_FALSE(attempt.crashed);
  CHECK(Contains(attempt.words, parent.File("home")));
  CHECK(Content(parent.File("home")) == "not a folder\n");
}

TEST_CASE("a home open to others is refused with the command that mends it") {
  const mode_t mode = GENERATE(0755, 0750, 0701, 0770);
  const TempHome home;
  MakeUsed(home);
  REQUIRE(chmod(home.path().c_str(), mode) == 0);
  const Attempt attempt = TryToTalk(At(home.path()));
  CHECK_FALSE(attempt.works);
  CHECK_FALSE(attempt.crashed);
  CHECK(Contains(attempt.words, "chmod 700"));
  CHECK(Mode(home.path()) == mode);
}

TEST_CASE("a folder that holds nothing yet but configuration is closed to others, and works") {
  const TempHome home;
  std::filesystem::create_directory(home.File("router"));
  std::ofstream(home.File("providers.conf")) << "";
  REQUIRE(chmod(home.path().c_str(), GENERATE(0755, 0750, 0701)) == 0);
  CHECK(TryToTalk(At(home.path())).works);
  CHECK(Mode(home.path()) == 0700);
}

TEST_CASE("a folder that holds something else, or that others may fill, is left alone") {
  const TempHome home;
  const bool writable = GENERATE(true, false);
  if (!writable) std::ofstream(home.File("thesis.txt")) << "mine";
  const mode_t mode = writable ? 0770 : 0755;
  REQUIRE(chmod(home.path().c_str(), mode) == 0);
  const Attempt attempt = TryToTalk(At(home.path()));
  CHECK_FALSE(attempt.works);
  CHECK(Contains(attempt.words, "chmod 700"));
  CHECK(Mode(home.path()) == mode);
}

TEST_CASE("a database open to others is refused with the command that mends it") {
  const TempHome home;
  MakeUsed(home);
  REQUIRE(chmod(home.database().c_str(), 0644) == 0);
  const Attempt attempt = TryToTalk(At(home.path()));
  CHECK_FALSE(attempt.works);
  CHECK_FALSE(attempt.crashed);
  CHECK(Contains(attempt.words, "chmod 600"));
}

TEST_CASE("a home of another user is refused") {
  if (geteuid() != 0) {
    WARN("not root: cannot make a home of another user");
    return;
  }
  const TempHome home;
  MakeUsed(home);
  REQUIRE(chown(home.path().c_str(), kNobody, kNobody) == 0);
  const Attempt attempt = TryToTalk(At(home.path()));
  CHECK_FALSE(attempt.works);
  CHECK_FALSE(attempt.crashed);
  CHECK(Contains(attempt.words, home.path()));
  CHECK(Contains(attempt.words, "own"));
}

TEST_CASE("a database that is a link to elsewhere is refused") {
  const TempHome home;
  const TempHome other;
  MakeUsed(other);
  fs::create_symlink(other.database(), home.database());
  const Attempt attempt = TryToTalk(At(home.path()));
  CHECK_FALSE(attempt.works);
  CHECK_FALSE(attempt.crashed);
}

TEST_CASE("a read-only home gives a clear error and is left as it was") {
  const TempHome home;
  MakeUsed(home);
  const TempHome programs;  // where the other user can reach the program
  REQUIRE(chmod(programs.path().c_str(), 0755) == 0);
  ServerOptions options = At(home.path());
  options.program = programs.File("server");
  fs::copy_file(ServerPath(), options.program);
  // Modes do not bind root: the server runs as another user then.
  if (geteuid() == 0) {
    options.user = kNobody;
    REQUIRE(chown(home.path().c_str(), kNobody, kNobody) == 0);
  }
  for (const auto& entry : fs::directory_iterator(home.path())) {
    if (geteuid() == 0) REQUIRE(chown(entry.path().c_str(), kNobody, kNobody) == 0);
    REQUIRE(chmod(entry.path().c_str(), 0400) == 0);
  }
  REQUIRE(chmod(home.path().c_str(), 0500) == 0);
  const std::string before = Content(home.database());

  const Attempt attempt = TryToTalk(options);
  CAPTURE(attempt.words);
  CHECK_FALSE(attempt.works);
  CHECK_FALSE(attempt.crashed);
  CHECK((Contains(attempt.words, "write") || Contains(attempt.words, "read-only") ||
         Contains(attempt.words, "chmod")));
  CHECK(Content(home.database()) == before);

  REQUIRE(chmod(home.path().c_str(), 0700) == 0);
  for (const auto& entry : fs::directory_iterator(home.path())) {
    REQUIRE(chmod(entry.path().c_str(), 0600) == 0);
  }
  CHECK(TryToTalk(options).works);
}

TEST_CASE("a file that is no database is refused and left as it is") {
  const TempHome home;
  const std::string text(8192, 'n');
  std::ofstream(home.database()) << text;
  REQUIRE(chmod(home.database().c_str(), 0600) == 0);
  const Attempt attempt = TryToTalk(At(home.path()));
  CHECK_FALSE(attempt.works);
  CHECK_FALSE(attempt.crashed);
  CHECK(Contains(attempt.words, "database"));
  CHECK(Content(home.database()) == text);
}

TEST_CASE("a database of another program is refused and left as it is") {
  const TempHome home;
  { std::ofstream file(home.database()); }
  REQUIRE(chmod(home.database().c_str(), 0600) == 0);
  Execute(home.database(), "CREATE TABLE theirs(x)");
  const std::string before = Content(home.database());
  const Attempt attempt = TryToTalk(At(home.path()));
  CHECK_FALSE(attempt.works);
  CHECK_FALSE(attempt.crashed);
  CHECK(Content(home.database()) == before);
}

TEST_CASE("a database of a newer Katra is refused and left as it is") {
  const TempHome home;
  MakeUsed(home);
  Execute(home.database(), "PRAGMA user_version = 9999");
  Execute(home.database(), "PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string before = Content(home.database());
  const Attempt attempt = TryToTalk(At(home.path()));
  CHECK_FALSE(attempt.works);
  CHECK_FALSE(attempt.crashed);
  CHECK(Contains(attempt.words, "newer"));
  CHECK(Content(home.database()) == before);
}

TEST_CASE("damaged pages give an error that says so, and never a crash") {
  const TempHome home;
  MakeUsed(home);
  Execute(home.database(), "PRAGMA wal_checkpoint(TRUNCATE)");
  const auto size = static_cast<std::streamoff>(fs::file_size(home.database()));
  REQUIRE(size > 64 * 4096);
  for (std::streamoff page = 3; page * 4096 < size; page += 2) {
    Overwrite(home.database(), page * 4096, std::string(4096, '\x5a'));
  }
  ServerOptions options = At(home.path());
  const Attempt attempt = TryToTalk(options);
  CAPTURE(attempt.words);
  CHECK_FALSE(attempt.crashed);
  CHECK((attempt.works || Contains(attempt.words, "damaged")));

  options.persona = "Sam";
  options.initialize = false;
  const auto sam = ServerProcess::Start(options);
  std::string words;
  try {
    sam->Initialize(options.protocol);
    for (const char* tool : {"katra_hear", "katra_history", "katra_recall", "katra_who_is_here"}) {
      words += sam->CallTool(tool, json::object()).text;
    }
    words += sam->CallTool("katra_history", {{"query", "zzz"}, {"limit", 200}}).text;
  } catch (const std::exception& error) {
    words += error.what();
  }
  CAPTURE(words);
  CHECK(Contains(words + sam->child().ErrorOutput(), "damaged"));
  sam->child().CloseInput();
  const auto status = sam->child().WaitExit(kPatience);
  REQUIRE(status);
  CHECK(WIFEXITED(*status));
}

TEST_CASE("a waiting hear survives that the bell is deleted") {
  const TempHome home;
  ServerOptions options = At(home.path());
  options.persona = "Dario";
  const auto dario = ServerProcess::Start(options);
  options.persona = "Sam";
  const auto sam = ServerProcess::Start(options);
  sam->CallJson("katra_hear", json::object());
  for (int i = 0; i < 2; ++i) {
    const int64_t waiting = sam->SendTool("katra_hear", {{"wait_seconds", 50}, {"format", "json"}});
    REQUIRE(sam->Request("ping", json::object()).contains("result"));
    fs::remove(home.File("bell"));
    dario->CallJson("katra_say", {{"message", "still heard"}});
    const ToolReply reply = sam->AwaitTool(waiting, std::chrono::seconds(20));
    REQUIRE(reply.ok());
    CHECK(reply.structured.at("messages").size() == 1);
  }
}

TEST_CASE("a home that is removed under a running server gives a clear error, not a new home") {
  const TempHome parent;
  const std::string home = parent.File("home");
  ServerOptions options = At(home);
  options.persona = "Sam";
  const auto sam = ServerProcess::Start(options);
  sam->CallJson("katra_say", {{"message", "before"}});
  fs::remove_all(home);
  const ToolReply reply = sam->CallTool("katra_say", {{"message", "after"}});
  CHECK_FALSE(reply.ok());
  CHECK(Contains(reply.text, "removed"));
  CHECK(sam->Request("ping", json::object()).contains("result"));
  CHECK(WIFEXITED(sam->End()));
}

}  // namespace
}  // namespace katra::testing
