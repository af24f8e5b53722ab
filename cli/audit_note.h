// Audit events of commands.
#pragma once

#include <string>

#include "cli/context.h"
#include "core/audit.h"

namespace katra::cli {

// Writes an event to the audit log of `home` (empty: this home), with the session's persona if an
// agent ran the command. Warns on failure.
void Audit(const Context& context, AuditEvent event, const std::string& home = {});

}  // namespace katra::cli
