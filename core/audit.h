// The audit log of a home: what was done that a person may later have to account for. JSON Lines in
// HOME/log/audit.jsonl (0600), bounded by rotation, appended to by several processes at once. Holds
// who, what, when, and the result; never contents, tokens or keys.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

namespace katra {

// Every text comes from Katra's own vocabulary or is a name that was checked; it is cut to one line
// of 200 characters all the same.
struct AuditEvent {
  std::string what;    // "token.create"
  std::string result;  // "ok", "refused" or "failed"
  std::string persona = {};
  std::string token_id = {};
  std::string detail = {};
  // How often it happened, when one line stands for several events.
  uint64_t count = 1;
  std::string by = {};  // the persona whose session did it; left out when it is no name
};

// "HOME/log/audit.jsonl"; older files are "audit.1.jsonl" (the newest of them) and so on.
[[nodiscard]] std::string AuditPath(const std::string& home);

// The last `count` whole lines, oldest first, of as many files as it takes; lines that a crash or
// a full disk cut short are passed over. kNotFound: nothing was written yet.
[[nodiscard]] Result<std::string> LastAuditLines(const std::string& home, size_t count);

// Thread-safe. Writing blocks for one write(2). It waits for another process only when the file is
// twice as long as it should be while that process rotates it, and then for `patience` at most.
class AuditLog {
 public:
  struct Limits {
    int64_t file_bytes = int64_t{4} * 1024 * 1024;
    int old_files = 4;
    std::chrono::milliseconds patience{100};
  };

  // `program` names the writer in each line. `clock` is borrowed.
  AuditLog(std::string home, std::string program, const Clock& clock)
      : AuditLog(std::move(home), std::move(program), clock, Limits()) {}
  AuditLog(std::string home, std::string program, const Clock& clock, Limits limits)
      : home_(std::move(home)), program_(std::move(program)), clock_(clock), limits_(limits) {}

  // Appends a line. An error is for a warning only: what was done stands. kPermissionDenied: the
  // file is a link, another user's, or open to others. kResourceExhausted: the disk is full, or the
  // file has grown beyond twice its bound because nobody could rotate it.
  Status Write(const AuditEvent& event);

  // Whether a line could be written now. Writes none.
  [[nodiscard]] Status Check() const;

  // Events that could not be written by this object, and why the last one could not.
  struct Lost {
    uint64_t events = 0;
    std::string why;
  };
  [[nodiscard]] Lost lost() const;

 private:
  [[nodiscard]] Result<int> Open() const;
  [[nodiscard]] Status Append(const std::string& line) const;
  [[nodiscard]] Result<int> OpenWithRoom(off_t more) const;
  void Rotate(std::chrono::milliseconds patience) const;

  std::string home_;
  std::string program_;
  const Clock& clock_;
  Limits limits_;
  mutable std::mutex mutex_;
  Lost lost_;
};

// Lets through what happens now and then, and counts the rest, so that a flood of events costs a
// line a minute. Not thread-safe.
class AuditMeter {
 public:
  // How many events of `kind` the line that is due now stands for; 0: none is due.
  [[nodiscard]] uint64_t Count(std::string_view kind, SteadyTime now);
  // What was counted and not told yet, by kind. Forgets it.
  [[nodiscard]] std::vector<std::pair<std::string, uint64_t>> Rest();

 private:
  static constexpr int kAtOnce = 20;
  static constexpr std::chrono::seconds kEvery{60};
  struct Bucket {
    int left = kAtOnce;
    SteadyTime filled_at;
    uint64_t untold = 0;
  };
  std::map<std::string, Bucket, std::less<>> buckets_;
};

}  // namespace katra
