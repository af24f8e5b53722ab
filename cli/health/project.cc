// Checks the .katra/routing.json of the project in whose folder the command runs.
#include "cli/health/check.h"
#include "cli/sessions/plan.h"
#include "router/config/project/project_file.h"
#include "router/config/session.h"

namespace katra::cli {

Findings CheckProject(const Context& context) {
  const std::string subject = "project's routes";
  const auto bad = [&](const Error& error, const std::string& advice) {
    return Findings{{Health::kWarning, subject, error.message, advice, 0}};
  };
  const auto file = router::project::FindProjectFile(context.working_folder(), context.user_home());
  if (!file) return bad(file.error(), "the gateway ignores the file until then");
  if (file->path.empty()) return {};
  const Result<router::RouterConfig> config = LoadConfig(context);
  if (!config) return {};  // CheckProviders reports it
  std::vector<std::string> personas;
  for (const router::PersonaConfig& persona : config->personas) personas.push_back(persona.name);
  if (personas.empty()) personas.emplace_back();
  for (const std::string& persona : personas) {
    const auto applied = router::project::ApplyProjectFile(
        *config, *file, router::SessionPersona(*config, persona, {}));
    if (!applied) {
      return bad(applied.error(), "fix the file; the gateway ignores it until then" +
                                      (persona.empty() ? std::string() : " for " + persona));
    }
  }
  return {{Health::kGood, subject, file->path, {}, 0}};
}

}  // namespace katra::cli
