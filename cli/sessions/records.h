// What `katra start` writes down of the sessions it starts: one small file each below
// KATRA_HOME/run/sessions, so that they are listed, stopped, and restored after a reboot. Never
// holds a key, nor the client's arguments: a prompt may be among them. Knows neither tmux nor the
// store.
#pragma once

#include <map>
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
  std::string model;  // that was named; empty: none was
  // The model that the client was handed when none was named, where that is a model's name and not
  // a word of the client's, behind which may be any of its maker's.
  std::string handed_model;
  std::string role;
  std::string room;
  std::string client;  // "claude"
  std::string router;  // "none", "gateway", "claude-code-router"
  std::string login;   // "own": the client's own subscription, by way of the gateway; else empty
  std::string folder;
  std::string tmux_session;  // empty: it runs in a terminal
  std::string tmux_socket;   // as tmux -L takes it; empty: the user's usual server
  std::string tmux_path;     // of that server's socket; empty: not written down
  std::string terminal;      // "/dev/pts/3"; empty: none, or not known
  std::string conversation;  // the client's own id of the conversation; empty: not known
  // The last known conversation of each other client that the persona ran before.
  std::map<std::string, std::string> earlier;
  std::string base_url;  // of the gateway, as the client was told; empty: it uses none
  int64_t gateway = 0;   // the process id of the gateway that was given the session's keys
  ProcessIdentity process;
  std::string host;             // the machine or container it runs on; empty: not written down
  ProcessIdentity tmux_server;  // what keeps a background session; pid 0: not written down
  WallTime started_at;
  std::optional<WallTime> ended_at;  // unset: it runs, or the machine went down under it

  // What it was started on, as far as it is known.
  [[nodiscard]] const std::string& launch_model() const {
    return model.empty() ? handed_model : model;
  }
  [[nodiscard]] bool background() const { return !tmux_session.empty(); }
};

enum class RecordState {
  kRunning,
  kElsewhere,    // in another container or on another machine: whether it runs cannot be seen
  kEnded,        // by itself, or by `katra stop`
  kInterrupted,  // the machine or tmux went down under it: `katra restore` brings it back
};

[[nodiscard]] RecordState StateOf(const SessionRecord& record);

// Where a session runs that cannot be looked at from here: "host build-1 (process-id namespace
// 4026532201)".
[[nodiscard]] std::string PlaceElsewhere(const SessionRecord& record);

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

  // From here until the lock is gone, no other process starts or stops sessions, or writes records.
  // kUnavailable: not within `patience`.
  [[nodiscard]] Result<LockFile> Lock(
      std::chrono::milliseconds patience = std::chrono::seconds(10)) const;

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

// The client of the persona's session, process `pid`, has ended by itself. Does nothing when the
// record is of another process, or says so already.
void NoteEnd(const std::string& home, const std::string& persona, int64_t pid, WallTime ended_at);

}  // namespace katra::cli
