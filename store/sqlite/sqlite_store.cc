// Opening the store, and operations on the store as a whole.
#include "store/sqlite/sqlite_store.h"

#include <SQLiteCpp/Backup.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/files.h"
#include "store/sqlite/full_text/search_rebuild.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/open.h"

namespace katra::store::sqlite {
namespace {

constexpr std::chrono::minutes kIndexPatience{10};

}  // namespace

Result<std::unique_ptr<Store>> SqliteStore::Open(const std::string& home,
                                                 const OpenOptions& options,
                                                 const CallContext& context) {
  if (options.clock == nullptr || options.random == nullptr) {
    return Fail(ErrorCode::kInvalidArgument, "the store needs a clock and a source of random bits");
  }
  auto database = Database::Open(home, context);
  if (!database) return Pass(std::move(database));
  std::unique_ptr<SqliteStore> store(new SqliteStore(home, std::move(*database), options));

  auto current = store->database_->Read(
      context, "opening the search index",
      [](Connection& c) -> Result<bool> { return full_text::SearchIndexIsCurrent(c); });
  if (!current) return Pass(std::move(current));
  if (!*current) {
    // Once after an update. Rebuilding the index of a large store takes longer than callers usually
    // allow.
    const CallContext patient{std::chrono::steady_clock::now() + kIndexPatience, context.cancelled};
    auto made =
        store->database_->Write(patient, "making the search index", [](Connection& c) -> Status {
          full_text::EnsureSearchIndex(c);
          return {};
        });
    if (!made) return Pass(std::move(made));
  }
  // The user's own words. A list that cannot be read must not keep anybody from the store.
  if (auto list = ReadFile(home + "/synonyms.txt", search::Synonyms::kMaxListBytes)) {
    auto synonyms = std::make_unique<search::Synonyms>(search::Synonyms::BuiltIn());
    synonyms->AddList(*list);
    store->synonyms_ = std::move(synonyms);
  }
  if (auto settled = store->SettleCopy(context); !settled) return Pass(std::move(settled));
  auto bell = Bell::Open(store->bell_path_);
  if (!bell) return Pass(std::move(bell));
  store->bell_ = std::move(*bell);
  return Result<std::unique_ptr<Store>>(std::move(store));
}

Status SqliteStore::SettleCopy(const CallContext& context) {
  const std::string file = database_->FileIdentity();
  const auto known = [](Connection& c) -> Result<std::string> {
    Query query = c.Prepare("SELECT value FROM meta WHERE key = 'file'");
    return query->executeStep() ? query->getColumn(0).getString() : std::string();
  };
  auto written = database_->Read(context, "checking the database's owner", known);
  if (!written) return Pass(std::move(written));
  if (*written == file) return {};
  return database_->Write(context, "ending copied sessions", [&](Connection& c) -> Status {
    const auto before = known(c);
    // A home from before this value was recorded keeps its sessions.
    if (!before->empty() && *before != file) EndCopiedSessions(c);
    Query put = c.Prepare(
        "INSERT INTO meta(key, value) VALUES ('file', ?1)"
        " ON CONFLICT(key) DO UPDATE SET value = excluded.value");
    put.Bind(file)->exec();
    return {};
  });
}

Result<std::unique_ptr<Store>> OpenSqliteStore(const std::string& home, const OpenOptions& options,
                                               const CallContext& context) {
  return SqliteStore::Open(home, options, context);
}

Result<std::unique_ptr<ChangeWatch>> SqliteStore::Watch(uv::Loop& loop,
                                                        std::function<void()> changed) {
  return std::make_unique<BellWatch>(loop, bell_path_, std::move(changed));
}

Status SqliteStore::WakeWatches() {
  Ring();
  return {};
}

Status SqliteStore::Backup(const std::string& path, const CallContext& context) {
  struct stat info = {};
  if (lstat(path.c_str(), &info) == 0) {
    return Fail(ErrorCode::kAlreadyExists,
                "\"" + path + "\" exists already: choose another name, or remove it", path);
  }
  if (auto made = EnsurePrivateFile(path); !made) return made;
  // From a read snapshot, so that writers do not wait for it.
  auto copied = database_->Read(context, "backup", [&](Connection& c) -> Status {
    SQLite::Database target(path, SQLite::OPEN_READWRITE);
    SQLite::Backup backup(target, c.db());
    while (backup.executeStep(1024) != SQLITE_DONE) {
      if (context.cancelled != nullptr && context.cancelled->load()) {
        return Fail(ErrorCode::kCancelled, "the backup was cancelled");
      }
    }
    // Marks the copy, so that the sessions in it end wherever it is opened.
    target.exec(
        "INSERT INTO meta(key, value) VALUES ('file', 'a backup')"
        " ON CONFLICT(key) DO UPDATE SET value = excluded.value");
    // Leaves a single file without a WAL.
    target.exec("PRAGMA journal_mode = DELETE");
    return {};
  });
  if (!copied) unlink(path.c_str());
  return copied;
}

Status SqliteStore::CheckIntegrity(const CallContext& context) {
  return database_->Read(context, "checking the database", [](Connection& c) -> Status {
    std::string problems;
    Query query = c.Prepare("PRAGMA integrity_check(10)");
    while (query->executeStep()) {
      const std::string line = query->getColumn(0).getString();
      if (line != "ok") problems += "; " + line;
    }
    Query foreign = c.Prepare("PRAGMA foreign_key_check");
    if (foreign->executeStep()) {
      problems += "; a row of " + foreign->getColumn(0).getString() + " points nowhere";
    }
    if (problems.empty()) return {};
    return Fail(ErrorCode::kDataLoss,
                "the database is damaged: keep a copy of it, and restore a "
                "backup" +
                    problems);
  });
}

Result<StoreInfo> SqliteStore::Info(const CallContext& context) {
  return database_->Read(
      context, "reading the database's size", [&](Connection& c) -> Result<StoreInfo> {
        StoreInfo info;
        info.location = database_->path();
        info.schema_version = LatestVersion();
        Query query = c.Prepare(
            "SELECT (SELECT count(*) FROM personas), (SELECT count(*) FROM messages),"
            " (SELECT count(*) FROM memories), (SELECT page_count * page_size"
            " FROM pragma_page_count(), pragma_page_size())");
        query->executeStep();
        info.personas = query->getColumn(0).getInt64();
        info.messages = query->getColumn(1).getInt64();
        info.memories = query->getColumn(2).getInt64();
        info.size_bytes = query->getColumn(3).getInt64();
        return info;
      });
}

}  // namespace katra::store::sqlite
