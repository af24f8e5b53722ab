// Operations on the whole store: backup, export, import, checks. For commands of its owner; no
// session is needed. store/call_context.h has the rules of all calls, including errors.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "store/call_context.h"

namespace katra::store {

struct StoreInfo {
  std::string location;  // e.g. the path of the database
  int schema_version = 0;
  int64_t size_bytes = 0;
  int64_t personas = 0;
  int64_t messages = 0;
  int64_t memories = 0;
};

// Receives one JSON Lines record, without its newline. An error stops the export.
using LineSink = std::function<Status(std::string_view line)>;
// Returns the next line, or false at the end.
using LineSource = std::function<Result<bool>(std::string* line)>;

struct ExportOptions {
  std::string viewer;  // a persona's name: exports only what it may see. Empty: everything
  bool messages = true;
  bool memories = true;
};

// A record that import refused, because it claims to be one of this store's records but differs
// from it.
struct ImportRefusal {
  int64_t line = 0;
  std::string reason;
};

struct ImportReceipt {
  static constexpr size_t kMaxRefusals = 20;

  int64_t personas = 0;
  int64_t messages = 0;
  int64_t memories = 0;
  int64_t skipped = 0;  // already present
  // Memories that were imported without replacing the ones they claim to replace.
  int64_t unlinked = 0;
  int64_t refused = 0;
  std::vector<ImportRefusal> refusals;  // the first kMaxRefusals
};

// What one step of upkeep did.
struct TendReceipt {
  int64_t memories_expired = 0;
  int64_t memories_erased = 0;
  int64_t messages_removed = 0;
  bool more = false;  // there may be more to do now
};

class Maintenance {
 public:
  virtual ~Maintenance() = default;

  // Copies the live store to a new file (mode 0600) as one consistent snapshot, while others may
  // write. kAlreadyExists: `path` exists.
  virtual Status Backup(const std::string& path, const CallContext& context) = 0;

  // Writes JSON Lines (schemas/export-v1.json).
  virtual Status Export(const ExportOptions& options, const LineSink& sink,
                        const CallContext& context) = 0;

  // Imports an export: all of it or nothing (the error names the line). Importing it again changes
  // nothing. What a file claims is not verified, so imported records get the tag source kImported.
  // Messages get new ids, in their order; they are history: nobody hears them as new, and no waiter
  // is woken. No record replaces, hides or supersedes what was said or remembered in this store.
  // Personas named in the file are created if they do not exist, without a session.
  // kInvalidArgument: a line is not a record of an export.
  virtual Result<ImportReceipt> Import(const LineSource& source, const CallContext& context) = 0;

  // Does one small step of upkeep, in write transactions of some milliseconds, and nothing if there
  // is nothing to do: forgets memories that have reached their time, erases those that did 30 days
  // ago, and removes messages that are older than their room keeps them and that everybody has
  // heard. Any number of processes may call it.
  virtual Result<TendReceipt> Tend(const CallContext& context) = 0;

  // Checks the whole store, reading all of it. kDataLoss: the message says what is damaged.
  virtual Status CheckIntegrity(const CallContext& context) = 0;

  virtual Result<StoreInfo> Info(const CallContext& context) = 0;
};

}  // namespace katra::store
