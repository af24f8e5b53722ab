#include "store/sqlite/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <chrono>

#include "store/home.h"
#include "store/sqlite/migrations.h"
#include "store/sqlite/schema_check.h"

namespace katra::store::sqlite {
namespace {

constexpr size_t kIdleReaders = 4;

// How long a write waits for earlier writers if the caller sets no deadline.
constexpr std::chrono::seconds kPatience{30};

SteadyTime WriteDeadline(const CallContext& context) {
  return std::min(context.deadline, std::chrono::steady_clock::now() + kPatience);
}

uint64_t Inode(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

}  // namespace

Error ToError(const SQLite::Exception& exception, const CallContext& context, const char* doing) {
  const std::string detail = exception.what();
  const auto error = [&](ErrorCode code, const std::string& message) {
    return Fail(code, message, std::string(doing) + ": " + detail).value();
  };
  switch (exception.getErrorCode() & 0xFF) {
    case SQLITE_INTERRUPT:
      if (context.cancelled != nullptr && context.cancelled->load()) {
        return error(ErrorCode::kCancelled, std::string(doing) + " was cancelled");
      }
      return error(ErrorCode::kDeadlineExceeded,
                   std::string(doing) +
                       " took longer than the caller allowed: try again, or ask "
                       "for less");
    case SQLITE_FULL:
      return error(ErrorCode::kResourceExhausted,
                   std::string(doing) +
                       " failed, nothing was changed: the disk is full. Free some "
                       "space and try again");
    case SQLITE_IOERR:
      return error(ErrorCode::kResourceExhausted,
                   std::string(doing) +
                       " failed, nothing was changed: the disk could not write the "
                       "data (" +
                       detail + "). Check its space and its health");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return error(ErrorCode::kPermissionDenied,
                   std::string(doing) +
                       " failed, nothing was changed: Katra may not write its "
                       "database (" +
                       detail +
                       "). Check that KATRA_HOME is on a "
                       "writable file system and belongs to you");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return error(ErrorCode::kUnavailable,
                   std::string(doing) +
                       " failed, nothing was changed: another program keeps the "
                       "database locked. Try again");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return error(ErrorCode::kDataLoss, "the database is damaged (" + detail +
                                             "): keep a copy of it, and restore a "
                                             "backup");
    case SQLITE_TOOBIG:
      return error(ErrorCode::kInvalidArgument, "the text is too large for the database");
    case SQLITE_NOMEM:
      return error(ErrorCode::kResourceExhausted, "out of memory");
    default:
      return error(ErrorCode::kInternal,
                   std::string(doing) + " failed, nothing was changed: " + detail);
  }
}

Database::WriteTransaction::WriteTransaction(Database& database, const CallContext& context,
                                             Durability durability)
    : database_(database), mutex_(database.write_mutex_), durability_(durability) {
  // The wait for the mutex was bounded by its holder's deadline; from here on this call's own
  // applies.
  status_ = database_.lock_.Acquire(WriteDeadline(context), context.cancelled);
  locked_ = status_.has_value();
  if (!locked_) return;
  // The caller may have cancelled during the wait.
  if (context.cancelled != nullptr && context.cancelled->load()) {
    status_ =
        Fail(ErrorCode::kCancelled, "cancelled before its turn to write; nothing was changed");
    return;
  }
  status_ = database_.CheckSameFile();
  if (status_) database_.writer_->SetContext(&context);
}

Database::WriteTransaction::~WriteTransaction() {
  if (locked_) {
    if (database_.writer_ != nullptr) {
      database_.writer_->SetContext(nullptr);
      // After some errors SQLite has already rolled back.
      if (open_ && sqlite3_get_autocommit(database_.writer_->handle()) == 0) {
        sqlite3_exec(database_.writer_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
      }
    }
    database_.lock_.Release();
  }
}

void Database::WriteTransaction::Begin() {
  Connection& writer = *database_.writer_;
  if (durability_ != database_.set_durability_) {
    writer.db().exec(durability_ == Durability::kFull ? "PRAGMA synchronous = FULL"
                                                      : "PRAGMA synchronous = NORMAL");
    database_.set_durability_ = durability_;
  }
  writer.Prepare("BEGIN IMMEDIATE")->exec();
  open_ = true;
}

void Database::WriteTransaction::Commit() {
  // From here on only the disk decides the outcome; cancellation no longer rolls back.
  database_.writer_->SetContext(nullptr);
  database_.writer_->Prepare("COMMIT")->exec();
  open_ = false;
}

Database::ReadSnapshot::ReadSnapshot(Database& database, const CallContext& context)
    : database_(database) {
  {
    const std::lock_guard<std::mutex> lock(database_.pool_mutex_);
    if (!database_.idle_readers_.empty()) {
      connection_ = std::move(database_.idle_readers_.back());
      database_.idle_readers_.pop_back();
    }
  }
  const bool fresh = connection_ == nullptr;
  if (fresh) {
    connection_ = std::make_unique<Connection>(database_.path_, Connection::Mode::kReadOnly);
  }
  connection_->SetContext(&context);
  connection_->Prepare("BEGIN")->exec();
  // A newer Katra may have migrated the schema while this process runs.
  if (fresh && connection_->db().execAndGet("PRAGMA user_version").getInt() <= LatestVersion()) {
    status_ = CheckSchema(*connection_, LatestVersion());
  }
}

Database::ReadSnapshot::~ReadSnapshot() {
  connection_->SetContext(nullptr);
  if (sqlite3_get_autocommit(connection_->handle()) == 0) {
    sqlite3_exec(connection_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  if (!status_) return;
  const std::lock_guard<std::mutex> lock(database_.pool_mutex_);
  if (database_.idle_readers_.size() < kIdleReaders) {
    database_.idle_readers_.push_back(std::move(connection_));
  }
}

Status Database::CheckSameFile() const {
  if (Inode(path_) == inode_) return {};
  return Fail(ErrorCode::kFailedPrecondition,
              "\"" + path_ +
                  "\" was removed or replaced while this session was running; nothing "
                  "was changed. Start the session again",
              path_);
}

std::string Database::FileIdentity() const {
  std::string identity = std::to_string(inode_);
#ifdef __linux__
  // Excludes the device number, which changes with a new mount and in another container.
  struct statx info = {};
  if (statx(AT_FDCWD, path_.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BTIME, &info) == 0 &&
      (info.stx_mask & STATX_BTIME) != 0) {
    identity +=
        "/" + std::to_string(info.stx_btime.tv_sec) + "." + std::to_string(info.stx_btime.tv_nsec);
  }
#endif
  return identity;
}

Result<std::unique_ptr<Database>> Database::Open(const std::string& home,
                                                 const CallContext& context) {
  if (auto made = EnsureHome(home); !made) return Pass(std::move(made));
  const std::string path = home + "/katra.db";
  for (const char* beside : {"-wal", "-shm"}) {
    if (auto checked = CheckPrivateFile(path + beside); !checked) return Pass(std::move(checked));
  }
  auto lock = LockFile::Open(home + "/katra.lock");
  if (!lock) return Pass(std::move(lock));
  std::unique_ptr<Database> database(new Database(path, std::move(*lock)));

  // The file is created and migrated in the writers' queue, so that of two processes that start
  // first, one creates it and the other finds it.
  if (auto locked = database->lock_.Acquire(WriteDeadline(context), context.cancelled); !locked) {
    return Pass(std::move(locked));
  }
  Status ready = EnsurePrivateFile(path);
  if (ready) {
    try {
      database->writer_ = std::make_unique<Connection>(path, Connection::Mode::kReadWrite);
      ready = Migrate(*database->writer_);
    } catch (const SQLite::Exception& exception) {
      ready = tl::unexpected<Error>(ToError(exception, context, "opening the database"));
    }
  }
  database->inode_ = Inode(path);
  database->lock_.Release();
  if (!ready) return Pass(std::move(ready));
  return database;
}

}  // namespace katra::store::sqlite
