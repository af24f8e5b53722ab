// Records of the sessions started by `katra start`: one small file each below
// KATRA_HOME/run/sessions, so that they can be listed, stopped, and restored after a reboot. Never
// contain a key or the client's arguments, which may include a prompt. Knows neither tmux nor the
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
  std::string model;  // as requested; empty: none
  // The model given to the client if none was requested, provided it is a model's name and not an
  // alias of the client's.
  std::string handed_model;
  std::string role;
  std::string room;
  std::string client;  // "claude"
  std::string router;  // "none", "gateway", "claude-code-router"
  std::string login;   // "own": the client's own subscription through the gateway; else empty
  std::string folder;
  std::string tmux_session;  // empty: runs in a terminal
  std::string tmux_socket;   // as for tmux -L; empty: the user's default server
  std::string tmux_path;     // path of that server's socket; empty: not recorded
  std::string terminal;      // "/dev/pts/3"; empty: none, or unknown
  std::string conversation;  // the client's own id of the conversation; empty: unknown
  // The last known conversation with each other client of the persona.
  std::map<std::string, std::string> earlier;
  std::string base_url;  // gateway address given to the client; empty: none
  int64_t gateway = 0;   // process id of the gateway that was given the session's keys
  ProcessIdentity process;
  std::string host;             // machine or container; empty: not recorded
  ProcessIdentity tmux_server;  // server of a background session; pid 0: not recorded
  bool wake_by_keys = false;    // a notice may be typed into its idle prompt
  WallTime started_at;
  std::optional<WallTime> ended_at;  // unset: still running, or interrupted by a shutdown

  // The model that it was started with, if known.
  [[nodiscard]] const std::string& launch_model() const {
    return model.empty() ? handed_model : model;
  }
  [[nodiscard]] bool background() const { return !tmux_session.empty(); }
};

enum class RecordState {
  kRunning,
  kElsewhere,    // in another container or on another machine, so it is unknown whether it runs
  kEnded,        // exited, or stopped by `katra stop`
  kInterrupted,  // the machine or tmux shut down; `katra restore` restarts it
};

[[nodiscard]] RecordState StateOf(const SessionRecord& record);

// Where a session runs that cannot be observed from here: "host build-1 (process-id namespace
// 4026532201)".
[[nodiscard]] std::string PlaceElsewhere(const SessionRecord& record);

// The records of a home. Used by one thread; processes serialise with Lock().
class Records {
 public:
  // Creates the folder if it does not exist. kPermissionDenied: it is accessible to others.
  static Result<Records> Open(const std::string& home);

  // Ordered by persona. Records that cannot be read are skipped and reported in `warnings`.
  [[nodiscard]] Result<std::vector<SessionRecord>> List(std::vector<std::string>* warnings) const;
  // Case-insensitive. kNotFound: no session of that persona was ever started.
  [[nodiscard]] Result<SessionRecord> Find(const std::string& persona) const;
  [[nodiscard]] Status Save(const SessionRecord& record) const;

  // Until the lock is released, no other process starts or stops sessions or writes records.
  // kUnavailable: not acquired within `patience`.
  [[nodiscard]] Result<LockFile> Lock(
      std::chrono::milliseconds patience = std::chrono::seconds(10)) const;

 private:
  explicit Records(std::string folder) : folder_(std::move(folder)) {}
  [[nodiscard]] std::string PathOf(const std::string& persona) const;

  std::string folder_;
};

// Records what the client reports about the persona's running session: its conversation's id, which
// may change, and whether its user has ended it. An empty id: unchanged. Does nothing if the
// session was not started by `katra start`, or the record cannot be written.
void NoteConversation(const std::string& home, const std::string& persona,
                      const std::string& conversation, std::optional<WallTime> ended_at);

// Records that the client of the persona's session, process `pid`, has exited by itself. Does
// nothing if the record belongs to another process, or is already marked as ended.
void NoteEnd(const std::string& home, const std::string& persona, int64_t pid, WallTime ended_at);

}  // namespace katra::cli
