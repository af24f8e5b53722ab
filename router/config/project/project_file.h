// A project's .katra/routing.json, which chooses among the models and routes that the user's own
// files allow. It may have come with a repository that others have written, so it can add nothing:
// no provider, address, key or command, and no model that the user has not named for the persona.
#pragma once

#include <string>

#include "core/result.h"
#include "router/config/config.h"

namespace katra::router::project {

// The path below a project's folder, for people.
inline constexpr const char* kProjectPath = ".katra/routing.json";

struct ProjectFile {
  std::string path;  // absolute; empty: there is none
  std::string text;

  friend bool operator==(const ProjectFile&, const ProjectFile&) = default;
};

// The file of the nearest folder that has one, from `folder` (absolute) upward. Does not search the
// root, `user_home` (may be empty), or folders above that home, because a file there belongs to no
// project. kPermissionDenied: the nearest file, or its folder, is a link, of the wrong kind,
// another user's, or writable by others; the message names it and says how to fix it. Blocking,
// some system calls for each folder.
[[nodiscard]] Result<ProjectFile> FindProjectFile(const std::string& folder,
                                                  const std::string& user_home);

// `persona`, which SessionPersona returned, with the project's choices, which are recorded in
// PersonaConfig::project. kInvalidArgument: a line "FILE:LINE: PATH: what is wrong; what is
// allowed" for each error.
[[nodiscard]] Result<PersonaConfig> ApplyProjectFile(const RouterConfig& config,
                                                     const ProjectFile& file,
                                                     const PersonaConfig& persona);

}  // namespace katra::router::project
