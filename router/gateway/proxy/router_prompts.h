// The texts that router models are asked with: Katra's own, or those that the user has put into
// files. A model answers best to the very text that it was trained with, which its makers publish.
#pragma once

#include <map>
#include <string>

#include "core/log.h"
#include "router/routing/router_model/prompt_template.h"

namespace katra::router::gateway {

class RouterPrompts {
 public:
  // Reads FOLDER/arch-router.txt and FOLDER/plano-orchestrator.txt anew; one that is missing or
  // invalid leaves Katra's own text in force. Warns of a file that cannot be used, and of one that
  // is not, to the byte, what the makers publish.
  void Read(const std::string& folder, Logger& logger);

  [[nodiscard]] const routing::router_model::PromptTemplate& Of(
      routing::router_model::Family family) const;

 private:
  std::map<routing::router_model::Family, routing::router_model::PromptTemplate> own_;
};

}  // namespace katra::router::gateway
