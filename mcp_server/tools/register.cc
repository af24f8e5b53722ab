// katra_register: gives a guest's session a lasting name.
#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/tool.h"

namespace katra::mcp {
namespace {

ToolOutput Run(const CallEnvironment& environment, const nlohmann::json& arguments) {
  return SelfOutput(
      environment, arguments,
      environment.store.Register(environment.session, NameArgument(arguments, "name"),
                                 WordArgument(arguments, "role"), environment.context));
}

}  // namespace

extern const ToolDefinition kRegister = {
    .name = "katra_register", .lane = Lane::kWrite, .run = &Run, .changes_session = true};

}  // namespace katra::mcp
