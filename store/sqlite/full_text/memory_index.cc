#include "store/sqlite/full_text/memory_index.h"

#include <algorithm>
#include <functional>
#include <unordered_set>

#include "core/text.h"
#include "store/search/analyzer.h"
#include "store/search/query.h"
#include "store/sqlite/full_text/fts_search.h"
#include "store/sqlite/full_text/fts_select.h"
#include "store/sqlite/full_text/word_parts.h"
#include "store/sqlite/persona_names.h"

namespace katra::store::sqlite::full_text {
namespace {

constexpr double kAuthorBoost = 1.3;      // if the author is the only persona named in the query
constexpr double kProjectBoost = 1.5;     // if it is of the viewer's own project
constexpr double kTagBoost = 1.2;         // if a tag is a word of the query
constexpr double kImportanceShare = 0.3;  // between the most and the least important memory
constexpr double kSessionShare = 0.2;     // of the best score, for what the session also remembered
// Pages that FTS5 merges after each memory. One page is written for a memory, and merged again in
// each level of the index, of which there are six or so in a large one.
constexpr int kMergedPages = 12;
constexpr size_t kLikenessTerms = 12;
constexpr size_t kLikenessRows = 50;

const FtsTable& MemoriesTable() {
  static const FtsTable table{
      "memories",
      "SELECT max(id) FROM memories",
      "SELECT count(*), min(rowid), max(rowid) FROM "
      "(SELECT rowid FROM memories_fts WHERE memories_fts MATCH ?1 LIMIT ?2)",
      "SELECT id FROM memories WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC",
      "SELECT rowid FROM memories_fts WHERE rowid BETWEEN ?1 AND ?2 AND memories_fts MATCH ?3 "
      "ORDER BY rowid DESC",
      "SELECT katra_rank(memories_fts, ?2) FROM memories_fts WHERE memories_fts MATCH ?1 "
      "AND rowid BETWEEN ?3 AND ?4",
      "SELECT katra_rank(memories_fts, ?2) FROM memories_fts WHERE memories_fts MATCH ?1 "
      "AND rowid BETWEEN ?3 AND ?4 ORDER BY rowid DESC",
      "SELECT sz FROM memories_fts_docsize WHERE id = ?1",
      "{content reasoning}",
      // content, extra, reasoning, tags, keys
      {1.0, 0.8, 0.7, 2.0, 0.0},
      0b00101};  // content, reasoning
  return table;
}

std::string PersonaKey(PersonaId id) { return "p" + std::to_string(id); }
std::string ProjectKey(int64_t project) { return "j" + std::to_string(project); }
std::string KindKey(int64_t kind) { return "k" + std::to_string(kind); }

struct IndexedColumns {
  std::string content;
  std::string extra;
  std::string reasoning;
  std::string tags;
  std::string keys;
  std::vector<std::string> long_words;
};

// The indexed text of a memory's row; must be the same each time it is computed, because removal
// needs it.
IndexedColumns ColumnsOf(Connection& connection, MemoryId id) {
  Query query = connection.Prepare(
      "SELECT content, reasoning, tags, persona_id, kind, scope, project_id"
      " FROM memories WHERE id = ?1");
  if (!query.Bind(id)->executeStep()) throw SQLite::Exception("no such memory to index");
  search::IndexedText content = search::AnalyzeForIndex(query->getColumn(0).getString());
  search::IndexedText reasoning = search::AnalyzeForIndex(query->getColumn(1).getString());
  const search::IndexedText tags = search::AnalyzeForIndex(query->getColumn(2).getString());
  IndexedColumns columns;
  columns.content = std::move(content.text);
  columns.extra = content.extra + " " + reasoning.extra + " " + tags.extra;
  columns.reasoning = std::move(reasoning.text);
  columns.tags = tags.text;
  columns.keys =
      PersonaKey(query->getColumn(3).getInt64()) + " " + KindKey(query->getColumn(4).getInt64());
  if (!query->getColumn(6).isNull()) {
    columns.keys += " " + ProjectKey(query->getColumn(6).getInt64());
  }
  if (query->getColumn(5).getInt() != 0) columns.keys += std::string(" ") + kHiddenKey;
  columns.long_words = std::move(content.long_words);
  columns.long_words.insert(columns.long_words.end(), reasoning.long_words.begin(),
                            reasoning.long_words.end());
  columns.long_words.insert(columns.long_words.end(), tags.long_words.begin(),
                            tags.long_words.end());
  return columns;
}

bool IsIndexed(Connection& connection, MemoryId id) {
  Query query = connection.Prepare("SELECT 1 FROM memories_fts_docsize WHERE id = ?1");
  return query.Bind(id)->executeStep();
}

bool IsWordInUse(Connection& connection, const std::string& word) {
  const std::string match = QuoteTokens(word);
  {
    Query query =
        connection.Prepare("SELECT 1 FROM memories_fts WHERE memories_fts MATCH ?1 LIMIT 1");
    if (query.Bind(match)->executeStep()) return true;
  }
  Query query =
      connection.Prepare("SELECT 1 FROM messages_fts WHERE messages_fts MATCH ?1 LIMIT 1");
  return query.Bind(match)->executeStep();
}

struct Attributes {
  PersonaId persona_id = 0;
  double importance = 0;
  std::string tags;  // as packed by PackTags
  int64_t session = 0;
  int64_t created_at = 0;  // milliseconds
  int64_t project = 0;
};

// Whether a row of this project is looked for; `projects` empty: every one is.
bool IsIn(const std::vector<int64_t>& projects, int64_t project) {
  return projects.empty() || std::find(projects.begin(), projects.end(), project) != projects.end();
}

// Checks whether rows found by a search match its filters and are visible to the viewer.
class Filter {
 public:
  Filter(Connection& connection, const MemorySearch& search)
      : search_(search),
        row_(connection.Prepare("SELECT persona_id, scope, kind, importance, forgotten_at, "
                                "superseded_by, created_at, tags, session_id, ifnull(project_id, 0)"
                                " FROM memories WHERE id = ?1")) {}

