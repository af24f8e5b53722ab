// The store as a whole: backup, export, import, checks. For its owner's commands; nothing here asks
// for a session. The rules of every call, errors included, are in store/call_context.h.
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

// Takes one JSON Lines record, without its newline; an error stops the export.
using LineSink = std::function<Status(std::string_view line)>;
// Gives the next line, or false at the end.
using LineSource = std::function<Result<bool>(std::string* line)>;

struct ExportOptions {
  std::string viewer;  // a persona's name: only what it may see. Empty: everything
  bool messages = true;
  bool memories = true;
};

// A record that import refused: it claims to be one of this store's records, but differs from it.
struct ImportRefusal {
  int64_t line = 0;
  std::string reason;
};

struct ImportReceipt {
  static constexpr size_t kMaxRefusals = 20;

  int64_t personas = 0;
  int64_t messages = 0;
  int64_t memories = 0;
  int64_t skipped = 0;   // were there already
  int64_t unlinked = 0;  // memories that were taken without replacing what they say they replace
  int64_t refused = 0;
  std::vector<ImportRefusal> refusals;  // the first kMaxRefusals of them
};

class Maintenance {
 public:
  virtual ~Maintenance() = default;

  // Copies the live store to a new file (mode 0600): one consistent snapshot, while others write.
  // kAlreadyExists: `path` exists.
  virtual Status Backup(const std::string& path, const CallContext& context) = 0;

  // Writes JSON Lines (schemas/export-v1.json).
  virtual Status Export(const ExportOptions& options, const LineSink& sink,
                        const CallContext& context) = 0;

  // Takes in an export: all of it, or nothing (the error names the line). Importing it again
  // changes nothing. Nobody vouches for a file, so what is taken has the tag source kImported.
  // Messages get new numbers, in their order; they are history: unheard by nobody, waking nobody.
  // No record replaces, hides or supersedes what was said or remembered here. A new persona that
  // the file names is created without a session.
  // kInvalidArgument: a line that is not a record of an export.
  virtual Result<ImportReceipt> Import(const LineSource& source, const CallContext& context) = 0;

  // Checks the whole store; reads all of it. kDataLoss: the message says what is damaged.
  virtual Status CheckIntegrity(const CallContext& context) = 0;

  virtual Result<StoreInfo> Info(const CallContext& context) = 0;
};

}  // namespace katra::store
