// Checks every running session: whether it reaches its gateway, and whether its client waits for an
// answer before it starts.
#include <filesystem>

#include "cli/exit_codes.h"
#include "cli/health/check.h"
#include "cli/sessions/condition.h"

namespace katra::cli {

Findings CheckSessions(Context& context) {
  std::error_code none;
  if (context.home().empty() || !std::filesystem::exists(context.home() + "/run/sessions", none)) {
    return {};
  }
  const Result<Records> records = Records::Open(context.home());
  if (!records) return {};  // reported by the check of the home
  const Result<std::vector<LiveSession>> live = ListLive(*records, context);
  if (!live) return {};
  const std::vector<Condition> conditions = ConditionsOf(*live, context);
  Findings findings;
  for (size_t i = 0; i < live->size(); ++i) {
    const std::string subject = "session " + (*live)[i].persona;
    if (!conditions[i].trouble.empty()) {
      findings.push_back(
          {Health::kWarning, subject, conditions[i].trouble, conditions[i].advice, 0});
    } else if ((*live)[i].elsewhere) {
      findings.push_back({Health::kNote, subject, conditions[i].advice, "look there", 0});
    }
  }
  if (findings.empty() && !live->empty()) {
    findings.push_back({Health::kGood, "sessions", std::to_string(live->size()) + " run", {}, 0});
  }
  return findings;
}

}  // namespace katra::cli
