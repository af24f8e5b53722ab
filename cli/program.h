// Parses a command line and runs its command. Knows how commands are declared, but not which exist
// (cli/commands.h).
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "cli/context.h"

namespace CLI {
class App;
}

namespace katra::cli {

// The action of a parsed command; returns the exit code.
using ActionFn = std::function<int(Context&)>;

// Collects what the command line requests while CLI11 parses it.
class Program {
 public:
  // Sets the action to run after parsing. Call it from a CLI11 subcommand's callback.
  void Run(ActionFn action) { action_ = std::move(action); }

  // For commands that pass arguments to another program: everything after the first "--" is kept
  // unparsed in Rest(). Call it when declaring the command.
  void PassRest(const std::string& command) { passing_.insert(command); }
  [[nodiscard]] bool PassesRest(const std::string& command) const {
    return passing_.count(command) != 0;
  }
  [[nodiscard]] const std::vector<std::string>& Rest() const { return rest_; }

  // The command tree, for help, completions and man pages. Set by RunProgram; borrowed.
  [[nodiscard]] const CLI::App* root() const { return root_; }

 private:
  friend int RunProgram(const std::vector<std::string>& arguments, Context& context);

  ActionFn action_;
  std::set<std::string> passing_;
  std::vector<std::string> rest_;
  const CLI::App* root_ = nullptr;
};

// Runs a command line. `arguments` does not include the program's name. Returns the exit code.
// Errors are printed on the context's stderr.
[[nodiscard]] int RunProgram(const std::vector<std::string>& arguments, Context& context);

}  // namespace katra::cli
