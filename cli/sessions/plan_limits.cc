#include "cli/sessions/plan_limits.h"

#include "cli/output.h"
#include "cli/sessions/gateway_process.h"
#include "core/json_view.h"
#include "core/text.h"

namespace katra::cli {

std::vector<PlanLimit> PlanLimits(const Context& context, std::string_view persona) {
  std::vector<PlanLimit> limits;
  const auto runtime = RunningGateway(context);
  if (!runtime) return limits;
  const auto answer = AskGateway(*runtime, "GET", "/admin/status");
  JsonDocument document;
  if (!answer || !document.Parse(answer->body)) return limits;
  const WallTime now = context.clock().Now();
  const std::string wanted = ToLowerAscii(persona);
  for (const JsonView one : document.Root()["plan_limits"]) {
    const auto until = ParseTime(one["until"].Text(), now);
    PlanLimit limit{one["persona"].Text(), one["provider"].Text(), one["models"].Text(), {}};
    if (!until || (!wanted.empty() && ToLowerAscii(limit.persona) != wanted)) continue;
    limit.until = *until;
    limits.push_back(std::move(limit));
  }
  return limits;
}

std::string DescribePlanLimit(const PlanLimit& limit, WallTime now) {
  return "plan limit" +
         (limit.models.empty() ? std::string() : " for " + OneLine(limit.models, 80)) + " until " +
         FormatLocal(limit.until, now);
}

void WritePlanLimits(const std::vector<PlanLimit>& limits, JsonWriter& writer) {
  writer.BeginArray();
  for (const PlanLimit& limit : limits) {
    writer.BeginObject().Key("persona").String(limit.persona);
    writer.Key("provider").String(limit.provider).Key("models").String(limit.models);
    writer.Key("until").String(FormatRfc3339(limit.until)).EndObject();
  }
  writer.EndArray();
}

}  // namespace katra::cli
