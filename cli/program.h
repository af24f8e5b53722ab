// Parses a command line and runs the command that it names. Knows how commands are declared, not
// which there are (cli/commands.h).
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

// What a parsed command does; returns the exit code.
using ActionFn = std::function<int(Context&)>;

// Collects what the command line asks for while CLI11 parses it.
class Program {
 public:
  // To be called from the callback of a CLI11 subcommand: the command to run after parsing.
  void Run(ActionFn action) { action_ = std::move(action); }

  // For commands that hand arguments on to another program: what comes after the first "--" is
  // kept apart in Rest(), unparsed. To be called when the command is declared.
  void PassRest(const std::string& command) { passing_.insert(command); }
  [[nodiscard]] bool PassesRest(const std::string& command) const {
    return passing_.count(command) != 0;
  }
  [[nodiscard]] const std::vector<std::string>& Rest() const { return rest_; }

  // The whole tree, for help, completions and man pages. Set by RunProgram; borrowed.
  [[nodiscard]] const CLI::App* root() const { return root_; }

 private:
  friend int RunProgram(const std::vector<std::string>& arguments, Context& context);

  ActionFn action_;
  std::set<std::string> passing_;
  std::vector<std::string> rest_;
  const CLI::App* root_ = nullptr;
};

// `arguments` without the program's name. Returns the exit code. What goes wrong is told on the
// context's stderr.
[[nodiscard]] int RunProgram(const std::vector<std::string>& arguments, Context& context);

}  // namespace katra::cli
