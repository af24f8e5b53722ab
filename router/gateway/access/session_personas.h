// The configuration of each session's persona: that of SessionPersona, with the choices of the file
// of the session's project (router/config/project/). Made once per token, not per request. Knows no
// HTTP.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "core/clock.h"
#include "router/config/config.h"
#include "router/config/project/project_file.h"
#include "router/gateway/access/caller.h"

namespace katra::router::gateway {

// Not thread-safe.
class SessionPersonas {
 public:
  // `user_home`: see FindProjectFile. `clock` is borrowed. `warn` is called once for each error of
  // a project's file; the session then continues as if there were no file.
  SessionPersonas(std::string user_home, const Clock& clock,
                  std::function<void(const std::string&)> warn)
      : user_home_(std::move(user_home)), clock_(clock), warn_(std::move(warn)) {}

  // The caller's persona, from `config` and the project's file. The requests of a token share it as
  // long as `config`, the caller's choice and the file stay the same. Looks for the file at most
  // once a second per token.
  [[nodiscard]] std::shared_ptr<const PersonaConfig> Of(
      const std::shared_ptr<const RouterConfig>& config, const Caller& caller);

 private:
  struct Entry {
    std::string persona;
    SessionChoice choice;
    std::string folder;
    project::ProjectFile file;
    SteadyTime looked_at;
    std::shared_ptr<const PersonaConfig> made;
  };

  static constexpr size_t kMost = 1000;
  static constexpr std::chrono::seconds kLookEvery{1};

  [[nodiscard]] project::ProjectFile FileOf(const Caller& caller);
  // Warns about an error that was not reported before; an empty `fault` clears it.
  void Tell(const std::string& where, const std::string& fault);

  std::string user_home_;
  const Clock& clock_;
  std::function<void(const std::string&)> warn_;
  std::shared_ptr<const RouterConfig> config_;      // of all entries
  std::unordered_map<std::string, Entry> entries_;  // by token
  std::unordered_map<std::string, std::string>
      faults_;  // last reported, by folder or file and persona
};

}  // namespace katra::router::gateway
