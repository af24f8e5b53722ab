#include "cli/clients/server_entry.h"

#include <nlohmann/json.hpp>

namespace katra::cli {

nlohmann::ordered_json ServerEnvironment(const Handover& handover) {
  nlohmann::ordered_json variables = nlohmann::ordered_json::object();
  for (const EnvironmentChange& change : SessionVariables(handover)) {
    if (change.value) variables[change.name] = *change.value;
  }
  return variables;
}

}  // namespace katra::cli
