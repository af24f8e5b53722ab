// The database file as several processes and threads share it: readers each on their own
// connection, writers one at a time behind a lock file. Knows transactions and errors, not the
// domain.
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

// What a commit promises. kRelaxed survives the death of the process, not the loss of power.
enum class Durability { kFull, kRelaxed };

// What an SQLite error means to a caller, with the next step. `doing`: "say", "recall", …
[[nodiscard]] Error ToError(const SQLite::Exception& exception, const CallContext& context,
                            const char* doing);

// Thread-safe.
class Database {
 public:
  // Opens or makes HOME/katra.db and brings its schema up to date.
  // kPermissionDenied: the folder or a file of it is open to others or not ours.
  // kUnsupported: the file was written by a newer Katra. kDataLoss: it is not a database.
  static Result<std::unique_ptr<Database>> Open(const std::string& home,
                                                const CallContext& context);

  // Runs `body(Connection&) -> Result<T>` in a write transaction: committed and synced when it
  // gives a value, undone when it gives an error. Waits for the writers before it.
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

  // Runs `body(Connection&) -> Status` on the writer's connection and in its queue, outside of a
  // transaction: for backup, checkpoints and pragmas.
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
  // Tells this file from every copy of it, and stays when it is moved within its file system.
  [[nodiscard]] std::string FileIdentity() const;

 private:
  // A write transaction. Waits for the writers before it: first the process's mutex, then the lock
  // file. Rolls back unless it was committed.
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

  // A consistent snapshot for reading: a connection borrowed from the pool, in a read transaction.
  class ReadSnapshot {
   public:
    ReadSnapshot(Database& database, const CallContext& context);
    ~ReadSnapshot();
    ReadSnapshot(const ReadSnapshot&) = delete;
    ReadSnapshot& operator=(const ReadSnapshot&) = delete;
    // kUnsupported: the schema is no longer Katra's.
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
  Durability set_durability_ = Durability::kFull;  // what the writer's connection is set to

  std::mutex pool_mutex_;
  std::vector<std::unique_ptr<Connection>> idle_readers_;
};

}  // namespace katra::store::sqlite
