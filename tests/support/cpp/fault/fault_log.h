// What the fault VFS writes down, in a file that all processes of a test map: every change that the
// disk may still lose, and the switches by which a test makes the disk fail. It outlives a killed
// process. Knows nothing of SQLite.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace katra::testing {

enum class DiskFault : uint32_t { kFull = 0, kInputOutput = 1, kReadOnly = 2 };

enum class DroppedSyncs : uint32_t { kNone = 0, kAll = 1, kOfWal = 2 };

enum class RecordType : uint32_t {
  kWrite,      // bytes at `offset`
  kTruncate,   // to the size `offset`
  kCreate,     // the file came to be
  kDelete,     // the file went; `before` is all of it
  kSync,       // the file's records below `covers` are on the disk
  kDirectory,  // the creations and deletions below `covers` are on the disk
};

// One change. Views point into the mapping.
struct FaultRecord {
  RecordType type = RecordType::kWrite;
  uint64_t position = 0;  // in the log
  uint64_t offset = 0;
  uint64_t size_before = 0;  // of the file
  uint64_t covers = 0;
  std::string_view path;
  std::string_view before;  // what the change overwrote or cut off
  std::string_view after;   // what was written
};

// The switches and counters, shared by all processes.
struct FaultControl {
  char magic[8];
  std::atomic<uint64_t> tail;      // where the next record goes
  std::atomic<uint64_t> writes;    // writes and truncations that were asked for, and with
                                   // kInputOutput syncs
  std::atomic<int64_t> fail_from;  // the write from which on `fault` is answered; negative: never
  std::atomic<uint32_t> fault;     // DiskFault
  std::atomic<uint32_t> dropped_syncs;  // DroppedSyncs: which say "done" and do nothing
  std::atomic<uint64_t> refused;        // writes that were answered with `fault`
};

// The mapped log. Append may be called from any thread and process at once.
class FaultLog {
 public:
  // Makes a new log of at most `capacity` bytes (sparse). Throws std::runtime_error.
  static std::unique_ptr<FaultLog> Create(const std::string& path, uint64_t capacity);
  // Maps an existing one.
  static std::unique_ptr<FaultLog> Open(const std::string& path);
  ~FaultLog();
  FaultLog(const FaultLog&) = delete;
  FaultLog& operator=(const FaultLog&) = delete;

  [[nodiscard]] FaultControl& control() { return *control_; }
  [[nodiscard]] uint64_t Tail() const { return control_->tail.load(); }

  // Ends the process when the log is full: the test would prove nothing.
  void Append(const FaultRecord& record);

  // Oldest first. Only while nobody appends.
  [[nodiscard]] std::vector<FaultRecord> Records() const;

  // Forgets the records: all that was written counts as on the disk.
  void Clear();

 private:
  FaultLog(int descriptor, char* base, uint64_t capacity);

  int descriptor_;
  char* base_;
  uint64_t capacity_;
  FaultControl* control_;
  std::mutex mutex_;  // flock(2) binds processes, not the threads of one
};

}  // namespace katra::testing
