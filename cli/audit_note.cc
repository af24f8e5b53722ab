#include "cli/audit_note.h"

#include <utility>

namespace katra::cli {

void Audit(const Context& context, AuditEvent event, const std::string& home) {
  event.by = context.Variable("KATRA_PERSONA");
  AuditLog log(home.empty() ? context.home() : home, "katra", context.clock());
  if (auto written = log.Write(event); !written) context.Warn(written.error().message);
}

}  // namespace katra::cli
