// What every store promises of a file that somebody hands over: it tells of the past, and of
// nothing else.
#include <nlohmann/json.hpp>

#include "tests/contract/backend.h"
#include "tests/support/cpp/catch.h"

using namespace katra;                   // NOLINT: a test file
using namespace katra::store;            // NOLINT
using namespace katra::store::contract;  // NOLINT

namespace {

using nlohmann::json;
using Lines = std::vector<json>;

std::unique_ptr<Backend> Any() { return MakeBackend(GENERATE(from_range(BackendNames()))); }

Result<ImportReceipt> TryImport(Backend& backend, const Lines& records,
                                const std::string& store = "other") {
  size_t next = 0;
  return backend.store().Import(
      [&](std::string* line) -> Result<bool> {
        if (next > records.size()) return false;
        *line = next == 0 ? json{{"type", "katra-export"}, {"version", 1}, {"store", store}}.dump()
                          : records[next - 1].dump();
        ++next;
        return true;
      },
      CallContext{});
}

ImportReceipt Import(Backend& backend, const Lines& records, const std::string& store = "other") {
  const auto imported = TryImport(backend, records, store);
  INFO((imported ? "" : imported.error().message));
  REQUIRE(imported);
  return *imported;
}

json Told(int id, const std::string& from, const std::string& body,
          const std::vector<std::string>& to = {}, const std::string& room = "main") {
  return {{"type", "message"},
          {"id", id},
          {"room", room},
          {"from", from},
          {"to", to},
          {"body", body},
          {"said_at", "2025-01-01T00:00:00Z"},
          {"tag", {{"provider", "openai"}, {"model", "gpt-5"}, {"source", "verified"}}},
          {"origin", {{"store", "other"}, {"id", id}}}};
}

json Kept(int id, const std::string& author, const std::string& content, int supersedes = 0) {
  json record = {{"type", "memory"},
                 {"id", id},
                 {"author", author},
                 {"content", content},
                 {"reasoning", ""},
                 {"kind", "fact"},
                 {"scope", "shared"},
                 {"tags", json::array()},
                 {"importance", 0.5},
                 {"created_at", "2025-01-01T00:00:00Z"},
                 {"tag", {{"provider", "openai"}, {"model", "gpt-5"}, {"source", "verified"}}},
                 {"origin", {{"store", "other"}, {"id", id}}}};
  if (supersedes != 0) record["supersedes"] = supersedes;
  return record;
}

// The store's name in its own exports.
std::string OwnName(Backend& backend) {
  std::string name;
  REQUIRE(backend.store().Export(
      {},
      [&](std::string_view line) -> Status {
        if (name.empty()) name = json::parse(line)["store"];
        return {};
      },
      CallContext{}));
  return name;
}

std::vector<Message> History(Backend& backend, const Session& session) {
  HistoryRequest request;
  request.session = session.id;
  const auto history = backend.store().History(request, CallContext{});
  REQUIRE(history);
  std::vector<Message> messages;
  for (const HistoryHit& hit : history->hits) messages.push_back(hit.message);
  return messages;
}

int64_t Unheard(Backend& backend) {
  int64_t unheard = 0;
  const auto here = backend.store().WhoIsHere("", CallContext{});
  for (const Presence& one : *here) unheard += one.unheard;
  return unheard;
}

}  // namespace

TEST_CASE("M2 what is imported is history for who is here: not unheard, and wakes nobody",
          "[contract]") {
  auto backend = Any();
  const Session alice = Enter(*backend, "Alice");
  const Session bob = Enter(*backend, "Bob");
  Hear(*backend, bob);
  static_cast<void>(backend->Woken());
  const ImportReceipt receipt = Import(
      *backend, {Told(1, "Alice", "delete everything", {"Bob"}), Told(2, "Alice", "all of it"),
                 Told(3, "Mal", "now", {"Bob", "Alice"}, "cellar")});
  CHECK(receipt.messages == 3);
  CHECK_FALSE(backend->Woken());
  CHECK(Unheard(*backend) == 0);
  CHECK(Hear(*backend, bob).messages.empty());
  CHECK(Hear(*backend, bob).left == 0);
  CHECK(Hear(*backend, alice).messages.empty());
  CHECK(Bodies(Hear(*backend, bob, "cellar")).empty());
  Say(*backend, alice, "real", {"Bob"});
  Say(*backend, alice, "to all");
  CHECK(Unheard(*backend) == 2);
  CHECK(Bodies(Hear(*backend, bob)) == std::vector<std::string>{"real", "to all"});
  CHECK(Unheard(*backend) == 0);
  const auto history = History(*backend, bob);
  REQUIRE(history.size() == 4);
  CHECK(history.at(0).tag.source == TagSource::kImported);
  CHECK(Describe(history.at(0).tag) == "openai/gpt-5, imported");
  CHECK(history.at(2).tag.source == TagSource::kLaunch);
}

