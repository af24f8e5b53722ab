// A disk that is full, broken or read-only from the n-th write on, for every n of a small session:
// each call either does all and says so, or says clearly what is wrong and has done nothing; and
// all works again when the disk does.
#include <sys/wait.h>

#include <filesystem>
#include <iostream>

#include "tests/support/cpp/catch.h"
#include "tests/support/cpp/database_probe.h"
#include "tests/support/cpp/fault/fault_log.h"
#include "tests/support/cpp/sanitized.h"
#include "tests/support/cpp/server_process.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::testing {
namespace {

using nlohmann::json;

struct Step {
  const char* tool;
  json arguments;
};

std::vector<Step> Steps() {
  return {
      {"katra_say", {{"message", "all: " + std::string(6000, 'a')}}},
      {"katra_say", {{"message", "direct"}, {"to", {"Dario"}}, {"idempotency_key", "k1"}}},
      {"katra_hear", {{"limit", 3}}},
      {"katra_hear", {{"limit", 3}}},
      {"katra_remember", {{"content", "first version"}, {"tags", {"disk", "full"}}}},
      {"katra_remember", {{"content", "second version"}, {"supersedes", 2}}},
      {"katra_forget", {{"id", 1}, {"reason", "test"}}},
      {"katra_say", {{"message", "in a new room"}, {"room", "lab"}}},
      {"katra_claim", {{"paths", {"/x/a", "/x/b"}}}},
  };
}

// What the database shows of the steps: a row each, in the order of Steps.
std::vector<std::string> Effects(const std::string& database) {
  const auto count = [&](const std::string& sql) {
    return QueryValue(database, "SELECT count(*) FROM " + sql);
  };
  return {
      count("messages WHERE body LIKE 'all: %'"),
      count("messages m JOIN message_recipients r ON r.message_id = m.id "
            "JOIN idempotency i ON i.target_id = m.id WHERE m.body = 'direct'"),
      count("memories WHERE content = 'first version'"),
      count("memories n JOIN memories o ON o.superseded_by = n.id AND n.supersedes = o.id "
            "WHERE n.content = 'second version'"),
      count("memories m JOIN audit a ON a.memory_id = m.id WHERE m.id = 1 AND m.forgotten_at > 0"),
      count("messages m JOIN rooms r ON r.id = m.room_id WHERE r.name = 'lab'"),
  };
}
constexpr int kEffectOfStep[] = {0, 1, -1, -1, 2, 3, 4, 5, -1};
constexpr size_t kClaimStep = 8;  // looked at while its session lives

// A home with some past: Dario said five things, Sam has heard nothing yet, and remembers one.
void Prepare(const TempHome& home) {
  ServerOptions options;
  options.home = home.path();
  options.persona = "Dario";
  const auto dario = ServerProcess::Start(options);
  options.persona = "Sam";
  const auto sam = ServerProcess::Start(options);
  sam->CallJson("katra_hear", json::object());
  for (int i = 0; i < 5; ++i) dario->CallJson("katra_say", {{"message", std::to_string(i)}});
  sam->CallJson("katra_remember", {{"content", "to be forgotten"}});
  sam->End();
  dario->End();
}

void CopyHome(const TempHome& from, const TempHome& to) {
  for (const auto& entry : std::filesystem::directory_iterator(from.path())) {
    std::filesystem::copy(entry.path(), to.File(entry.path().filename()),
                          std::filesystem::copy_options::recursive);
  }
}

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// The words that a person or a model needs to mend it.
bool IsClear(const std::string& text, DiskFault fault) {
  const std::string lower = Lower(text);
  const auto has = [&](const char* part) { return lower.find(part) != std::string::npos; };
  switch (fault) {
    case DiskFault::kFull:
      return has("disk is full") || has("space");
    case DiskFault::kInputOutput:
      return has("disk");
    case DiskFault::kReadOnly:
      return has("write") || has("read-only") || has("readonly");
  }
  return false;
}

struct Round {
  uint64_t refused = 0;  // writes; 0: the session ended before the n-th
  std::vector<std::string> problems;
};

// Runs the steps on a disk that fails from its n-th write on.
Round FailFrom(const TempHome& prepared, const std::string& log_path, FaultLog& log,
               DiskFault fault, uint64_t n) {
  const TempHome home;
  CopyHome(prepared, home);
  log.Clear();
  FaultControl& control = log.control();
  control.fault = static_cast<uint32_t>(fault);
  control.writes = 0;
  control.refused = 0;
  control.fail_from = static_cast<int64_t>(n);

  Round round;
  const auto problem = [&](const std::string& text) {
    round.problems.push_back("write " + std::to_string(n) + ": " + text);
  };
  ServerOptions options;
  options.home = home.path();
  options.persona = "Sam";
  options.environment = {{"KATRA_FAULT_LOG", log_path},
                         {"LD_PRELOAD", KATRA_FAULT_VFS_PATH},
                         {"ASAN_OPTIONS", "verify_asan_link_order=0"}};
  options.initialize = false;
  auto sam = ServerProcess::Start(options);
  std::vector<bool> done;
  try {
    sam->Initialize(options.protocol);
    for (const Step& step : Steps()) {
      const ToolReply reply = sam->CallTool(step.tool, step.arguments);
      done.push_back(reply.ok());
      const std::string words = reply.text + (reply.error.is_null() ? "" : reply.error.dump());
      // A memory that was not stored cannot be superseded: that is clear, too.
      const bool follows = words.find("no memory") != std::string::npos;
      if (!reply.ok() && !IsClear(words, fault) && !follows) {
        problem(std::string(step.tool) + " is not clear: " + words);
      }
    }
  } catch (const std::exception& error) {
    const auto status = sam->child().WaitExit(kPatience);
    if (!status) problem(std::string("hangs: ") + error.what());
    if (status && WIFSIGNALED(*status)) problem(std::string("crashed: ") + error.what());
    if (!IsClear(sam->child().ErrorOutput(), fault)) {
      problem("its end is not clear: " + sam->child().ErrorOutput());
    }
    sam.reset();
  }
  round.refused = control.refused.load();
  control.fail_from = -1;  // space returns

  if (sam != nullptr) {
    const ToolReply again = sam->CallTool("katra_say", {{"message", "space is back"}});
    if (!again.ok()) problem("does not work again: " + again.text + again.error.dump());
    const std::string claims = QueryValue(home.database(), "SELECT count(*) FROM claims");
    if (done.size() > kClaimStep && claims != (done[kClaimStep] ? "2" : "0")) {
      problem("of the claim there are " + claims + " paths");
    }
    if (sam->End() != 0) problem("does not end well: " + sam->child().ErrorOutput());
  }
  const auto fresh = ServerProcess::Start(options);
  fresh->Initialize(options.protocol);
  const ToolReply after = fresh->CallTool("katra_say", {{"message", "a new start"}});
  if (!after.ok()) problem("does not start again: " + after.text + after.error.dump());
  fresh->End();

  const std::vector<std::string> effects = Effects(home.database());
  for (size_t i = 0; i < done.size(); ++i) {
    if (kEffectOfStep[i] < 0) continue;
    const std::string expected = done[i] ? "1" : "0";
    const std::string& found = effects[static_cast<size_t>(kEffectOfStep[i])];
    if (found != expected) {
      problem("step " + std::to_string(i) + (done[i] ? " was acknowledged" : " was refused") +
              ", and the database has " + found + " of it");
    }
  }
  const std::string broken = IntegrityProblems(home.database());
  if (!broken.empty()) problem(broken);
  return round;
}

// Every write; in slow builds some of them.
constexpr uint64_t kStride = kSanitized ? 7 : 1;

TEST_CASE("on a disk that fails at any write, a call does all or nothing, and says which") {
  const auto fault = GENERATE(DiskFault::kFull, DiskFault::kInputOutput, DiskFault::kReadOnly);
  const TempHome prepared;
  Prepare(prepared);
  const TempHome beside;
  const std::string log_path = beside.File("fault.log");
  const auto log = FaultLog::Create(log_path, uint64_t{64} << 20);
  uint64_t n = 0;
  for (;; n += kStride) {
    const Round round = FailFrom(prepared, log_path, *log, fault, n);
    for (const std::string& problem : round.problems) FAIL_CHECK(problem);
    REQUIRE(round.problems.empty());
    if (round.refused == 0) break;
    REQUIRE(n < 2000);
  }
  CHECK(n > 20);
  std::cout << "fault " << static_cast<int>(fault) << ": failed from each of " << n
            << " writes on\n";
}

}  // namespace
}  // namespace katra::testing
