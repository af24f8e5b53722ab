#include "router/gateway/access/session_personas.h"

#include "router/config/session.h"

namespace katra::router::gateway {

std::shared_ptr<const PersonaConfig> SessionPersonas::Of(
    const std::shared_ptr<const RouterConfig>& config, const Caller& caller) {
  if (config_ != config) {
    entries_.clear();
    config_ = config;
  }
  const auto known = entries_.find(caller.token_id);
  if (known != entries_.end() && known->second.persona == caller.persona &&
      known->second.choice == caller.session) {
    return known->second.made;
  }
  if (entries_.size() >= kMost) entries_.clear();
  auto made = std::make_shared<const PersonaConfig>(
      SessionPersona(*config, caller.persona, caller.session));
  entries_[caller.token_id] = {caller.persona, caller.session, made};
  return made;
}

}  // namespace katra::router::gateway
