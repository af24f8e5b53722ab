#include "cli/sessions/gateway.h"

#include "cli/sessions/programs.h"

namespace katra::cli {

Result<GatewayLink> FindGateway(const Context& context, const GatewayQuery& /*query*/) {
  return Fail(ErrorCode::kUnavailable,
              "no gateway is running. To use claude-code-router instead, write "
              "\"router\": {\"kind\": \"claude-code-router\"} into " +
                  context.home() +
                  "/router/personas.json, run `katra-router-config` and `ccr start`; or leave the "
                  "router out with --no-router.");
}

bool GatewayInstalled(const Context& context) {
  return !FindOwnProgram(context, "katra_gateway").empty();
}

}  // namespace katra::cli