  bool Accepts(MemoryId id, Attributes* attributes) {
    if (search_.except && *search_.except == id) return false;
    row_->reset();
    if (!row_.Bind(id)->executeStep()) return false;
    attributes->persona_id = row_->getColumn(0).getInt64();
    const bool is_private = row_->getColumn(1).getInt() != 0;
    const int64_t created_at = row_->getColumn(6).getInt64();
    attributes->created_at = created_at;
    // Imported memories have no session; what an author remembered in a row belongs together.
    attributes->session =
        row_->getColumn(8).isNull() ? -attributes->persona_id : row_->getColumn(8).getInt64();
    attributes->project = row_->getColumn(9).getInt64();
    if (!IsIn(search_.projects, attributes->project)) return false;
    if (is_private && attributes->persona_id != search_.viewer) return false;
    if (search_.scope && (*search_.scope == MemoryScope::kPrivate) != is_private) return false;
    if (search_.kind && static_cast<int>(*search_.kind) != row_->getColumn(2).getInt())
      return false;
    if (!row_->getColumn(4).isNull()) return false;
    if (!search_.include_superseded && !row_->getColumn(5).isNull()) return false;
    if (search_.from && *search_.from != attributes->persona_id) return false;
    if (search_.since && created_at < ToUnixMillis(*search_.since)) return false;
    if (search_.until && created_at >= ToUnixMillis(*search_.until)) return false;
    attributes->importance = row_->getColumn(3).getDouble();
    attributes->tags = row_->getColumn(7).getString();
    return std::all_of(search_.tags.begin(), search_.tags.end(), [&](const std::string& tag) {
      return ("\n" + attributes->tags).find("\n" + tag + "\n") != std::string::npos;
    });
  }

