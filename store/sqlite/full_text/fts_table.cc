#include "store/sqlite/full_text/fts_table.h"

namespace katra::store::sqlite::full_text {
namespace {

// Rows counted per term; beyond, the frequency is estimated.
constexpr int64_t kCountedRows = 1'500;
constexpr int64_t kVisitedRows = 50'000;  // rows visited when listing the newest

}  // namespace

std::string QuoteTokens(const std::string& tokens) { return "\"" + tokens + "\""; }

std::string MatchKey(const std::string& key) { return "keys : " + QuoteTokens(key); }

bool VisitNewest(Connection& connection, const FtsTable& table,
                 const std::vector<std::string>& matches, int64_t from, int64_t through,
                 const std::function<bool(int64_t id)>& visit) {
  std::string all;
  for (const std::string& match : matches) all += (all.empty() ? "(" : " AND (") + match + ")";
  Query query = connection.Prepare(all.empty() ? table.all : table.matching);
  query.Bind(from, through);
  if (!all.empty()) query->bind(3, all);
  for (int64_t visited = 0; query->executeStep(); ++visited) {
    if (visited == kVisitedRows) return false;
    if (!visit(query->getColumn(0).getInt64())) break;
  }
  return true;
}

int64_t LastRow(Connection& connection, const FtsTable& table) {
  Query query = connection.Prepare(table.last_row);
  return query->executeStep() ? query->getColumn(0).getInt64() : 0;
}

int64_t CountRows(Connection& connection, TermStatistics& statistics, const FtsTable& table,
                  const std::string& match, int64_t last_row) {
  const std::string key = table.name + (' ' + match);
  if (const auto known = statistics.Find(key, last_row)) return *known;
  Query query = connection.Prepare(table.count);
  query.Bind("(" + match + ") NOT (" + MatchKey(kHiddenKey) + ")", kCountedRows)->executeStep();
  int64_t documents = query->getColumn(0).getInt64();
  if (documents >= kCountedRows) {
    const int64_t first = query->getColumn(1).getInt64();
    const int64_t last = query->getColumn(2).getInt64();
    const double density = static_cast<double>(documents) / static_cast<double>(last - first + 1);
    documents += static_cast<int64_t>(density * static_cast<double>(last_row - last));
  }
  statistics.Put(key, last_row, documents);
  return documents;
}

}  // namespace katra::store::sqlite::full_text
