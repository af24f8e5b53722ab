// katra_receipts: who was given a message of the caller's own, and who heard it when.
#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/tool.h"
#include "render/receipts.h"

namespace katra::mcp {
namespace {

ToolOutput Run(const CallEnvironment& environment, const nlohmann::json& arguments) {
  const std::optional<int64_t> id = IdArgument(arguments, "id");
  if (!id) return FailedOutput(ErrorCode::kInvalidArgument, "id: give the number of a message");
  const auto reply = environment.store.Receipts(environment.session, *id, environment.context);
  if (!reply) return ErrorOutput(reply.error());
  return MakeOutput(
      arguments, [&] { return render::ReceiptsText(*reply, environment.clock.Now()); },
      [&] { return render::ReceiptsJson(*reply); });
}

}  // namespace

extern const ToolDefinition kReceipts = {
    .name = "katra_receipts", .lane = Lane::kRead, .run = &Run};

}  // namespace katra::mcp
