#include "cli/hooks/before_edit.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "cli/hooks/live_session.h"
#include "cli/sessions/plan.h"
#include "render/claim_text.h"
#include "render/domain_json.h"
#include "store/claim_store.h"

namespace katra::cli {
namespace {

// The edit waits for the hook.
constexpr std::chrono::seconds kPatience{1};

bool Blocks(Context& context) {
  const Result<router::RouterConfig> config = LoadConfig(context);
  return config && config->claims_block;
}

// The claims of others on the files that the tool is about to change.
std::vector<store::Claim> InTheWay(const HookInput& input, Context& context) {
  std::error_code failed;
  const bool there = std::filesystem::exists(context.home() + "/katra.db", failed);
  if (input.edited.empty() || !there) return {};
  const Result<store::Store*> store = context.OpenStore();
  if (!store) return {};
  const auto claims = (*store)->ListClaims(context.Call(kPatience));
  if (!claims || claims->empty()) return {};
  std::vector<store::ClaimPath> paths;
  for (const std::string& file : input.edited) {
    auto path = store::ResolveClaimPath(file, input.working_folder);
    if (path) paths.push_back(std::move(*path));
  }
  const auto session = FindLiveSession(input, context);
  if (!session || !*session) return {};
  return store::ClaimsOfOthers(*claims, (*session)->persona, paths);
}

}  // namespace

std::string BeforeEdit(const HookInput& input, Context& context) {
  const std::vector<store::Claim> others = InTheWay(input, context);
  if (others.empty()) return {};
  const std::string text = render::ClaimWarning(others, context.clock().Now());
  nlohmann::json output = {{"hookEventName", "PreToolUse"}};
  if (Blocks(context)) {
    output["permissionDecision"] = "deny";
    output["permissionDecisionReason"] = text;
  } else {
    output["additionalContext"] = text;
  }
  return render::DumpJson({{"hookSpecificOutput", std::move(output)}});
}

}  // namespace katra::cli
