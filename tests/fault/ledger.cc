// Compares sets; finds out nothing by itself.
#include "tests/fault/ledger.h"

#include <algorithm>

#include "tests/support/cpp/database_probe.h"

namespace katra::testing {
namespace {

using nlohmann::json;

void Compare(const std::string& what, const std::map<int64_t, std::string>& acknowledged,
             const std::map<int64_t, std::string>& stored, LedgerCheck* check) {
  for (const auto& [id, text] : acknowledged) {
    const auto found = stored.find(id);
    if (found == stored.end()) {
      check->problems.push_back("lost " + what + " " + std::to_string(id) + ": " + text);
    } else if (found->second != text) {
      check->problems.push_back("changed " + what + " " + std::to_string(id) + ": " + text +
                                " became " + found->second);
    }
  }
}

std::map<int64_t, std::string> ById(const std::vector<std::vector<std::string>>& rows) {
  std::map<int64_t, std::string> texts;
  for (const auto& row : rows) texts.emplace(std::stoll(row[0]), row[1]);
  return texts;
}

void CheckClaims(const std::string& database, const std::vector<const ClientRecord*>& clients,
                 LedgerCheck* check) {
  std::set<std::string> stored;
  for (const auto& row : QueryRows(database, "SELECT pattern FROM claims")) stored.insert(row[0]);
  for (const ClientRecord* client : clients) {
    check->claims += client->claimed.size();
    for (const std::string& path : client->claimed) {
      if (stored.count(path) == 0) check->problems.push_back("lost the claim on " + path);
    }
  }
  for (const auto& row :
       QueryRows(database, "SELECT reason FROM claims GROUP BY reason HAVING count(*) <> 2")) {
    check->problems.push_back("half of a claim is there: " + row[0]);
  }
}

// Whatever a persona acknowledged, its speaker can learn when, and of nothing else that it did.
void CompareReceipts(const std::string& database, LedgerCheck* check) {
  const std::string unrecorded = QueryValue(
      database,
      "SELECT count(*) FROM persona_cursors c JOIN messages m ON m.room_id = c.room_id"
      " AND m.direct = 0 AND m.persona_id <> c.persona_id AND m.id <= c.acked"
      " AND m.id > c.history_through WHERE NOT EXISTS (SELECT 1 FROM hearings h"
      "  WHERE h.persona_id = c.persona_id AND h.room_id = c.room_id AND h.through >= m.id"
      "  AND h.after < m.id)");
  if (unrecorded != "0") check->problems.push_back(unrecorded + " were heard without a record");
  const std::string ahead = QueryValue(
      database,
      "SELECT count(*) FROM hearings h JOIN persona_cursors c ON c.persona_id = h.persona_id"
      " AND c.room_id = h.room_id WHERE h.through > c.acked");
  if (ahead != "0") check->problems.push_back(ahead + " records are of what nobody acknowledged");
}

}  // namespace

void ClientRecord::NoteClaims(const json& reply) {
  const std::string state = reply.at("state");
  if (state == "refused") problems.push_back(name + " was refused its own paths");
  for (const json& claim : reply.at("claims")) {
    const std::string path = claim.at("path");
    if (state == "claimed") {
      claimed.insert(path);
    } else if (claimed.erase(path) == 0) {
      problems.push_back(name + " released what it had not claimed: " + path);
    }
  }
  if (state == "released" && reply.at("in_all") == reply.at("claims").size()) claimed.clear();
}

void ClientRecord::NoteHeard(const json& reply, bool marked) {
  // That this call was answered acknowledges what the one before returned.
  acknowledged.insert(received_last.begin(), received_last.end());
  received_last.clear();
  int64_t before = 0;
  for (const json& message : reply.at("messages")) {
    const auto id = message.at("id").get<int64_t>();
    const std::string about = name + " heard " + std::to_string(id);
    if (acknowledged.count(id) != 0) problems.push_back(about + " after acknowledging it");
    if (id <= before) problems.push_back(about + " after " + std::to_string(before));
    if (message.at("from") == name) problems.push_back(about + ", its own word");
    if (marked && heard.count(id) != 0 && !message.at("redelivered").get<bool>()) {
      problems.push_back(about + " again, and it was not marked");
    }
    before = id;
    heard.insert(id);
    received_last.insert(id);
  }
}

LedgerCheck CheckDatabase(const std::string& database,
                          const std::vector<const ClientRecord*>& clients) {
  LedgerCheck check;
  const auto messages = ById(QueryRows(database, "SELECT id, body FROM messages"));
  const auto memories = ById(QueryRows(database, "SELECT id, content FROM memories"));
  CompareReceipts(database, &check);
  std::multiset<std::string> stored;
  for (const auto& [id, text] : messages) stored.insert(text);
  for (const auto& [id, text] : memories) stored.insert(text);
  CheckClaims(database, clients, &check);
  size_t acknowledged = 0;
  for (const ClientRecord* client : clients) {
    Compare("message", client->said, messages, &check);
    Compare("memory", client->remembered, memories, &check);
    check.messages += client->said.size();
    check.memories += client->remembered.size();
    acknowledged += client->said.size() + client->remembered.size();
    for (const std::string& text : client->unanswered) {
      const size_t times = stored.count(text);
      check.unanswered_kept += times;
      if (times > 1) check.problems.push_back("stored twice: " + text);
    }
  }
  if (check.problems.empty() && stored.size() != acknowledged + check.unanswered_kept) {
    check.problems.push_back(std::to_string(stored.size()) + " texts are stored, " +
                             std::to_string(acknowledged + check.unanswered_kept) +
                             " were said or remembered");
  }
  return check;
}

std::vector<std::string> CheckAllHeard(const std::string& database, const ClientRecord& client) {
  std::vector<std::string> problems;
  const auto said = QueryRows(database,
                              "SELECT m.id, m.body FROM messages m JOIN personas p ON "
                              "p.id = m.persona_id WHERE m.direct = 0 AND p.name <> '" +
                                  client.name + "'");
  for (const auto& row : said) {
    if (client.heard.count(std::stoll(row[0])) == 0) {
      problems.push_back(client.name + " never heard " + row[0] + ": " + row[1]);
    }
  }
  return problems;
}

}  // namespace katra::testing
