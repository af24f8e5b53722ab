// Shares the database file between processes and threads: each reader has its own connection;
// writers take turns behind a lock file. Knows transactions and errors, not the domain.
#pragma once

#include <SQLiteCpp/Exception.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/files.h"
#include "core/log.h"
#include "core/result.h"
#include "store/sqlite/connection.h"

namespace katra::store::sqlite {

// What a commit guarantees. kRelaxed survives the death of the process but not a power loss.
enum class Durability { kFull, kRelaxed };

// Translates an SQLite exception to an Error with the next step. `doing`: the operation ("say",
// "recall", …).
[[nodiscard]] Error ToError(const SQLite::Exception& exception, const CallContext& context,
                            const char* doing);

// Thread-safe.
class Database {
 public:
  // Opens or creates HOME/katra.db and updates its schema. kPermissionDenied: the folder or one of
  // its files is accessible to others or belongs to another user. kUnsupported: the file was
  // written by a newer Katra. kDataLoss: it is not a database.
  static Result<std::unique_ptr<Database>> Open(const std::string& home,
                                                const CallContext& context);

  // Runs `body(Connection&) -> Result<T>` in a write transaction, which is committed and synced if
  // it returns a value and rolled back if it returns an error. Waits for earlier writers.
  template <typename Body>
  auto Write(const CallContext& context, const char* doing, Body&& body,
             Durability durability = Durability::kFull) -> std::invoke_result_t<Body, Connection&> {
    using Outcome = std::invoke_result_t<Body, Connection&>;
    WriteTransaction transaction(*this, context, durability);
    if (!transaction.status()) return Pass(std::move(transaction.status()));
    try {
      transaction.Begin();
      Outcome outcome = body(*writer_);
      if (outcome) transaction.Commit();
      return outcome;
    } catch (const SQLite::Exception& exception) {
      return tl::unexpected<Error>(ToError(exception, context, doing));
    }
  }

  // Runs `body(Connection&) -> Result<T>` on one consistent snapshot.
  template <typename Body>
  auto Read(const CallContext& context, const char* doing, Body&& body)
      -> std::invoke_result_t<Body, Connection&> {
    try {
      ReadSnapshot snapshot(*this, context);
      if (!snapshot.status()) return Pass(std::move(snapshot.status()));
      return body(snapshot.connection());
    } catch (const SQLite::Exception& exception) {
      return tl::unexpected<Error>(ToError(exception, context, doing));
    }
  }

  // Runs `body(Connection&) -> Status` on the writer's connection, in turn, but outside a
  // transaction: for backups, checkpoints and pragmas.
  template <typename Body>
  Status Maintain(const CallContext& context, const char* doing, Body&& body) {
    WriteTransaction transaction(*this, context, Durability::kFull);
    if (!transaction.status()) return Pass(std::move(transaction.status()));
    try {
      return body(*writer_);
    } catch (const SQLite::Exception& exception) {
      return tl::unexpected<Error>(ToError(exception, context, doing));
    }
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  // Identifies this file: differs from every copy, and survives a move within its file system.
  [[nodiscard]] std::string FileIdentity() const;

 private:
  // A write transaction. Waits for earlier writers: first for the process's mutex, then for the
  // lock file. Rolls back unless committed.
  class WriteTransaction {
   public:
    WriteTransaction(Database& database, const CallContext& context, Durability durability);
    ~WriteTransaction();
    WriteTransaction(const WriteTransaction&) = delete;
    WriteTransaction& operator=(const WriteTransaction&) = delete;

    [[nodiscard]] Status& status() { return status_; }
    void Begin();
    void Commit();

   private:
    Database& database_;
    std::unique_lock<std::mutex> mutex_;
    Durability durability_;
    Status status_;
    bool locked_ = false;
    bool open_ = false;
  };

  // A consistent snapshot for reading: a pooled connection in a read transaction.
  class ReadSnapshot {
   public:
    ReadSnapshot(Database& database, const CallContext& context);
    ~ReadSnapshot();
    ReadSnapshot(const ReadSnapshot&) = delete;
    ReadSnapshot& operator=(const ReadSnapshot&) = delete;
    // kUnsupported: a newer Katra has changed the schema.
    [[nodiscard]] Status& status() { return status_; }
    [[nodiscard]] Connection& connection() { return *connection_; }

   private:
    Database& database_;
    Status status_;
    std::unique_ptr<Connection> connection_;
  };

  Database(std::string path, LockFile lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  [[nodiscard]] Status CheckSameFile() const;

  std::string path_;
  uint64_t inode_ = 0;

  std::mutex write_mutex_;
  LockFile lock_;
  std::unique_ptr<Connection> writer_;
  Durability set_durability_ = Durability::kFull;  // the current setting of the writer's connection

  std::mutex pool_mutex_;
  std::vector<std::unique_ptr<Connection>> idle_readers_;
};

}  // namespace katra::store::sqlite
