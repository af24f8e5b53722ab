// What a command writes into the audit log.
#pragma once

#include <string>

#include "cli/context.h"
#include "core/audit.h"

namespace katra::cli {

// Writes down what the command did, in the audit log of `home` (empty: this home), with the
// session's persona when an agent ran the command. When it cannot be written, warns.
void Audit(const Context& context, AuditEvent event, const std::string& home = {});

}  // namespace katra::cli
