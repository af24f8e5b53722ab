// A SQLite VFS around the default one, preloaded into the real server (LD_PRELOAD). It writes down
// what the disk may still lose, and answers writes with a full, failing or read-only disk when the
// test says so. It changes nothing else; $KATRA_FAULT_LOG names the log, and without it nothing is
// registered.
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "tests/support/cpp/fault/fault_log.h"

namespace katra::testing {
namespace {

// Lives until the process ends: SQLite may write until then.
FaultLog* fault_log = nullptr;
sqlite3_vfs* below = nullptr;
sqlite3_vfs shim;

// The file of the VFS below lies behind this one.
struct ShimFile {
  sqlite3_file base;
  sqlite3_io_methods methods;  // of the version that the file below has
  std::string* path;           // owned; null: not recorded (temporary files)
  bool directory_sync;         // the next sync makes the file's name last, too
};

ShimFile* Shim(sqlite3_file* file) { return static_cast<ShimFile*>(static_cast<void*>(file)); }
sqlite3_file* Below(sqlite3_file* file) {
  return static_cast<sqlite3_file*>(static_cast<void*>(Shim(file) + 1));
}

// What the test wants this write to answer; SQLITE_OK: let it happen.
int Refusal() {
  FaultControl& control = fault_log->control();
  const uint64_t number = control.writes.fetch_add(1);
  const int64_t from = control.fail_from.load();
  if (from < 0 || number < static_cast<uint64_t>(from)) return SQLITE_OK;
  control.refused.fetch_add(1);
  switch (static_cast<DiskFault>(control.fault.load())) {
    case DiskFault::kFull:
      return SQLITE_FULL;
    case DiskFault::kInputOutput:
      return SQLITE_IOERR_WRITE;
    case DiskFault::kReadOnly:
      return SQLITE_READONLY;
  }
  return SQLITE_IOERR;
}

uint64_t SizeBelow(sqlite3_file* file) {
  sqlite3_int64 size = 0;
  Below(file)->pMethods->xFileSize(Below(file), &size);
  return static_cast<uint64_t>(size);
}

std::string ReadBelow(sqlite3_file* file, uint64_t offset, uint64_t bytes) {
  std::string content(bytes, '\0');
  if (bytes > 0) {
    Below(file)->pMethods->xRead(Below(file), content.data(), static_cast<int>(bytes),
                                 static_cast<sqlite3_int64>(offset));
  }
  return content;
}

int Close(sqlite3_file* file) {
  const int result =
      Below(file)->pMethods != nullptr ? Below(file)->pMethods->xClose(Below(file)) : SQLITE_OK;
  delete Shim(file)->path;
  Shim(file)->path = nullptr;
  return result;
}

int Read(sqlite3_file* file, void* to, int bytes, sqlite3_int64 offset) {
  return Below(file)->pMethods->xRead(Below(file), to, bytes, offset);
}

int Write(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 offset) {
  const std::string* path = Shim(file)->path;
  if (path != nullptr) {
    if (const int refusal = Refusal(); refusal != SQLITE_OK) return refusal;
    FaultRecord record;
    record.type = RecordType::kWrite;
    record.path = *path;
    record.offset = static_cast<uint64_t>(offset);
    record.size_before = SizeBelow(file);
    uint64_t overlap = 0;
    if (record.size_before > record.offset) {
      overlap =
          std::min<uint64_t>(static_cast<uint64_t>(bytes), record.size_before - record.offset);
    }
    const std::string before = ReadBelow(file, record.offset, overlap);
    record.before = before;
    record.after = {static_cast<const char*>(from), static_cast<size_t>(bytes)};
    fault_log->Append(record);
  }
  return Below(file)->pMethods->xWrite(Below(file), from, bytes, offset);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  const std::string* path = Shim(file)->path;
  if (path != nullptr) {
    if (const int refusal = Refusal(); refusal != SQLITE_OK) return refusal;
    FaultRecord record;
    record.type = RecordType::kTruncate;
    record.path = *path;
    record.offset = static_cast<uint64_t>(size);
    record.size_before = SizeBelow(file);
    std::string before;
    if (record.size_before > record.offset) {
      before = ReadBelow(file, record.offset, record.size_before - record.offset);
    }
    record.before = before;
    fault_log->Append(record);
  }
  return Below(file)->pMethods->xTruncate(Below(file), size);
}

// Whether the test wants this sync to say "done" and do nothing.
bool Dropped(const std::string& path) {
  switch (static_cast<DroppedSyncs>(fault_log->control().dropped_syncs.load())) {
    case DroppedSyncs::kNone:
      return false;
    case DroppedSyncs::kOfWal:
      return path.size() > 4 && path.compare(path.size() - 4, 4, "-wal") == 0;
    case DroppedSyncs::kAll:
      break;
  }
  return true;
}

int Sync(sqlite3_file* file, int flags) {
  const std::string* path = Shim(file)->path;
  if (path == nullptr) return Below(file)->pMethods->xSync(Below(file), flags);
  // A full or read-only disk still syncs what it has.
  const auto fault = static_cast<DiskFault>(fault_log->control().fault.load());
  if (fault == DiskFault::kInputOutput && Refusal() != SQLITE_OK) return SQLITE_IOERR_FSYNC;
  if (Dropped(*path)) return SQLITE_OK;
  FaultRecord record;
  record.covers = fault_log->Tail();  // not what others write while the disk works
  const int result = Below(file)->pMethods->xSync(Below(file), flags);
  if (result != SQLITE_OK) return result;
  record.path = *path;
  record.type = RecordType::kSync;
  fault_log->Append(record);
  if (Shim(file)->directory_sync) {
    Shim(file)->directory_sync = false;
    record.type = RecordType::kDirectory;
    fault_log->Append(record);
  }
  return SQLITE_OK;
}

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  return Below(file)->pMethods->xFileSize(Below(file), size);
}
int Lock(sqlite3_file* file, int lock) { return Below(file)->pMethods->xLock(Below(file), lock); }
int Unlock(sqlite3_file* file, int lock) {
  return Below(file)->pMethods->xUnlock(Below(file), lock);
}
int CheckReservedLock(sqlite3_file* file, int* result) {
  return Below(file)->pMethods->xCheckReservedLock(Below(file), result);
}
int FileControl(sqlite3_file* file, int operation, void* argument) {
  return Below(file)->pMethods->xFileControl(Below(file), operation, argument);
}
int SectorSize(sqlite3_file* file) { return Below(file)->pMethods->xSectorSize(Below(file)); }
int DeviceCharacteristics(sqlite3_file* file) {
  return Below(file)->pMethods->xDeviceCharacteristics(Below(file));
}
int ShmMap(sqlite3_file* file, int page, int bytes, int extend, void volatile** to) {
  return Below(file)->pMethods->xShmMap(Below(file), page, bytes, extend, to);
}
int ShmLock(sqlite3_file* file, int offset, int n, int flags) {
  return Below(file)->pMethods->xShmLock(Below(file), offset, n, flags);
}
void ShmBarrier(sqlite3_file* file) { Below(file)->pMethods->xShmBarrier(Below(file)); }
int ShmUnmap(sqlite3_file* file, int remove) {
  return Below(file)->pMethods->xShmUnmap(Below(file), remove);
}
int Fetch(sqlite3_file* file, sqlite3_int64 offset, int bytes, void** to) {
  return Below(file)->pMethods->xFetch(Below(file), offset, bytes, to);
}
int Unfetch(sqlite3_file* file, sqlite3_int64 offset, void* page) {
  return Below(file)->pMethods->xUnfetch(Below(file), offset, page);
}

sqlite3_io_methods Methods(int version) {
  return {version,
          Close,
          Read,
          Write,
          Truncate,
          Sync,
          FileSize,
          Lock,
          Unlock,
          CheckReservedLock,
          FileControl,
          SectorSize,
          DeviceCharacteristics,
          ShmMap,
          ShmLock,
          ShmBarrier,
          ShmUnmap,
          Fetch,
          Unfetch};
}

int OpenFile(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  ShimFile* opened = Shim(file);
  new (opened) ShimFile();
  constexpr int kRecorded =
      SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
  constexpr int kNameSynced =
      SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
  const bool recorded = name != nullptr && (flags & kRecorded) != 0;
  if (recorded && (flags & SQLITE_OPEN_CREATE) != 0 && access(name, F_OK) != 0) {
    FaultRecord record;
    record.type = RecordType::kCreate;
    record.path = name;
    fault_log->Append(record);
  }
  const int result = below->xOpen(below, name, Below(file), flags, flags_out);
  const sqlite3_io_methods* methods = Below(file)->pMethods;
  if (methods == nullptr) return result;  // then SQLite calls no xClose
  if (result == SQLITE_OK && recorded) {
    opened->path = new std::string(name);
    opened->directory_sync = (flags & kNameSynced) != 0 && (flags & SQLITE_OPEN_CREATE) != 0;
  }
  opened->methods = Methods(methods->iVersion);
  opened->base.pMethods = &opened->methods;
  return result;
}

int DeleteFile(sqlite3_vfs*, const char* name, int sync_directory) {
  FaultRecord record;
  record.type = RecordType::kDelete;
  record.path = name;
  std::string content;
  if (std::unique_ptr<FILE, int (*)(FILE*)> old(std::fopen(name, "rb"), std::fclose); old) {
    char piece[65536];
    for (size_t n = 0; (n = std::fread(piece, 1, sizeof piece, old.get())) > 0;) {
      content.append(piece, n);
    }
    record.before = content;
    fault_log->Append(record);
  }
  record.covers = fault_log->Tail();
  const int result = below->xDelete(below, name, sync_directory);
  if (result == SQLITE_OK && sync_directory != 0 && !Dropped(name)) {
    record.type = RecordType::kDirectory;
    record.before = {};
    fault_log->Append(record);
  }
  return result;
}

int Access(sqlite3_vfs*, const char* name, int flags, int* result) {
  return below->xAccess(below, name, flags, result);
}
int FullPathname(sqlite3_vfs*, const char* name, int bytes, char* to) {
  return below->xFullPathname(below, name, bytes, to);
}
int Randomness(sqlite3_vfs*, int bytes, char* to) { return below->xRandomness(below, bytes, to); }
int Sleep(sqlite3_vfs*, int micros) { return below->xSleep(below, micros); }
int CurrentTime(sqlite3_vfs*, double* time) { return below->xCurrentTime(below, time); }
int GetLastError(sqlite3_vfs*, int bytes, char* to) {
  return below->xGetLastError(below, bytes, to);
}
int CurrentTimeInt64(sqlite3_vfs*, sqlite3_int64* time) {
  return below->xCurrentTimeInt64(below, time);
}

__attribute__((constructor)) void Register() {
  const char* path = std::getenv("KATRA_FAULT_LOG");
  if (path == nullptr || *path == '\0') return;
  fault_log = FaultLog::Open(path).release();
  below = sqlite3_vfs_find(nullptr);
  shim = *below;
  shim.iVersion = 2;
  shim.szOsFile = static_cast<int>(sizeof(ShimFile)) + below->szOsFile;
  shim.pNext = nullptr;
  shim.zName = "katra-fault";
  shim.xOpen = OpenFile;
  shim.xDelete = DeleteFile;
  shim.xAccess = Access;
  shim.xFullPathname = FullPathname;
  shim.xRandomness = Randomness;
  shim.xSleep = Sleep;
  shim.xCurrentTime = CurrentTime;
  shim.xGetLastError = GetLastError;
  shim.xCurrentTimeInt64 = CurrentTimeInt64;
  sqlite3_vfs_register(&shim, 1);
}

}  // namespace
}  // namespace katra::testing
