// The sub-commands of `katra route`: each is declared by one function in a file cmd_NAME.cc of this
// folder, as cli/commands.h says, and called in cli/route/cmd_route.cc.
#pragma once

#include <string>

#include "cli/context.h"
#include "core/result.h"

namespace CLI {
class App;
}

namespace katra::cli {

class Program;

void AddRouteHistory(CLI::App& route, Program& program);
void AddRouteExplain(CLI::App& route, Program& program);

// The time that `--since TEXT` names; the beginning of time if it is empty.
[[nodiscard]] Result<WallTime> SinceTime(const std::string& text, const Context& context);

}  // namespace katra::cli
