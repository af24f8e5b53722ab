// katra_whoami: who the caller is.
#include <nlohmann/json.hpp>

#include "mcp_server/tools/output.h"
#include "mcp_server/tools/tool.h"

namespace katra::mcp {
namespace {

ToolOutput Run(const CallEnvironment& environment, const nlohmann::json& arguments) {
  return SelfOutput(environment, arguments,
                    environment.store.GetSession(environment.session, environment.context));
}

}  // namespace

extern const ToolDefinition kWhoAmI = {.name = "katra_whoami", .lane = Lane::kRead, .run = &Run};

}  // namespace katra::mcp
