// katra_forget: hides one of the caller's own memories.
#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/tool.h"
#include "render/receipts.h"

namespace katra::mcp {
namespace {

ToolOutput Run(const CallEnvironment& environment, const nlohmann::json& arguments) {
  const std::optional<int64_t> id = IdArgument(arguments, "id");
  if (!id) return FailedOutput(ErrorCode::kInvalidArgument, "id: expected a number such as 12");
  const Result<store::ForgetReceipt> receipt = environment.store.Forget(
      environment.session, *id, WordArgument(arguments, "reason"), environment.context);
  if (!receipt) return ErrorOutput(receipt.error());
  return MakeOutput(
      arguments, [&] { return render::ForgottenText(*receipt); },
      [&] { return render::ForgottenJson(*receipt); });
}

}  // namespace

extern const ToolDefinition kForget = {.name = "katra_forget", .lane = Lane::kWrite, .run = &Run};

}  // namespace katra::mcp
