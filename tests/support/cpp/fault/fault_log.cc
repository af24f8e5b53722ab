// A record becomes part of the log by the move of the tail, so that a killed writer leaves none
// half.
#include "tests/support/cpp/fault/fault_log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>

namespace katra::testing {
namespace {

constexpr char kMagic[8] = {'K', 'F', 'A', 'U', 'L', 'T', '1', '\0'};
constexpr uint64_t kFirstRecord = 4096;

struct RawRecord {
  uint64_t bytes;  // with this header, padded
  uint32_t type;
  uint32_t path_bytes;
  uint64_t offset;
  uint64_t size_before;
  uint64_t covers;
  uint64_t before_bytes;
  uint64_t after_bytes;
};

uint64_t Padded(uint64_t bytes) { return (bytes + 7) & ~uint64_t{7}; }

char* Map(int descriptor, uint64_t bytes) {
  void* base = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (base == MAP_FAILED) throw std::runtime_error("cannot map the fault log");
  return static_cast<char*>(base);
}

}  // namespace

FaultLog::FaultLog(int descriptor, char* base, uint64_t capacity)
    : descriptor_(descriptor),
      base_(base),
      capacity_(capacity),
      control_(std::launder(static_cast<FaultControl*>(static_cast<void*>(base)))) {}

std::unique_ptr<FaultLog> FaultLog::Create(const std::string& path, uint64_t capacity) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0 || ftruncate(descriptor, static_cast<off_t>(capacity)) != 0) {
    throw std::runtime_error("cannot make the fault log " + path);
  }
  char* base = Map(descriptor, capacity);
  auto* control = new (base) FaultControl();
  std::memcpy(control->magic, kMagic, sizeof kMagic);
  control->tail = kFirstRecord;
  control->fail_from = -1;
  return std::unique_ptr<FaultLog>(new FaultLog(descriptor, base, capacity));
}

std::unique_ptr<FaultLog> FaultLog::Open(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CLOEXEC);
  struct stat info = {};
  if (descriptor < 0 || fstat(descriptor, &info) != 0) {
    throw std::runtime_error("cannot open the fault log " + path);
  }
  const auto capacity = static_cast<uint64_t>(info.st_size);
  char* base = Map(descriptor, capacity);
  if (std::memcmp(base, kMagic, sizeof kMagic) != 0) throw std::runtime_error("no fault log");
  return std::unique_ptr<FaultLog>(new FaultLog(descriptor, base, capacity));
}

FaultLog::~FaultLog() {
  munmap(base_, capacity_);
  close(descriptor_);
}

void FaultLog::Append(const FaultRecord& record) {
  RawRecord raw = {};
  raw.bytes = Padded(sizeof raw + record.path.size() + record.before.size() + record.after.size());
  raw.type = static_cast<uint32_t>(record.type);
  raw.path_bytes = static_cast<uint32_t>(record.path.size());
  raw.offset = record.offset;
  raw.size_before = record.size_before;
  raw.covers = record.covers;
  raw.before_bytes = record.before.size();
  raw.after_bytes = record.after.size();

  const std::lock_guard<std::mutex> guard(mutex_);
  while (flock(descriptor_, LOCK_EX) != 0) {
  }
  const uint64_t tail = control_->tail.load();
  if (tail + raw.bytes > capacity_) {
    std::fputs("the fault log is full\n", stderr);
    std::abort();
  }
  char* to = base_ + tail;
  std::memcpy(to, &raw, sizeof raw);
  to += sizeof raw;
  for (const std::string_view part : {record.path, record.before, record.after}) {
    if (!part.empty()) std::memcpy(to, part.data(), part.size());
    to += part.size();
  }
  control_->tail.store(tail + raw.bytes);
  flock(descriptor_, LOCK_UN);
}

std::vector<FaultRecord> FaultLog::Records() const {
  std::vector<FaultRecord> records;
  uint64_t position = kFirstRecord;
  while (position < Tail()) {
    RawRecord raw;
    std::memcpy(&raw, base_ + position, sizeof raw);
    const char* data = base_ + position + sizeof raw;
    FaultRecord record;
    record.type = static_cast<RecordType>(raw.type);
    record.position = position;
    record.offset = raw.offset;
    record.size_before = raw.size_before;
    record.covers = raw.covers;
    record.path = {data, raw.path_bytes};
    record.before = {data + raw.path_bytes, raw.before_bytes};
    record.after = {data + raw.path_bytes + raw.before_bytes, raw.after_bytes};
    records.push_back(record);
    position += raw.bytes;
  }
  return records;
}

void FaultLog::Clear() { control_->tail.store(kFirstRecord); }

}  // namespace katra::testing
