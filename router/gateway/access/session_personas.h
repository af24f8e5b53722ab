// How each session's persona is configured (SessionPersona), made once for each token and not for
// each request. Knows no HTTP.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "router/config/config.h"
#include "router/gateway/access/caller.h"

namespace katra::router::gateway {

// Not thread-safe.
class SessionPersonas {
 public:
  // What SessionPersona makes of `config` for the caller. Shared by the requests of its token for
  // as long as `config` and the caller's choice stay the same; later ones get another.
  [[nodiscard]] std::shared_ptr<const PersonaConfig> Of(
      const std::shared_ptr<const RouterConfig>& config, const Caller& caller);

 private:
  struct Entry {
    std::string persona;
    SessionChoice choice;
    std::shared_ptr<const PersonaConfig> made;
  };

  static constexpr size_t kMost = 1000;

  std::shared_ptr<const RouterConfig> config_;      // of all entries
  std::unordered_map<std::string, Entry> entries_;  // by token
};

}  // namespace katra::router::gateway
