// By what one knows a line that nobody typed.
#pragma once

#include <optional>
#include <string_view>

#include "router/routing/task_sense/layout.h"

namespace katra::router::routing::task_sense {

// What kind of pasted text the line is from; nullopt: typed, as far as one can tell from it alone.
std::optional<Mark> PastedKind(std::string_view line);

// The line begins or goes on with a diff, if `within` says that the one before did.
bool OfDiff(std::string_view line, bool within);

std::string_view WithoutBlanks(std::string_view line);

}  // namespace katra::router::routing::task_sense
