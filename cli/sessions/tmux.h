// The sessions in tmux that are Katra's. Each carries the home it belongs to as an option of its
// own, so that no other session is ever touched, whatever it is called. Knows no personas'
// settings.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/sessions/subprocess.h"
#include "core/result.h"

namespace katra::cli {

// The user's usual tmux server, or the one that KATRA_TMUX_SOCKET names (as tmux -L does). Every
// call but Attach runs tmux, some milliseconds. tmux is given only the variables of a terminal: no
// key reaches a server's environment, which every session of it can read. Used by one thread.
class Tmux {
 public:
  // The server of this terminal. kFailedPrecondition: tmux is not installed.
  static Result<Tmux> Find(const Context& context);
  // The server whose socket is at `path`, wherever this terminal is; empty: as Find(context).
  static Result<Tmux> Find(const Context& context, const std::string& path);

  // "katra-Sam"
  [[nodiscard]] static std::string NameFor(const std::string& persona) {
    return "katra-" + persona;
  }
  // "katra-Sam-3f9a1c": for when another home has a session of that name.
  [[nodiscard]] std::string OwnNameFor(const std::string& persona) const;
  [[nodiscard]] const std::string& socket() const { return socket_; }

  struct Made {
    std::string name;
    int64_t server = 0;       // the process id of the tmux server; 0: it did not say
    std::string server_path;  // of its socket; empty: it did not say
  };
  // Runs `command` in a new detached session of the persona, called NameFor, or OwnNameFor when
  // another home's session is called that. kAlreadyExists: there is one of that name.
  [[nodiscard]] Result<Made> New(const std::string& persona, const std::string& folder,
                                 const std::vector<std::string>& command) const;

  struct Look {
    std::string text;     // what the session shows now, without the blank lines at its end
    WallTime changed_at;  // when it last showed something new, in whole seconds
  };
  // Of those of `names` that are sessions of this home. Runs tmux twice.
  [[nodiscard]] Result<std::map<std::string, Look>> Screens(
      const std::vector<std::string>& names) const;

  // The names of this home's sessions. None is no error.
  [[nodiscard]] Result<std::vector<std::string>> List() const;
  [[nodiscard]] Result<bool> Has(const std::string& name) const;

  // Ends a session of this home; one that is not there, or not ours, is left as it is.
  [[nodiscard]] Status Kill(const std::string& name) const;

  // A tmux command for this server, as the user would type it in this terminal: with -S or -L when
  // plain `tmux` would ask another server.
  [[nodiscard]] std::string Typed(const std::string& command) const;

  // What brings the user's terminal into the session.
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
  // The mark of a session; empty: it has none, or is not there.
  [[nodiscard]] Result<std::string> MarkOf(const std::string& name) const;
  [[nodiscard]] Result<Made> NewNamed(const std::string& name, const std::string& folder,
                                      const std::vector<std::string>& command) const;

  // Whether plain `tmux` in this terminal asks the server of path_.
  [[nodiscard]] bool IsUsualServer() const;
  [[nodiscard]] Error Failed(const ProcessOutcome& outcome) const;

  std::string program_;
  std::string socket_;
  std::string path_;  // of the server's socket; empty: the one of this terminal, or of socket_
  std::string home_;
  Environment environment_;
};

}  // namespace katra::cli
