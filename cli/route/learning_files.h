// For commands that show or change what routing has learnt or was taught: reads the personas'
// routes, and reads and appends to HOME/router/learnt.jsonl and taught.jsonl, which a running
// gateway follows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "core/result.h"
#include "router/config/config.h"
#include "router/config/session.h"
#include "router/routing/learning/event.h"
#include "router/routing/learning/line_file.h"

namespace katra::cli {

// As the configuration has it, with the routes of everybody completed. An error tells what is wrong
// with the files.
[[nodiscard]] Result<router::RouterConfig> LoadRoutes(const Context& context);

// `given`, else $KATRA_PERSONA, else the only persona that is configured. kInvalidArgument: none.
[[nodiscard]] Result<std::string> PersonaOf(const Context& context,
                                            const router::RouterConfig& config,
                                            const std::string& given);

// The persona's routes for a session in this folder, with the choices of the project's file. An
// error says what is wrong with that file.
[[nodiscard]] Result<router::PersonaConfig> PersonaHere(const Context& context,
                                                        const router::RouterConfig& config,
                                                        const std::string& persona);

// Adds `event` to what was learnt, synced to the disk.
[[nodiscard]] Status AddLearnt(const Context& context,
                               const router::routing::learning::Event& event);

// Everything that was learnt, in the journal's order; lines that cannot be read are left out.
[[nodiscard]] Result<std::vector<router::routing::learning::Event>> ReadLearnt(
    const Context& context);

// All that was taught; lines that cannot be read are left out.
[[nodiscard]] Result<std::vector<router::routing::learning::TaughtExample>> ReadTaught(
    const Context& context);

}  // namespace katra::cli
