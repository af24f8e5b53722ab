// What `katra start` writes down of the sessions it starts: one small file each below
// KATRA_HOME/run/sessions, so that they are listed, stopped, and restored after a reboot. Never
// holds a key, nor the client's arguments: a prompt may be among them. Knows neither tmux nor the
// store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/files.h"
#include "core/process.h"
#include "core/result.h"

namespace katra::cli {

struct SessionRecord {
  std::string persona;
  std::string provider;
  std::string model;
  std::string role;
  std::string room;
  std::string client;  // "claude"
  std::string router;  // "none", "gateway", "claude-code-router"
  std::string folder;
  std::string tmux_session;  // empty: it runs in a terminal
  std::string tmux_socket;   // as tmux -L takes it; empty: the user's usual server
  std::string terminal;      // "/dev/pts/3"; empty: none, or not known
  std::string conversation;  // the client's own id of the conversation; empty: not known
  ProcessIdentity process;
  WallTime started_at;
  std::optional<WallTime> ended_at;  // unset: it runs, or the machine went down under it

  [[nodiscard]] bool background() const { return !tmux_session.empty(); }
};

enum class RecordState {
  kRunning,
  kEnded,        // by itself, or by `katra stop`
  kInterrupted,  // it ran when the machine went down: `katra restore` brings it back
};

[[nodiscard]] RecordState StateOf(const SessionRecord& record);

// The records of a home. Used by one thread; processes take turns with Lock().
class Records {
 public:
  // Makes the folder when it does not exist. kPermissionDenied: it is open to others.
  static Result<Records> Open(const std::string& home);

  // By persona. What cannot be read is left out, and told in `warnings`.
  [[nodiscard]] Result<std::vector<SessionRecord>> List(std::vector<std::string>* warnings) const;
  // Without regard to case. kNotFound: no session of that persona was ever started.
  [[nodiscard]] Result<SessionRecord> Find(const std::string& persona) const;
  [[nodiscard]] Status Save(const SessionRecord& record) const;

  // From here until the lock is gone, no other process starts or stops sessions.
  [[nodiscard]] Result<LockFile> Lock() const;

 private:
  explicit Records(std::string folder) : folder_(std::move(folder)) {}
  [[nodiscard]] std::string PathOf(const std::string& persona) const;

  std::string folder_;
};

// What the client tells of the persona's running session: the name of its conversation, which may
// change while it runs, and whether its user has ended it. Empty: nothing new. Does nothing when
// the session was not started by `katra start`, or cannot be written down.
void NoteConversation(const std::string& home, const std::string& persona,
                      const std::string& conversation, std::optional<WallTime> ended_at);

}  // namespace katra::cli