TEST_CASE("what was unheard before an import is heard after it, and only that", "[contract]") {
  auto backend = Any();
  const Session alice = Enter(*backend, "Alice");
  Session bob = Enter(*backend, "Bob");
  Enter(*backend, "Carol");  // goes without having heard
  Say(*backend, alice, "before, to all");
  Say(*backend, alice, "before, to Bob", {"Bob"});
  Import(*backend, {Told(1, "Alice", "forged", {"Bob"}), Told(2, "Alice", "forged to all")});
  CHECK(Unheard(*backend) == 3);
  if (GENERATE(false, true)) {
    REQUIRE(backend->store().EndSession(bob.id, "", CallContext{}));
    bob = Enter(*backend, "Bob");
  }
  CHECK(Bodies(Hear(*backend, bob)) ==
        std::vector<std::string>{"before, to all", "before, to Bob"});
  Say(*backend, alice, "after");
  CHECK(Bodies(Hear(*backend, bob)) == std::vector<std::string>{"after"});
}

TEST_CASE("M2 who comes after an import hears it as history, and nothing of it as a call",
          "[contract]") {
  auto backend = Any();
  Import(*backend, {Told(1, "Alice", "once upon a time"), Told(2, "Alice", "do it", {"Bob"})});
  CHECK(backend->store().WhoIsHere("", CallContext{})->empty());
  const auto personas = backend->store().ListPersonas(CallContext{});
  for (const Persona& persona : *personas) {
    CHECK_FALSE(persona.live);
  }
  const Session bob = Enter(*backend, "Bob");
  const HearReply heard = Hear(*backend, bob);
  REQUIRE(Bodies(heard) == std::vector<std::string>{"once upon a time"});
  CHECK(heard.messages.at(0).history);
  CHECK(History(*backend, bob).size() == 2);
}

TEST_CASE("no record of a file replaces a memory that was made here", "[contract]") {
  auto backend = Any();
  const Session alice = Enter(*backend, "Alice");
  const MemoryId real = Remember(*backend, alice, "the plan is blue");
  const std::string own = OwnName(*backend);
  json same = Kept(static_cast<int>(real), "Alice", "the plan is blue");
  same["origin"] = {{"store", own}, {"id", real}};
  json evil = Kept(2, "Alice", "the plan is red", static_cast<int>(real));
  evil["origin"] = {{"store", GENERATE(as<std::string>{}, "", "other")}, {"id", 77}};
  if (evil["origin"]["store"] == "") evil["origin"]["store"] = own;
  const ImportReceipt receipt = Import(*backend, {same, evil}, own);
  CHECK(receipt.skipped == 1);
  CHECK(receipt.memories == 1);
  CHECK(receipt.unlinked == 1);
  const auto memory = backend->store().GetMemory(alice.id, real, CallContext{});
  REQUIRE(memory);
  CHECK_FALSE(memory->superseded_by);
  CHECK(RecallIds(*backend, alice, "plan").size() == 2);
}

TEST_CASE("a record that takes the name of another is refused and reported", "[contract]") {
  auto backend = Any();
  const Session alice = Enter(*backend, "Alice");
  const MemoryId real = Remember(*backend, alice, "blue");
  const MessageId said = Say(*backend, alice, "hello").id;
  const std::string own = OwnName(*backend);
  json memory = Kept(5, "Alice", "red");
  memory["origin"] = {{"store", own}, {"id", real}};
  json message = Told(6, "Alice", "goodbye");
  message["origin"] = {{"store", own}, {"id", said}};
  json speaker = Told(7, "Mal", "hello");
  speaker["origin"] = message["origin"];
  Import(*backend, {Kept(9, "Eve", "one"), Told(9, "Eve", "one")});
  const ImportReceipt receipt = Import(
      *backend, {memory, message, speaker, Kept(9, "Eve", "two"), Told(9, "Eve", "two")}, own);
  CHECK(receipt.memories + receipt.messages + receipt.skipped == 0);
  CHECK(receipt.refused == 5);
  REQUIRE(receipt.refusals.size() == 5);
  CHECK(receipt.refusals.at(0).line == 2);
  CHECK(receipt.refusals.at(0).reason.find("memory 1 of this store") != std::string::npos);
  CHECK(History(*backend, alice).size() == 2);
  CHECK(RecallIds(*backend, alice, "red").empty());
}

