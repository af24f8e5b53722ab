// Katra's sessions in tmux. Each is marked with its home in a tmux option, so that no other session
// is ever affected, whatever its name. Knows no personas' settings.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/sessions/subprocess.h"
#include "core/result.h"

namespace katra::cli {

// The user's default tmux server, or the one that KATRA_TMUX_SOCKET names (as for tmux -L). Every
// call except Attach runs tmux, which takes some milliseconds. tmux only gets a terminal's
// variables: a server's environment is readable by all of its sessions, so no key may reach it.
// Used by one thread.
class Tmux {
 public:
  // The server of this terminal. kFailedPrecondition: tmux is not installed.
  static Result<Tmux> Find(const Context& context);
  // The server with the socket at `path`, independent of this terminal; empty: as Find(context).
  static Result<Tmux> Find(const Context& context, const std::string& path);

  // "katra-Sam"
  [[nodiscard]] static std::string NameFor(const std::string& persona) {
    return "katra-" + persona;
  }
  // "katra-Sam-3f9a1c": used if another home has a session with the normal name.
  [[nodiscard]] std::string OwnNameFor(const std::string& persona) const;
  [[nodiscard]] const std::string& socket() const { return socket_; }

  struct Made {
    std::string name;
    int64_t server = 0;       // process id of the tmux server; 0: unknown
    std::string server_path;  // path of its socket; empty: unknown
  };
  // Runs `command` in a new detached session of the persona, named NameFor, or OwnNameFor if
  // another home's session has that name. kAlreadyExists: a session with that name exists.
  [[nodiscard]] Result<Made> New(const std::string& persona, const std::string& folder,
                                 const std::vector<std::string>& command) const;

  struct Look {
    std::string text;     // its current screen, without trailing blank lines
    WallTime changed_at;  // time of its last output, in whole seconds
  };
  // The screens of those `names` that are sessions of this home. Runs tmux twice.
  [[nodiscard]] Result<std::map<std::string, Look>> Screens(
      const std::vector<std::string>& names) const;

  // The names of this home's sessions. Having none is not an error.
  [[nodiscard]] Result<std::vector<std::string>> List() const;
  [[nodiscard]] Result<bool> Has(const std::string& name) const;

  // Types a line of text and Enter into a session of this home. kNotFound: there is no such
  // session.
  [[nodiscard]] Status Type(const std::string& name, const std::string& line) const;

  // Kills a session of this home; does nothing if it does not exist or is not Katra's.
  [[nodiscard]] Status Kill(const std::string& name) const;

  // A tmux command for this server as the user would type it in this terminal, with -S or -L if
  // plain `tmux` would use another server.
  [[nodiscard]] std::string Typed(const std::string& command) const;

  // The command that attaches the user's terminal to the session.
  [[nodiscard]] ProcessSpec Attach(const std::string& name) const;

 private:
  Tmux(std::string program, std::string socket, std::string home, Environment environment)
      : program_(std::move(program)),
        socket_(std::move(socket)),
        home_(std::move(home)),
        environment_(std::move(environment)) {}

  [[nodiscard]] ProcessSpec Command(std::vector<std::string> arguments) const;
  [[nodiscard]] Result<ProcessOutcome> Run(std::vector<std::string> arguments) const;
  [[nodiscard]] bool IsOurs(const std::string& mark) const;
  // A session's mark; empty if it has none or does not exist.
  [[nodiscard]] Result<std::string> MarkOf(const std::string& name) const;
  [[nodiscard]] Result<Made> NewNamed(const std::string& name, const std::string& folder,
                                      const std::vector<std::string>& command) const;

  // Whether plain `tmux` in this terminal uses the server of path_.
  [[nodiscard]] bool IsUsualServer() const;
  [[nodiscard]] Error Failed(const ProcessOutcome& outcome) const;

  std::string program_;
  std::string socket_;
  std::string path_;  // path of the server's socket; empty: this terminal's, or that of socket_
  std::string home_;
  Environment environment_;
};

}  // namespace katra::cli
