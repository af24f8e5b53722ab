// Who runs this process: the environment says it first, the system's password database otherwise,
// so that a service, a container's shell or `env -i` knows the same user as a login shell. Knows no
// persona.
#pragma once

#include <functional>
#include <string>

namespace katra {

// Reads one variable; empty: not set.
using ReadVariable = std::function<std::string(const char* name)>;

// $USER, else $LOGNAME, else the name in the password database; empty: nobody says. The database is
// read on the calling thread: call it before others start.
[[nodiscard]] std::string UserName(const ReadVariable& variable);

// $HOME, else the home folder in the password database; empty: not known. As above.
[[nodiscard]] std::string UserHome(const ReadVariable& variable);

// A ReadVariable of this process's own environment.
[[nodiscard]] std::string OwnVariable(const char* name);

}  // namespace katra
