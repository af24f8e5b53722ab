// What the clients of one home were told, over the lives and deaths of its servers, and whether the
// database and later hearings keep those words. Knows the tools' JSON forms and the tables.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace katra::testing {

// One persona's client. Used by one thread at a time.
struct ClientRecord {
  std::string name;
  int64_t next = 0;                           // makes every text of this client another
  std::map<int64_t, std::string> said;        // acknowledged, by id
  std::map<int64_t, std::string> remembered;  // acknowledged, by id
  std::set<std::string> unanswered;           // said or remembered, but the answer never came
  std::set<int64_t> heard;                    // ever received
  std::set<int64_t> acknowledged;             // received, and a later hear was answered
  std::set<int64_t> received_last;            // by this session's last answered hear
  std::set<std::string> claimed;              // paths, acknowledged by this session
  std::vector<std::string> problems;
  uint64_t operations = 0;  // answered

  // Files an answer to katra_hear. `marked`: what was heard before must say "redelivered".
  void NoteHeard(const nlohmann::json& reply, bool marked);
  // Files an answer to katra_claim.
  void NoteClaims(const nlohmann::json& reply);
  // The session has gone, and its claims with it: what it received last was not acknowledged.
  void NoteGone() {
    received_last.clear();
    claimed.clear();
  }
};

struct LedgerCheck {
  std::vector<std::string> problems;  // empty: every word was kept
  size_t messages = 0;                // acknowledged, of all clients
  size_t memories = 0;
  size_t claims = 0;           // held by sessions that live
  size_t unanswered_kept = 0;  // of the unanswered ones, how many the database has: either is right
};

// Compares the database with what was acknowledged: all there, unchanged, and of the unanswered
// ones none twice. Of the two paths of a claim there are both or none. The receipts fit the
// cursors.
[[nodiscard]] LedgerCheck CheckDatabase(const std::string& database,
                                        const std::vector<const ClientRecord*>& clients);

// Everything that others said to all is in `client.heard`.
[[nodiscard]] std::vector<std::string> CheckAllHeard(const std::string& database,
                                                     const ClientRecord& client);

}  // namespace katra::testing
