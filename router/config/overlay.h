// A second configuration file, in the format of personas.json, that takes precedence over it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "router/config/config.h"
#include "router/config/json_source.h"

namespace katra::router {

struct Overlay {
  std::string file;
  JsonSource source;  // fits the schema of personas.json
  std::vector<ConfigWarning> warnings;
  // Providers that use the address of a built-in one, by their own names.
  std::map<std::string, std::string> like;
  // The model for requests for which neither file names one: provider,model; empty: none.
  std::string standing_default;
  // Names of models, besides source's aliases: "anthropic/kimi-k3" -> "kimi,kimi-k3".
  std::map<std::string, std::string> full_names;
};

}  // namespace katra::router
