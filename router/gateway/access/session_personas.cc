#include "router/gateway/access/session_personas.h"

#include <utility>

#include "router/config/session.h"

namespace katra::router::gateway {

void SessionPersonas::Tell(const std::string& where, const std::string& fault) {
  if (faults_.size() >= kMost) faults_.clear();
  std::string& told = faults_[where];
  if (told == fault) return;
  told = fault;
  if (!fault.empty()) warn_("the project's routes are ignored: " + fault);
}

project::ProjectFile SessionPersonas::FileOf(const Caller& caller) {
  if (caller.folder.empty()) return {};
  auto found = project::FindProjectFile(caller.folder, user_home_);
  Tell(caller.folder, found ? std::string() : found.error().message);
  return found ? std::move(*found) : project::ProjectFile{};
}

std::shared_ptr<const PersonaConfig> SessionPersonas::Of(
    const std::shared_ptr<const RouterConfig>& config, const Caller& caller) {
  if (config_ != config) {
    entries_.clear();
    config_ = config;
  }
  const SteadyTime now = clock_.Steady();
  const auto known = entries_.find(caller.token_id);
  const bool same = known != entries_.end() && known->second.persona == caller.persona &&
                    known->second.choice == caller.session && known->second.folder == caller.folder;
  if (same && (caller.folder.empty() || now - known->second.looked_at < kLookEvery)) {
    return known->second.made;
  }
  project::ProjectFile file = FileOf(caller);
  if (same && known->second.file == file) {
    known->second.looked_at = now;
    return known->second.made;
  }
  PersonaConfig persona = SessionPersona(*config, caller.persona, caller.session);
  if (!file.path.empty()) {
    auto applied = project::ApplyProjectFile(*config, file, persona);
    Tell(file.path + '\n' + caller.persona, applied ? std::string() : applied.error().message);
    if (applied) persona = std::move(*applied);
  }
  if (entries_.size() >= kMost) entries_.clear();
  auto made = std::make_shared<const PersonaConfig>(std::move(persona));
  entries_[caller.token_id] = {
      caller.persona, caller.session, caller.folder, std::move(file), now, made};
  return made;
}

}  // namespace katra::router::gateway
