// What every store promises of memories, backups, exports and imports.
#include <cmath>
#include <fstream>

#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                   // NOLINT: a test file
using namespace katra::store;            // NOLINT
using namespace katra::store::contract;  // NOLINT

using Ids = std::vector<MemoryId>;

namespace {

std::unique_ptr<Backend> Any() { return MakeBackend(GENERATE(from_range(BackendNames()))); }

RememberRequest Note(const Session& session, const std::string& content) {
  RememberRequest request;
  request.session = session.id;
  request.content = content;
  return request;
}

std::vector<std::string> ExportLines(Store& store, const std::string& viewer = "") {
  std::vector<std::string> lines;
  ExportOptions options;
  options.viewer = viewer;
  REQUIRE(store.Export(
      options,
      [&](std::string_view line) -> Status {
        lines.emplace_back(line);
        return {};
      },
      CallContext{}));
  return lines;
}

Result<ImportReceipt> ImportLines(Store& store, const std::vector<std::string>& lines) {
  size_t next = 0;
  return store.Import(
      [&](std::string* line) -> Result<bool> {
        if (next == lines.size()) return false;
        *line = lines[next++];
        return true;
      },
      CallContext{});
}

bool Mentions(const std::vector<std::string>& lines, const std::string& text) {
  for (const std::string& line : lines) {
    if (line.find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("what one remembers all can recall, across sessions", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const MemoryId id = Remember(*backend, dario, "The build needs ninja");
  REQUIRE(backend->store().EndSession(dario.id, "left", CallContext{}));
  backend->Reopen();
  CHECK(RecallIds(*backend, Enter(*backend, "Sam"), "what does the build need?") == Ids{id});
}

TEST_CASE("a private memory is its author's alone, by every path", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session eve = Enter(*backend, "Eve");
  const MemoryId id = Remember(*backend, dario, "the vault code", MemoryScope::kPrivate);
  CHECK(RecallIds(*backend, dario, "vault") == Ids{id});
  CHECK(RecallIds(*backend, eve, "vault").empty());
  CHECK(RecallIds(*backend, eve, "").empty());
  CHECK(backend->store().GetMemory(eve.id, id, CallContext{}).error().code == ErrorCode::kNotFound);
  CHECK(backend->store().Forget(eve.id, id, "", CallContext{}).error().code ==
        ErrorCode::kNotFound);
  RememberRequest request = Note(eve, "mine now");
  request.supersedes = id;
  CHECK(backend->store().Remember(request, CallContext{}).error().code == ErrorCode::kNotFound);
  CHECK(backend->store().NearestMemories(eve.id, "the vault code", 0, 5, CallContext{})->empty());
  CHECK_FALSE(Mentions(ExportLines(backend->store(), "Eve"), "vault"));
  CHECK(Mentions(ExportLines(backend->store(), "Dario"), "vault"));
}

TEST_CASE("a superseded memory is hidden from recall but stays", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const MemoryId old = Remember(*backend, dario, "the port is 1000");
  RememberRequest request = Note(dario, "the port is 2000");
  request.supersedes = old;
  const auto renewed = backend->store().Remember(request, CallContext{});
  REQUIRE(renewed);
  CHECK(RecallIds(*backend, dario, "port") == Ids{renewed->id});
  CHECK(backend->store().GetMemory(dario.id, old, CallContext{})->superseded_by == renewed->id);
  RecallRequest all;
  all.session = dario.id;
  all.query = "port";
  all.include_superseded = true;
  CHECK(backend->store().Recall(all, CallContext{})->hits.size() == 2);

  const auto again = backend->store().Remember(request, CallContext{});
  CHECK(again.error().code == ErrorCode::kFailedPrecondition);
  CHECK(again.error().message.find(std::to_string(renewed->id)) != std::string::npos);

  REQUIRE(backend->store().Forget(dario.id, renewed->id, "wrong", CallContext{}));
  CHECK(RecallIds(*backend, dario, "port") == Ids{old});
}

TEST_CASE("a private memory cannot hide a shared one", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  RememberRequest request = Note(dario, "mine");
  request.supersedes = Remember(*backend, dario, "everybody's");
  request.scope = MemoryScope::kPrivate;
  CHECK(backend->store().Remember(request, CallContext{}).error().code ==
        ErrorCode::kInvalidArgument);
}

TEST_CASE("only the author forgets, once", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  const MemoryId id = Remember(*backend, dario, "soon gone");
  CHECK(backend->store().Forget(sam.id, id, "", CallContext{}).error().code ==
        ErrorCode::kPermissionDenied);
  CHECK_FALSE(backend->store().Forget(dario.id, id, "wrong", CallContext{})->repeated);
  CHECK(backend->store().Forget(dario.id, id, "wrong", CallContext{})->repeated);
  CHECK(RecallIds(*backend, dario, "gone").empty());
  CHECK(backend->store().GetMemory(dario.id, id, CallContext{}).error().code ==
        ErrorCode::kNotFound);
}

TEST_CASE("session_only memories go when their session ends", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  RememberRequest request = Note(dario, "for now only");
  request.session_only = true;
  REQUIRE(backend->store().Remember(request, CallContext{}));
  CHECK(RecallIds(*backend, sam, "now").size() == 1);
  REQUIRE(backend->store().EndSession(dario.id, "left", CallContext{}));
  CHECK(RecallIds(*backend, sam, "now").empty());
}

TEST_CASE("remembering again under the same key keeps one memory", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  RememberRequest request = Note(dario, "once");
  request.idempotency_key = "k";
  const auto first = backend->store().Remember(request, CallContext{});
  const auto second = backend->store().Remember(request, CallContext{});
  REQUIRE(second);
  CHECK(second->id == first->id);
  CHECK(second->repeated);
}

TEST_CASE("a memory of the wrong form is refused", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const auto refused = [&](auto change) {
    RememberRequest request = Note(dario, "fine");
    change(&request);
    const auto kept = backend->store().Remember(request, CallContext{});
    return !kept && kept.error().code == ErrorCode::kInvalidArgument;
  };
  CHECK(refused([](RememberRequest* r) { r->content = ""; }));
  CHECK(refused([](RememberRequest* r) { r->content = std::string(kMaxMemoryBytes + 1, 'x'); }));
  CHECK(refused([](RememberRequest* r) { r->importance = 1.01; }));
  CHECK(refused([](RememberRequest* r) { r->importance = std::nan(""); }));
  CHECK(refused([](RememberRequest* r) { r->tags = std::vector<std::string>(11, "t"); }));
  CHECK(refused([](RememberRequest* r) { r->tags = {"a\nb"}; }));
  CHECK(backend->store().Info(CallContext{})->memories == 0);
}

TEST_CASE("recall filters by kind, tag, author, time and scope", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const Session sam = Enter(*backend, "Sam");
  RememberRequest request = Note(dario, "ship on friday");
  request.kind = MemoryKind::kDecision;
  request.tags = {"Release", "plan"};
  const MemoryId first = backend->store().Remember(request, CallContext{})->id;
  backend->clock.Advance(std::chrono::hours(1));
  const MemoryId second = Remember(*backend, sam, "ship it");
  const auto ids = [&](auto change) {
    RecallRequest recall;
    recall.session = sam.id;
    recall.query = "ship";
    change(&recall);
    const auto reply = backend->store().Recall(recall, CallContext{});
    REQUIRE(reply);
    CHECK(reply->total == static_cast<int64_t>(reply->hits.size()));
    Ids found;
    for (const RecallHit& hit : reply->hits) found.push_back(hit.memory->id);
    return found;
  };
  CHECK(ids([](RecallRequest*) {}).size() == 2);
  CHECK(ids([](RecallRequest* r) { r->kind = MemoryKind::kDecision; }) == Ids{first});
  CHECK(ids([](RecallRequest* r) { r->tags = {"release"}; }) == Ids{first});
  CHECK(ids([](RecallRequest* r) { r->from = "sam"; }) == Ids{second});
  CHECK(ids([&](RecallRequest* r) { r->since = backend->clock.Now(); }) == Ids{second});
  CHECK(ids([&](RecallRequest* r) { r->until = backend->clock.Now(); }) == Ids{first});
  CHECK(ids([](RecallRequest* r) { r->scope = MemoryScope::kPrivate; }).empty());
  CHECK(ids([](RecallRequest* r) { r->query = ""; }) == Ids{second, first});
}

TEST_CASE("recall of all finds messages beside memories", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  Remember(*backend, dario, "the parrot sleeps");
  Say(*backend, dario, "my parrot is awake");
  RecallRequest recall;
  recall.session = dario.id;
  recall.query = "parrot";
  recall.include = RecallInclude::kAll;
  const auto reply = backend->store().Recall(recall, CallContext{});
  REQUIRE(reply);
  REQUIRE(reply->hits.size() == 2);
  CHECK(reply->hits[0].memory.has_value() != reply->hits[1].memory.has_value());
}

TEST_CASE("purge erases a memory and its text", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  const MemoryId id = Remember(*backend, dario, "xylophonequartz is the secret word");
  const MemoryId kept = Remember(*backend, dario, "an innocent word");
  REQUIRE(backend->store().Purge(id, CallContext{}));
  CHECK(RecallIds(*backend, dario, "word") == Ids{kept});
  CHECK(backend->store().Purge(id, CallContext{}).error().code == ErrorCode::kNotFound);
  const std::string copy = backend->ScratchFolder() + "/copy.db";
  REQUIRE(backend->store().Backup(copy, CallContext{}));
  std::ifstream file(copy, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  CHECK(bytes.find("innocent") != std::string::npos);
  CHECK(bytes.find("xylophonequartz") == std::string::npos);
}

TEST_CASE("a backup is complete and never overwrites", "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  Say(*backend, dario, "keep me");
  const std::string path = backend->ScratchFolder() + "/backup.db";
  REQUIRE(backend->store().Backup(path, CallContext{}));
  CHECK(backend->store().Backup(path, CallContext{}).error().code == ErrorCode::kAlreadyExists);
  REQUIRE(backend->store().CheckIntegrity(CallContext{}));
}

TEST_CASE("an export imports into another store once, and into its own never", "[contract]") {
  auto from = Any();
  const Session dario = Enter(*from, "Dario");
  const Session sam = Enter(*from, "Sam");
  const MessageId asked = Say(*from, dario, "shall we?").id;
  REQUIRE(
      from->store().Say(SayRequest{sam.id, "", "we shall", {"Dario"}, asked, ""}, CallContext{}));
  const MemoryId old = Remember(*from, dario, "the first plan");
  RememberRequest request = Note(dario, "the second plan");
  request.supersedes = old;
  REQUIRE(from->store().Remember(request, CallContext{}));
  const auto lines = ExportLines(from->store());

  auto to = MakeBackend(BackendNames()[0]);
  Say(*to, Enter(*to, "Other"), "was here before");
  const auto imported = ImportLines(to->store(), lines);
  INFO((imported ? std::string() : imported.error().message));
  REQUIRE(imported);
  CHECK(imported->messages == 2);
  CHECK(imported->memories == 2);
  const auto again = ImportLines(to->store(), lines);
  CHECK(again->messages + again->memories == 0);
  CHECK(again->skipped == 4);

  const Session there = Enter(*to, "Dario");
  CHECK(RecallIds(*to, there, "plan").size() == 1);
  HistoryRequest look;
  look.session = there.id;
  const auto history = to->store().History(look, CallContext{});
  REQUIRE(history->hits.size() == 3);
  CHECK(history->hits[2].message.reply_to == history->hits[1].message.id);
  CHECK(history->hits[2].message.to == std::vector<std::string>{"Dario"});

  CHECK(ImportLines(from->store(), ExportLines(to->store()))->messages == 1);
  CHECK(ImportLines(from->store(), lines)->skipped == 4);
}

TEST_CASE("an import with a bad line changes nothing and names the line", "[contract]") {
  auto from = Any();
  Say(*from, Enter(*from, "Dario"), "hello");
  auto lines = ExportLines(from->store());
  lines.push_back(GENERATE("{", "[]", R"({"type":"message"})",
                           R"({"type":"persona","name":"../x",)"
                           R"("role":"","created_at":"now"})"));
  auto to = MakeBackend(BackendNames()[0]);
  const auto imported = ImportLines(to->store(), lines);
  REQUIRE(!imported);
  CHECK(imported.error().message.find("line 4") != std::string::npos);
  CHECK(to->store().Info(CallContext{})->messages == 0);
  CHECK(ImportLines(to->store(), {}).error().code == ErrorCode::kInvalidArgument);
  CHECK(ImportLines(to->store(), {lines[1]}).error().code == ErrorCode::kInvalidArgument);
}
