// Loads the configuration of a home together with a Plano config.yaml.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "router/config/config.h"

namespace katra::router::plano {

struct Loaded {
  RouterConfig config;
  // The variables of the .env file beside config.yaml that contain keys of its providers. The
  // environment takes precedence. Secret.
  std::map<std::string, std::string> file_variables;
  std::optional<int64_t> timeout_ms;  // see PlanoFile
};

// Like router::Load, but the providers, routes and aliases of `config_yaml` take precedence over
// those of personas.json; personas are kept. Empty: personas.json alone. kNotFound: there is no
// such file; else the errors of router::Load. Blocking, a few milliseconds.
[[nodiscard]] Result<Loaded> Load(const LoadOptions& options, const std::string& config_yaml);

// The values of a .env file: NAME=VALUE lines, also with "export " before them; # begins a comment;
// "$$" stands for "$". Other lines are ignored.
[[nodiscard]] std::map<std::string, std::string> ParseEnvFile(std::string_view text);

}  // namespace katra::router::plano
