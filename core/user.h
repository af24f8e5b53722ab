// Who runs this process: the environment says it first, the system's password database otherwise,
// so that a service, a container's shell or `env -i` knows the same user as a login shell. Knows no
// persona.
#pragma once

#include <functional>
#include <string>

#include "core/result.h"

namespace katra {

// Reads one variable; empty: not set.
using ReadVariable = std::function<std::string(const char* name)>;

// $USER, else $LOGNAME, else the name in the password database; empty: nobody says. The database is
// read on the calling thread: call it before others start.
[[nodiscard]] std::string UserName(const ReadVariable& variable);

// $HOME, else the home folder in the password database; empty: not known. As above.
[[nodiscard]] std::string UserHome(const ReadVariable& variable);

// Katra's folder as it was given in KATRA_HOME or --home, absolute: `~` is `user_home`. Clients
// hand such values on as they stand in a file, where no shell expands them. kInvalidArgument: it is
// relative. Each working folder would have a home of its own, and sessions would never meet.
[[nodiscard]] Result<std::string> KatraHome(const std::string& given, const std::string& user_home);

// A ReadVariable of this process's own environment.
[[nodiscard]] std::string OwnVariable(const char* name);

}  // namespace katra
