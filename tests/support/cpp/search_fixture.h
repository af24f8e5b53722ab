// A database with rooms, personas, messages and memories, below the Store: for what tests and
// measures search alone. Rows are made as the store makes them, many to a transaction.
#pragma once

#include <string>
#include <vector>

#include "store/sqlite/connection.h"
#include "store/sqlite/full_text/memory_index.h"
#include "store/sqlite/full_text/message_index.h"

namespace katra::testing {

struct Utterance {
  std::string speaker;
  std::string body;
  std::string room = "main";
  std::vector<std::string> to{};
};

struct NewMemory {
  std::string author;
  std::string content;
  std::string reasoning{};
  std::vector<std::string> tags{};
  bool is_private = false;
  double importance = 0.5;
  store::MemoryKind kind = store::MemoryKind::kNote;
};

// Not thread-safe.
class SearchFixture {
 public:
  // `path`: of a database that does not exist yet, or that an earlier SearchFixture made.
  explicit SearchFixture(const std::string& path);

  store::PersonaId Persona(const std::string& name);
  int64_t Room(const std::string& name);

  // Said a minute after the last, from 2026-03-02 09:00 UTC on.
  store::MessageId Say(const Utterance& utterance);
  store::MemoryId Remember(const NewMemory& memory);

  // The ids found, best first.
  std::vector<int64_t> Messages(const std::string& viewer, const std::string& query,
                                int limit = 20);
  std::vector<int64_t> Memories(const std::string& viewer, const std::string& query,
                                int limit = 20);

  store::sqlite::full_text::SearchReply Search(
      const store::sqlite::full_text::MessageSearch& search);
  store::sqlite::full_text::SearchReply Search(
      const store::sqlite::full_text::MemorySearch& search);

  void Begin() { connection_.db().exec("BEGIN IMMEDIATE"); }
  void Commit() { connection_.db().exec("COMMIT"); }
  void PassTime(WallTime::duration time) { now_ += time; }

  [[nodiscard]] WallTime now() const { return now_; }
  [[nodiscard]] store::sqlite::Connection& connection() { return connection_; }
  [[nodiscard]] store::sqlite::full_text::TermStatistics& statistics() { return statistics_; }

 private:
  store::sqlite::Connection connection_;
  store::sqlite::full_text::TermStatistics statistics_;
  WallTime now_;
};

}  // namespace katra::testing
