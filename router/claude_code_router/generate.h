// Generates claude-code-router's files from personas.json: reads, decides, merges, backs up,
// writes. Knows no command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/ids.h"
#include "core/result.h"
#include "router/claude_code_router/plan.h"

namespace katra::router::claude_code_router {

struct GenerateOptions {
  std::string home;           // KATRA_HOME, absolute
  std::string personas_file;  // empty: HOME/router/personas.json
  std::string output;         // config.json of claude-code-router, absolute
  bool validate_only = false;
  bool force = false;  // replace the file instead of merging into it
};

struct Generated {
  size_t personas = 0;
  size_t providers = 0;
  bool wrote = false;                 // false: nothing changed, or validate_only
  std::string script;                 // beside `output`
  std::string backup;                 // empty: there was no previous file
  std::vector<std::string> warnings;  // about the configuration, and about what CCR cannot do
};

// kNotFound: there is no personas.json. kInvalidArgument: it is wrong, or the existing file cannot
// be merged into. On an error nothing is written. Blocking.
[[nodiscard]] Result<Generated> Generate(const GenerateOptions& options, const IsSet& is_set,
                                         const Clock& clock, Random& random);

}  // namespace katra::router::claude_code_router