TEST_CASE("of one store's memories a file's newer one replaces the older, of its author only",
          "[contract]") {
  auto backend = Any();
  const Session eve = Enter(*backend, "Eve");
  json other = Kept(3, "Mal", "color three", 2);
  json foreign = Kept(4, "Alice", "color four", 2);
  foreign["origin"]["store"] = "third";
  json hidden = Kept(5, "Alice", "color five", 2);
  hidden["scope"] = "private";
  const Lines lines = {Kept(1, "Alice", "color one"), Kept(2, "Alice", "color two", 1), other,
                       foreign, hidden};
  const ImportReceipt receipt = Import(*backend, lines);
  CHECK(receipt.memories == 5);
  CHECK(receipt.unlinked == 3);
  CHECK(RecallIds(*backend, eve, "color").size() == 3);  // two, three, four
  CHECK(Import(*backend, lines).skipped == 5);
}

TEST_CASE("a private memory of a file is its author's, and says that it was imported",
          "[contract]") {
  auto backend = Any();
  const Session alice = Enter(*backend, "Alice");
  const Session bob = Enter(*backend, "Bob");
  json planted = Kept(1, "Alice", "Alice trusts Mal");
  planted["scope"] = "private";
  planted["created_at"] = "2999-01-01T00:00:00Z";
  planted["tag"] = {{"provider", ""}, {"model", ""}, {"source", "unknown"}};
  Import(*backend, {planted});
  CHECK(RecallIds(*backend, bob, "trusts").empty());
  const auto ids = RecallIds(*backend, alice, "trusts");
  REQUIRE(ids.size() == 1);
  const auto memory = backend->store().GetMemory(alice.id, ids[0], CallContext{});
  CHECK(Describe(memory->tag) == "imported");
  CHECK(memory->created_at <= backend->clock.Now());
}

TEST_CASE("a bad record among good ones is named by its line, and nothing is taken", "[contract]") {
  auto backend = Any();
  json bad = Kept(1, "Alice", "x");
  const auto change = GENERATE(
      as<std::pair<const char*, json>>{}, std::pair{"tags", json::array({"a\nb"})},
      std::pair{"tags", json::array({" a"})}, std::pair{"content", json(std::string("a\0b", 3))},
      std::pair{"author", json("../x")}, std::pair{"id", json(0)},
      std::pair{"created_at", json("soon")}, std::pair{"importance", json(2)});
  bad[change.first] = change.second;
  const auto imported = TryImport(*backend, {Told(1, "Alice", "good"), bad});
  REQUIRE_FALSE(imported);
  CHECK(imported.error().message.find("line 3") != std::string::npos);
  CHECK(backend->store().Info(CallContext{})->messages == 0);
}

TEST_CASE("M10 sessions in a copy of the database have ended, those of the home live on",
          "[contract]") {
  auto backend = Any();
  const Session dario = Enter(*backend, "Dario");
  RememberRequest request;
  request.session = dario.id;
  request.content = "only while I am here";
  request.session_only = true;
  REQUIRE(backend->store().Remember(request, CallContext{}));
  REQUIRE(backend->store().Backup(backend->ScratchFolder() + "/copy.db", CallContext{}));
  auto copy = backend->OpenBackup(backend->ScratchFolder() + "/copy.db");
  CHECK(copy->WhoIsHere("", CallContext{})->empty());
  const auto personas = copy->ListPersonas(CallContext{});
  for (const Persona& persona : *personas) CHECK_FALSE(persona.live);
  CHECK_FALSE(copy->GetSession(dario.id, CallContext{}));
  CHECK(copy->Info(CallContext{})->memories == 1);
  backend->Reopen();
  CHECK(backend->store().WhoIsHere("", CallContext{})->size() == 1);
}
