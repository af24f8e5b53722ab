// Checks that the audit log is complete and can be written.
#include <filesystem>

#include "cli/health/check.h"
#include "cli/sessions/gateway_process.h"
#include "core/audit.h"
#include "core/json_view.h"

namespace katra::cli {

Findings CheckAudit(const Context& context) {
  const std::string& home = context.home();
  std::error_code failed;
  if (home.empty() || !std::filesystem::exists(home, failed)) return {};
  const AuditLog log(home, "katra", context.clock());
  if (const Status writable = log.Check(); !writable) {
    return {{Health::kWarning, "audit log", writable.error().message,
             "see the message; work continues, but is not audited", 0}};
  }
  if (const auto runtime = RunningGateway(context)) {
    const auto answer = AskGateway(*runtime, "GET", "/admin/status");
    JsonDocument document;
    if (answer && document.Parse(answer->body)) {
      const JsonView audit = document.Root()["audit"];
      if (const int64_t lost = audit["lost"].Integer().value_or(0); lost > 0) {
        return {{Health::kWarning, "audit log",
                 std::to_string(lost) +
                     " events of the gateway could not be written: " + audit["why"].Text(),
                 "fix what the message says; `katra down` and `katra up` forget the count", 0}};
      }
    }
  }
  return {{Health::kGood, "audit log", AuditPath(home), {}, 0}};
}

}  // namespace katra::cli
