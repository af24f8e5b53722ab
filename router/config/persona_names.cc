#include "router/config/persona_names.h"

#include "store/reserved_names.h"

namespace katra::router {

Status CheckPersonaNames(const RouterConfig& config, const KnownPersona& known) {
  for (const PersonaConfig& persona : config.personas) {
    if (!store::IsReservedName(persona.name) || known(persona.name)) continue;
    const Error refused = store::RefuseReservedName(persona.name).value();
    const std::string key = "personas." + persona.name;
    const Origin origin = config.OriginOf(key);
    const std::string where =
        origin.kind == OriginKind::kDefault ? config.personas_path : DescribeOrigin(origin);
    return Fail(refused.code, where + ": " + key + ": " + refused.message, config.personas_path);
  }
  return {};
}

}  // namespace katra::router
