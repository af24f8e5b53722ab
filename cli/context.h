// What a command works with: the environment, the terminal, the clock, the store. Commands access
// nothing of the process directly, so that tests can run them in memory. Knows no command.
#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/ids.h"
#include "core/result.h"
#include "store/store.h"

namespace katra::cli {

using Environment = std::map<std::string, std::string>;

// Opens the store of a home (store/open.h). Injected, so that tests can open another one.
using StoreOpener = std::function<Result<std::shared_ptr<store::Store>>(
    const std::string& home, const store::CallContext& call)>;

// What the streams are connected to.
struct Terminal {
  bool in = false;
  bool out = false;
  bool err = false;
  int width = 80;  // columns
  int height = 24;
  bool colours = false;  // `out` is a terminal, NO_COLOR is not set, TERM is not "dumb"
};

// One run of the program. Used by one thread.
class Context {
 public:
  struct Deps {
    std::string program = "katra";  // or "k", as used in messages
    std::string version;
    Environment environment;
    std::string working_folder;  // absolute
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    Terminal terminal;
    const Clock& clock;
    Random& random;
    StoreOpener open_store;
    std::string executable;  // absolute path of this program; empty: unknown
  };

  explicit Context(Deps deps);

  [[nodiscard]] const std::string& program() const { return deps_.program; }
  [[nodiscard]] const std::string& version() const { return deps_.version; }
  [[nodiscard]] const Environment& environment() const { return deps_.environment; }
  // Empty if not set.
  [[nodiscard]] std::string Variable(const std::string& name) const;
  [[nodiscard]] const std::string& working_folder() const { return deps_.working_folder; }
  // KATRA_HOME, else ~/.katra; absolute. Empty if neither is known.
  [[nodiscard]] const std::string& home() const { return home_; }
  // The user's home folder; empty if unknown.
  [[nodiscard]] const std::string& user_home() const { return user_home_; }
  [[nodiscard]] std::istream& in() const { return deps_.in; }
  [[nodiscard]] std::ostream& out() const { return deps_.out; }
  [[nodiscard]] std::ostream& err() const { return deps_.err; }
  [[nodiscard]] const Terminal& terminal() const { return deps_.terminal; }
  [[nodiscard]] const Clock& clock() const { return deps_.clock; }
  [[nodiscard]] Random& random() const { return deps_.random; }
  [[nodiscard]] const std::string& executable() const { return deps_.executable; }

  // Opens the store at the first call; owned by the context.
  [[nodiscard]] Result<store::Store*> OpenStore();
  // For a process that is about to exec another program.
  void CloseStore() { store_.reset(); }
  // The context for one call to the store, with a deadline of 10 s unless `patience` is given.
  [[nodiscard]] store::CallContext Call(
      std::chrono::milliseconds patience = std::chrono::seconds(10)) const;

  // All of stdin. kResourceExhausted: longer than `max_bytes`.
  [[nodiscard]] Result<std::string> ReadInput(size_t max_bytes) const;

  // A message that was written for models, with the commands in the place of the tools.
  [[nodiscard]] std::string ForPeople(std::string message) const;
  // Prints "katra: MESSAGE" on stderr; returns the error's exit code.
  int PrintError(const Error& error) const;
  // Prints "katra: warning: MESSAGE" on stderr.
  void Warn(std::string_view message) const;
  // Prints "katra: MESSAGE" and where to find help on stderr; returns kExitUsage.
  int UsageError(std::string_view message, std::string_view command) const;

 private:
  // Prints the program's name and `text` on stderr, wrapped if it is a terminal.
  void Tell(const std::string& text) const;

  Deps deps_;
  std::string home_;
  std::string user_home_;
  std::shared_ptr<store::Store> store_;
};

// The process's own variables, sizes and streams.
[[nodiscard]] Environment ReadEnvironment();
[[nodiscard]] Terminal DescribeTerminal(const Environment& environment);

}  // namespace katra::cli
