// Notes that a session's hooks leave for each other, because each hook runs in its own process.
// Small files under HOME/run/hooks, removed with the session. Losing them costs an extra
// notification, never a message.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/files.h"
#include "core/result.h"

namespace katra::cli {

class HookNotes {
 public:
  // `session`: the uuid of the session.
  static Result<HookNotes> Open(const std::string& home, const std::string& session);

  // How often in a row a Stop hook has made the turn continue.
  [[nodiscard]] int64_t stops() const { return Read("stops"); }
  void SetStops(int64_t stops) const { Write("stops", stops); }

  // The newest message that a wait has announced.
  [[nodiscard]] int64_t announced() const { return Read("announced"); }
  void SetAnnounced(int64_t message) const { Write("announced", message); }

  // The lock of the one process that waits for this session. kUnavailable: another process holds
  // it.
  [[nodiscard]] Result<LockFile> LockWait() const;
  // The same for the process that types into its prompt.
  [[nodiscard]] Result<LockFile> LockTyping() const;
  // Whether a process holds the lock.
  [[nodiscard]] bool IsWaiting() const { return IsHeld("wait"); }
  [[nodiscard]] bool IsTyping() const { return IsHeld("typing"); }
  // Whether a process holds or has held one of them.
  [[nodiscard]] bool HasBeenWoken() const { return Exists("wait") || Exists("typing"); }

  // Removes this session's notes.
  void Remove() const;
  // Removes the notes of every session that is not in `live` (uuids).
  void RemoveOthers(const std::vector<std::string>& live) const;

 private:
  HookNotes(std::string folder, std::string session)
      : folder_(std::move(folder)), session_(std::move(session)) {}

  [[nodiscard]] std::string PathOf(const char* what) const;
  [[nodiscard]] Result<LockFile> Lock(const char* what) const;
  [[nodiscard]] bool IsHeld(const char* what) const;
  [[nodiscard]] bool Exists(const char* what) const;
  [[nodiscard]] int64_t Read(const char* what) const;
  void Write(const char* what, int64_t number) const;

  std::string folder_;
  std::string session_;
};

}  // namespace katra::cli
