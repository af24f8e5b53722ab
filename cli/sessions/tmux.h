// The sessions in tmux that are Katra's. Each carries the home it belongs to as an option of its
// own, so that no other session is ever touched, whatever it is called. Knows no personas'
// settings.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/sessions/subprocess.h"
#include "core/result.h"

namespace katra::cli {

// The user's usual tmux server, or the one that KATRA_TMUX_SOCKET names (as tmux -L does). Every
// call but Attach runs tmux, some milliseconds. Used by one thread.
class Tmux {
 public:
  // kFailedPrecondition: tmux is not installed.
  static Result<Tmux> Find(const Context& context);

  // "katra-Sam"
  [[nodiscard]] static std::string NameFor(const std::string& persona) {
    return "katra-" + persona;
  }
  [[nodiscard]] const std::string& socket() const { return socket_; }

  // Runs `command` in a new detached session. kAlreadyExists: there is one of that name.
  [[nodiscard]] Status New(const std::string& name, const std::string& folder,
                           const std::vector<std::string>& command) const;

  // The names of this home's sessions. None is no error.
  [[nodiscard]] Result<std::vector<std::string>> List() const;
  [[nodiscard]] Result<bool> Has(const std::string& name) const;

  // Ends a session of this home; one that is not there, or not ours, is left as it is.
  [[nodiscard]] Status Kill(const std::string& name) const;

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

  std::string program_;
  std::string socket_;
  std::string home_;
  Environment environment_;
};

}  // namespace katra::cli
