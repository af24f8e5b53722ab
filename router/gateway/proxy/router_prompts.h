// The prompts for router models: Katra's own, or those that the user has put into files. A model
// works best with the exact prompt that it was trained with, which its makers publish.
#pragma once

#include <map>
#include <string>

#include "core/log.h"
#include "router/routing/router_model/prompt_template.h"

namespace katra::router::gateway {

class RouterPrompts {
 public:
  // Reads FOLDER/arch-router.txt and FOLDER/plano-orchestrator.txt again. If one is missing or
  // invalid, Katra's own text is used. Warns about a file that cannot be used, and about one that
  // differs from what the makers publish.
  void Read(const std::string& folder, Logger& logger);

  [[nodiscard]] const routing::router_model::PromptTemplate& Of(
      routing::router_model::Family family) const;

 private:
  std::map<routing::router_model::Family, routing::router_model::PromptTemplate> own_;
};

}  // namespace katra::router::gateway
