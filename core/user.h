// The user of this process, from the environment or else from the system's password database, so
// that services, container shells and `env -i` find the same user as a login shell. Knows nothing
// of personas.
#pragma once

#include <functional>
#include <string>

#include "core/result.h"

namespace katra {

// Reads an environment variable; empty if not set.
using ReadVariable = std::function<std::string(const char* name)>;

// $USER, else $LOGNAME, else the name in the password database; empty if none is known. Reads the
// database on the calling thread: call it before other threads start.
[[nodiscard]] std::string UserName(const ReadVariable& variable);

// $HOME, else the home folder in the password database; empty if not known. The same applies.
[[nodiscard]] std::string UserHome(const ReadVariable& variable);

// The absolute path of Katra's folder as given in KATRA_HOME or --home; `~` is `user_home`. Clients
// pass such values verbatim from a file, where no shell expands them. kInvalidArgument: the path is
// relative; each working folder would then have a home of its own, and sessions would never meet.
[[nodiscard]] Result<std::string> KatraHome(const std::string& given, const std::string& user_home);

// A ReadVariable for this process's environment.
[[nodiscard]] std::string OwnVariable(const char* name);

}  // namespace katra
