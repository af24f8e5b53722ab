// Recognises lines that were pasted, not typed.
#pragma once

#include <optional>
#include <string_view>

#include "router/routing/task_sense/layout.h"

namespace katra::router::routing::task_sense {

// The kind of pasted text that the line belongs to; nullopt: typed, as far as this line alone
// shows.
std::optional<Mark> PastedKind(std::string_view line);

// Whether the line begins a diff or, if `within` (the line before was part of one), continues it.
bool OfDiff(std::string_view line, bool within);

std::string_view WithoutBlanks(std::string_view line);

}  // namespace katra::router::routing::task_sense
