// katra_register: gives a guest's session a lasting name, or retires the session's own persona.
#include <nlohmann/json.hpp>

#include "mcp_server/tools/arguments.h"
#include "mcp_server/tools/output.h"
#include "mcp_server/tools/tool.h"
#include "render/domain_json.h"
#include "render/peer_text.h"
#include "render/presence_text.h"

namespace katra::mcp {
namespace {

ToolOutput Retire(const CallEnvironment& environment, const nlohmann::json& arguments) {
  const auto self = environment.store.GetSession(environment.session, environment.context);
  if (!self) return ErrorOutput(self.error());
  const Result<store::Session> guest = environment.store.RetireOwnPersona(
      environment.session, NameArgument(arguments, "name"), environment.context);
  if (!guest) return ErrorOutput(guest.error());
  return MakeOutput(
      arguments,
      [&] {
        return render::Word(self->persona) +
               " is retired; katra_register with its name brings it back. " +
               render::SelfText(*guest, environment.clock.Now());
      },
      [&] { return render::SessionJson(*guest); });
}

ToolOutput Run(const CallEnvironment& environment, const nlohmann::json& arguments) {
  if (BoolArgument(arguments, "retire")) return Retire(environment, arguments);
  return SelfOutput(
      environment, arguments,
      environment.store.Register(environment.session, NameArgument(arguments, "name"),
                                 WordArgument(arguments, "role"), environment.context));
}

}  // namespace

extern const ToolDefinition kRegister = {
    .name = "katra_register", .lane = Lane::kWrite, .run = &Run, .changes_session = true};

}  // namespace katra::mcp
