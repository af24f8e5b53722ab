// What every store promises of projects.
#include <filesystem>
#include <fstream>

#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                   // NOLINT: a test file
using namespace katra::store;            // NOLINT
using namespace katra::store::contract;  // NOLINT

namespace {

constexpr const char* kTool = "example.org/team/tool";
constexpr const char* kSite = "example.org/team/site";

std::unique_ptr<Backend> Any() { return MakeBackend(GENERATE(from_range(BackendNames()))); }

Session EnterIn(Backend& backend, const std::string& persona, const std::string& project,
                const std::string& folder = "") {
  SessionStart start;
  start.persona = persona;
  start.project = project;
  start.working_folder = folder;
  start.process = CurrentProcess();
  auto session = backend.store().OpenSession(start, CallContext{});
  REQUIRE(session);
  return *session;
}

Result<RecallReply> TryRecall(Store& store, const Session& session, const std::string& query,
                              const std::string& project = "",
                              RecallInclude include = RecallInclude::kMemories) {
  RecallRequest request;
  request.session = session.id;
  request.query = query;
  request.project = project;
  request.include = include;
  return store.Recall(request, CallContext{});
}

// The projects of the hits, best first.
std::vector<std::string> Projects(Store& store, const Session& session, const std::string& query,
                                  const std::string& project = "",
                                  RecallInclude include = RecallInclude::kMemories) {
  const auto reply = TryRecall(store, session, query, project, include);
  INFO((reply ? "" : reply.error().message));
  REQUIRE(reply);
  std::vector<std::string> projects;
  for (const RecallHit& hit : reply->hits) {
    projects.push_back(hit.memory ? hit.memory->project : hit.message->project);
  }
  return projects;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a session's project is the repository that its folder is in", "[contract]") {
  auto backend = Any();
  const std::string folder = backend->ScratchFolder() + "/repository";
  std::filesystem::create_directories(folder + "/.git");
  std::filesystem::create_directories(folder + "/src");
  std::ofstream(folder + "/.git/HEAD") << "ref: refs/heads/main\n";
  std::ofstream(folder + "/.git/config")
      << "[remote \"origin\"]\n\turl = git@example.org:team/tool.git\n";
  CHECK(EnterIn(*backend, "Sam", "", folder + "/src").project == kTool);
  CHECK(EnterIn(*backend, "Dario", "", "/").project.empty());
  CHECK(EnterIn(*backend, "Lead", "").project.empty());
  const auto live = backend->store().LiveSessions({"Sam", ""}, CallContext{});
  REQUIRE(live);
  CHECK(live->at(0).project == kTool);
  CHECK(backend->store().WhoIsHere("", CallContext{})->at(0).session.project == kTool);
}

TEST_CASE("recall finds what was remembered in the session's own project first", "[contract]") {
  auto backend = Any();
  const Session tool = EnterIn(*backend, "Sam", kTool);
  const Session site = EnterIn(*backend, "Dario", kSite);
  const Session nowhere = EnterIn(*backend, "Lead", "");
  Remember(*backend, site, "deploy the thing with the blue script");
  Remember(*backend, tool, "deploy the thing with the red script");
  Remember(*backend, nowhere, "deploy the thing with the old script");
  Store& store = backend->store();
  CHECK(Projects(store, tool, "deploy script").front() == kTool);
  CHECK(Projects(store, site, "deploy script").front() == kSite);
  CHECK(Projects(store, tool, "deploy script").size() == 3);
  CHECK(TryRecall(store, tool, "deploy")->project == kTool);
  SECTION("a far better match from elsewhere is not hidden") {
    Remember(*backend, site, "the zebra crossing is painted on Mondays");
    CHECK(Projects(store, tool, "zebra crossing painted") == Names{kSite});
  }
  SECTION("on request only one project, or all alike") {
    CHECK(Projects(store, tool, "deploy script", kSite) == Names{kSite});
    CHECK(Projects(store, tool, "deploy script", "site") == Names{kSite});
    CHECK(Projects(store, tool, "", "TOOL") == Names{kTool});
    CHECK(Projects(store, site, "deploy script", "*") ==
          Projects(store, tool, "deploy script", "*"));
    const auto missed = TryRecall(store, tool, "deploy", "sitte");
    REQUIRE_FALSE(missed);
    CHECK(missed.error().code == ErrorCode::kNotFound);
    CHECK(missed.error().message.find("site") != std::string::npos);
  }
  SECTION("messages too") {
    Say(*backend, site, "the green lamp is broken");
    Say(*backend, tool, "the green lamp is mended");
    const auto found = Projects(store, site, "green lamp", "", RecallInclude::kMessages);
    CHECK(found == Names{kSite, kTool});
    CHECK(Projects(store, tool, "green lamp", "", RecallInclude::kMessages) == Names{kTool, kSite});
    CHECK(Projects(store, tool, "green lamp", "site", RecallInclude::kMessages) == Names{kSite});
  }
}

TEST_CASE("a forgotten memory of a project leaves the index", "[contract]") {
  auto backend = Any();
  const Session tool = EnterIn(*backend, "Sam", kTool);
  const MemoryId id = Remember(*backend, tool, "the anvil is red");
  REQUIRE(backend->store().Forget(tool.id, id, "", CallContext{}));
  CHECK(Projects(backend->store(), tool, "anvil").empty());
  REQUIRE(backend->store().CheckIntegrity(CallContext{}));
}

TEST_CASE("projects move with an export", "[contract]") {
  auto from = Any();
  const Session tool = EnterIn(*from, "Sam", kTool);
  Remember(*from, tool, "the anvil is red");
  Say(*from, tool, "the anvil is hot");
  Remember(*from, EnterIn(*from, "Lead", ""), "the anvil is old");
  std::vector<std::string> lines;
  REQUIRE(from->store().Export(
      {},
      [&](std::string_view line) -> Status {
        lines.emplace_back(line);
        return {};
      },
      CallContext{}));
  auto into = MakeBackend(BackendNames().front());
  const Session reader = EnterIn(*into, "Reader", kTool);
  size_t next = 0;
  REQUIRE(into->store().Import(
      [&](std::string* line) -> Result<bool> {
        if (next == lines.size()) return false;
        *line = lines[next++];
        return true;
      },
      CallContext{}));
  CHECK(Projects(into->store(), reader, "anvil") == Names{kTool, ""});
  CHECK(Projects(into->store(), reader, "anvil", "tool", RecallInclude::kMessages) == Names{kTool});
}
