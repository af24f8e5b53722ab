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
void AddRouteReplay(CLI::App& route, Program& program);
void AddRouteTest(CLI::App& route, Program& program);
void AddRouteFeedback(CLI::App& route, Program& program);
void AddRouteTeach(CLI::App& route, Program& program);
void AddRouteLearnt(CLI::App& route, Program& program);
void AddRoutePin(CLI::App& route, Program& program);  // and unpin, reset

// The time that `--since TEXT` names; the beginning of time if it is empty.
[[nodiscard]] Result<WallTime> SinceTime(const std::string& text, const Context& context);

}  // namespace katra::cli
