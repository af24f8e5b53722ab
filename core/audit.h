// The audit log of a home: actions that somebody may later have to account for, as JSON Lines in
// HOME/log/audit.jsonl (0600). Several processes append to it; rotation bounds its size. It holds
// who, what, when and the result, never contents, tokens or keys.
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

// Texts are Katra's own words or names that were checked. They are still cut to one line of 200
// characters.
struct AuditEvent {
  std::string what;    // "token.create"
  std::string result;  // "ok", "refused" or "failed"
  std::string persona = {};
  std::string token_id = {};
  std::string detail = {};
  // The number of events that this line stands for.
  uint64_t count = 1;
  std::string by = {};  // the persona whose session did it; omitted if it is not a valid name
};

// "HOME/log/audit.jsonl". Rotated files are "audit.1.jsonl" (the newest), "audit.2.jsonl" and so
// on.
[[nodiscard]] std::string AuditPath(const std::string& home);

// The last `count` complete lines, oldest first, from as many files as needed. Skips lines that a
// crash or a full disk truncated. kNotFound: nothing has been written yet.
[[nodiscard]] Result<std::string> LastAuditLines(const std::string& home, size_t count);

// Appends events to the audit log. Thread-safe. A write normally blocks for one write(2). Only when
// the file has reached twice its limit and another process is rotating it does a write wait, for at
// most `patience`.
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

  // Appends a line. The action has already happened, so a caller should only warn about an error.
  // kPermissionDenied: the file is a link, belongs to another user, or is accessible to others.
  // kResourceExhausted: the disk is full, or the file is over twice its limit and could not be
  // rotated.
  Status Write(const AuditEvent& event);

  // Checks that a line could be written, without writing one.
  [[nodiscard]] Status Check() const;

  // Events that this object failed to write, and the reason of the last failure.
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

// Rate limit for audit events: a burst of a kind is written event by event, after that one line a
// minute stands for all events since the last. Not thread-safe.
class AuditMeter {
 public:
  // The number of events of `kind` to write as one line now, or 0 if none is due.
  [[nodiscard]] uint64_t Count(std::string_view kind, SteadyTime now);
  // Returns the events that were counted but not yet written, by kind, and resets them.
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