 private:
  const MemorySearch& search_;
  Query row_;
};

FtsRequest MakeRequest(const MemorySearch& search) {
  FtsRequest request;
  if (search.from) request.required.push_back(MatchKey(PersonaKey(*search.from)));
  if (search.kind) {
    request.required.push_back(MatchKey(KindKey(static_cast<int64_t>(*search.kind))));
  }
  std::string projects;
  for (const int64_t project : search.projects) {
    projects += (projects.empty() ? "" : " OR ") + MatchKey(ProjectKey(project));
  }
  if (!projects.empty()) request.required.push_back(std::move(projects));
  for (const std::string& tag : search.tags) {
    const std::string tokens = search::AnalyzeForIndex(tag).text;
    if (!tokens.empty()) request.required.push_back("tags : " + QuoteTokens(tokens));
  }
  return request;
}

SearchReply ListNewest(Connection& connection, const MemorySearch& search,
                       const FtsRequest& request) {
  SearchReply reply;
  Filter filter(connection, search);
  const auto enough =
      static_cast<size_t>(std::max<int64_t>(kCountedHits, int64_t{search.offset} + search.limit));
  const bool whole = VisitNewest(connection, MemoriesTable(), request.required, request.id_from,
                                 request.id_through, [&](int64_t id) {
                                   Attributes attributes;
                                   if (filter.Accepts(id, &attributes))
                                     reply.hits.push_back({id, 0});
                                   return reply.hits.size() < enough;
                                 });
  reply.total_is_floor = !whole || reply.hits.size() == enough;
  TakePage(search.limit, search.offset, &reply);
  return reply;
}

bool HasTagOf(const std::string& tags, const search::ParsedQuery& query) {
  const std::string lines = "\n" + tags;
  return std::any_of(query.terms.begin(), query.terms.end(), [&](const search::QueryTerm& term) {
    return lines.find("\n" + term.tokens + "\n") != std::string::npos;
  });
}

SearchReply Search(Connection& connection, TermStatistics& statistics, const MemorySearch& search,
                   const FtsRequest& request, const NamedPersonas& named, int64_t counted) {
  const FtsResult found = RankRows(connection, statistics, MemoriesTable(), request);
  Filter filter(connection, search);
  SearchReply reply;
  std::vector<Neighbour> precise;
  const Selected selected =
      SelectRows(found, counted, search.limit, search.offset, [&](size_t row) {
        Attributes attributes;
        if (!filter.Accepts(found.rows[row].id, &attributes)) return false;
        double factor = 1 + kImportanceShare * (attributes.importance - 0.5);
        if (named.only && *named.only == attributes.persona_id) factor *= kAuthorBoost;
        if (HasTagOf(attributes.tags, request.query)) factor *= kTagBoost;
        const bool own = search.own_project != 0 && attributes.project == search.own_project;
        if (own) factor *= kProjectBoost;
        reply.hits.push_back({found.rows[row].id, found.rows[row].score * factor});
        if (row < found.precise) {
          precise.push_back({row, attributes.session, found.rows[row].id, attributes.created_at});
        }
        return true;
      });
  BoostConversations(found, precise, kSessionShare, &reply.hits);
  TakePage(search.limit, search.offset, &reply);
  reply.total_is_floor = !selected.all || !found.complete;
  reply.note = found.note;
  reply.rows_ranked = found.ranked;
  return reply;
}

}  // namespace

void IndexMemory(Connection& connection, MemoryId id) {
  const IndexedColumns columns = ColumnsOf(connection, id);
  connection
      .Prepare(
          "INSERT INTO memories_fts(rowid, content, extra, reasoning, tags, keys) "
          "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
      .Bind(id, columns.content, columns.extra, columns.reasoning, columns.tags, columns.keys)
      ->exec();
  AddWords(connection, columns.long_words);
  // A little merging with each memory, so that FTS5 never merges much in one transaction.
  connection.Prepare("INSERT INTO memories_fts(memories_fts, rank) VALUES ('merge', ?1)")
      .Bind(kMergedPages)
      ->exec();
}

void UnindexMemory(Connection& connection, MemoryId id) {
  if (!IsIndexed(connection, id)) return;
  const IndexedColumns columns = ColumnsOf(connection, id);
  connection
      .Prepare(
          "INSERT INTO memories_fts(memories_fts, rowid, content, extra, reasoning, tags, keys) "
          "VALUES ('delete', ?1, ?2, ?3, ?4, ?5, ?6)")
      .Bind(id, columns.content, columns.extra, columns.reasoning, columns.tags, columns.keys)
      ->exec();
  for (const std::string& word : columns.long_words) {
    if (!IsWordInUse(connection, word)) RemoveWord(connection, word);
  }
}

void ScrubMemoryIndex(Connection& connection) {
  connection.Prepare("INSERT INTO memories_fts(memories_fts) VALUES ('optimize')")->exec();
}

SearchReply SearchMemories(Connection& connection, TermStatistics& statistics,
                           const MemorySearch& search) {
  FtsRequest request = MakeRequest(search);
  const NamedPersonas named = FindNamedPersonas(connection, search.query);
  request.query = search::ParseQuery(search.query, named.written);
  if (request.query.blank) return ListNewest(connection, search, request);
  if (request.query.terms.empty()) request.query = search::ParseQuery(search.query);
  const search::Synonyms& synonyms =
      search.synonyms != nullptr ? *search.synonyms : search::Synonyms::BuiltIn();
  synonyms.Expand(search.query, &request.query);
  return Search(connection, statistics, search, request, named, kCountedHits);
}

std::vector<SearchHit> FindNearestMemories(Connection& connection, TermStatistics& statistics,
                                           PersonaId viewer, std::string_view content,
                                           std::optional<MemoryId> except, int limit) {
  MemorySearch search;
  search.viewer = viewer;
  search.except = except;
  search.limit = limit;
  FtsRequest request;
  request.query = search::ParseLikeness(content);
  request.max_terms = kLikenessTerms;
  request.nearness = false;
  // The nearest have several of the rarest words, so few rows need to be looked at. Remembering
  // waits for this.
  request.precise_rows = kLikenessRows;
  request.limits = {
      .ranked_rows = 1'000, .compared_rows = 5'000, .few_rows = 50, .top_up_rows = 200};
  return Search(connection, statistics, search, request, {}, limit).hits;
}

}  // namespace katra::store::sqlite::full_text
