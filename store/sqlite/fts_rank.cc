#include "store/sqlite/fts_rank.h"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <algorithm>

namespace katra::store::sqlite {
namespace {

// Sum over columns of weight x tokens, of one row.
int WeightedLength(const Fts5ExtensionApi* api, Fts5Context* context, const RankJob& job,
                   double* length) {
  *length = 0;
  for (size_t column = 0; column < job.column_weights.size(); ++column) {
    int tokens = 0;
    const int status = api->xColumnSize(context, static_cast<int>(column), &tokens);
    if (status != SQLITE_OK) return status;
    *length += job.column_weights[column] * tokens;
  }
  return SQLITE_OK;
}

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

// For each term, the sum of the weights of the columns it stands in, once for each time.
int CountTerms(const Fts5ExtensionApi* api, Fts5Context* context, RankJob* job) {
  std::fill(job->frequencies.begin(), job->frequencies.end(), 0.0);
  for (size_t phrase = 0; phrase < job->phrase_terms.size(); ++phrase) {
    const int term = job->phrase_terms[phrase];
    if (term < 0) continue;
    double& frequency = job->frequencies[static_cast<size_t>(term)];
    Fts5PhraseIter at;
    int column = 0;
    int offset = 0;
    const int status = api->xPhraseFirst(context, static_cast<int>(phrase), &at, &column, &offset);
    if (status != SQLITE_OK) return status;
    while (column >= 0) {
      frequency += job->column_weights[static_cast<size_t>(column)];
      api->xPhraseNext(context, &at, &column, &offset);
    }
  }
  return SQLITE_OK;
}

int ScoreRow(const Fts5ExtensionApi* api, Fts5Context* context, RankJob* job) {
  if (job->average_length == 0) {
    job->frequencies.resize(job->term_weights.size());
    if (const int status = WorkOutAverage(api, context, job); status != SQLITE_OK) return status;
  }
  double length = 0;
  int status = CountTerms(api, context, job);
  if (status == SQLITE_OK) status = WeightedLength(api, context, *job, &length);
  if (status != SQLITE_OK) return status;

  const double saturation = job->k1 * (1 - job->b + job->b * length / job->average_length);
  double score = 0;
  for (size_t term = 0; term < job->term_weights.size(); ++term) {
    const double frequency = job->frequencies[term];
    const double part = frequency == 0 ? 0
                                       : job->term_weights[term] * frequency * (job->k1 + 1) /
                                             (frequency + saturation);
    score += part;
    if (job->keep_term_scores) job->term_scores.push_back(static_cast<float>(part));
  }
  job->rows.push_back({api->xRowid(context), score});
  return SQLITE_OK;
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
    if (const int status = ScoreRow(api, context, job); status != SQLITE_OK) {
      sqlite3_result_error_code(result, status);
    }
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(result);
  }
}

// How SQLite hands out the interface of its FTS5.
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

}  // namespace katra::store::sqlite
