#include "store/sqlite/full_text/fts_rank.h"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <algorithm>

namespace katra::store::sqlite::full_text {
namespace {

int WorkOutAverage(const Fts5ExtensionApi* api, Fts5Context* context, RankJob* job) {
  sqlite3_int64 rows = 0;
  if (const int status = api->xRowCount(context, &rows); status != SQLITE_OK) return status;
  double total = 0;
  for (size_t column = 0; column < job->column_weights.size(); ++column) {
    sqlite3_int64 tokens = 0;
    const int status = api->xColumnTotalSize(context, static_cast<int>(column), &tokens);
    if (status != SQLITE_OK) return status;
    total += job->column_weights[column] * static_cast<double>(tokens);
  }
  job->average_length =
      std::max(1.0, total / static_cast<double>(std::max<sqlite3_int64>(rows, 1)));
  return SQLITE_OK;
}

constexpr size_t kOccurrencesPerRow = 48;
constexpr int32_t kColumnDistance = 1 << 24;  // words of different columns are never near

int CountTerms(const Fts5ExtensionApi* api, Fts5Context* context, RankJob* job,
               float* frequencies) {
  const size_t most = job->occurrences.size() + kOccurrencesPerRow;
  for (size_t phrase = 0; phrase < job->phrase_terms.size(); ++phrase) {
    const int term = job->phrase_terms[phrase];
    if (term < 0) continue;
    Fts5PhraseIter at;
    int column = 0;
    int offset = 0;
    const int status = api->xPhraseFirst(context, static_cast<int>(phrase), &at, &column, &offset);
    if (status != SQLITE_OK) return status;
    double frequency = 0;
    while (column >= 0) {
      frequency += job->column_weights[static_cast<size_t>(column)];
      if ((job->near_columns >> column & 1U) != 0 && job->occurrences.size() < most) {
        job->occurrences.push_back({column * kColumnDistance + offset, term});
      }
      api->xPhraseNext(context, &at, &column, &offset);
    }
    frequencies[term] += static_cast<float>(frequency);
  }
  return SQLITE_OK;
}

int GatherRow(const Fts5ExtensionApi* api, Fts5Context* context, RankJob* job) {
  if (job->average_length == 0) {
    if (const int status = WorkOutAverage(api, context, job); status != SQLITE_OK) return status;
  }
  const size_t first = job->frequencies.size();
  job->frequencies.resize(first + job->terms);
  job->ids.push_back(api->xRowid(context));
  job->occurrence_starts.push_back(job->occurrences.size());
  return CountTerms(api, context, job, job->frequencies.data() + first);
}

// An exception must not pass through SQLite's C code.
void Rank(const Fts5ExtensionApi* api, Fts5Context* context, sqlite3_context* result, int count,
          sqlite3_value** values) {
  auto* job = count == 1
                  ? static_cast<RankJob*>(sqlite3_value_pointer(values[0], RankJob::kPointerType))
                  : nullptr;
  if (job == nullptr) {
    sqlite3_result_error(result, "katra_rank() is for Katra's own queries", -1);
    return;
  }
  try {
    if (const int status = GatherRow(api, context, job); status != SQLITE_OK) {
      sqlite3_result_error_code(result, status);
    }
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(result);
  }
}

// SQLite's way to provide the FTS5 API.
fts5_api* FindApi(sqlite3* handle) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle, "SELECT fts5(?1)", -1, &statement, nullptr) == SQLITE_OK) {
    sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
    sqlite3_step(statement);
  }
  sqlite3_finalize(statement);
  return api;
}

}  // namespace

void RegisterRank(sqlite3* handle) {
  fts5_api* api = FindApi(handle);
  if (api == nullptr) throw SQLite::Exception("this SQLite has no FTS5", SQLITE_ERROR);
  const int status = api->xCreateFunction(api, "katra_rank", nullptr, &Rank, nullptr);
  if (status != SQLITE_OK) throw SQLite::Exception(handle, status);
}

}  // namespace katra::store::sqlite::full_text
