// The list of models that a ChatGPT plan offers, for a Codex that goes on with it through the
// gateway. Codex keeps what it is told in a file of its own, for its sessions without Katra as
// well: it must be the plan's own list, and none of ours.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/http/client.h"
#include "core/http/server.h"
#include "core/known_secrets.h"
#include "router/gateway/access/login.h"
#include "router/providers/provider.h"

namespace katra::router::gateway {

// Not thread-safe; on the loop's thread.
class PlanModels {
 public:
  // Borrowed.
  explicit PlanModels(http::Client& client) : client_(client) {}
  PlanModels(const PlanModels&) = delete;
  PlanModels& operator=(const PlanModels&) = delete;

  // Answers `exchange` with what `plan` says to `login` (IsPlan), now or later: its list as
  // it came, or its refusal. `plan` is needed for the call alone.
  void Answer(std::shared_ptr<http::Exchange> exchange, const Provider& plan, const Login& login);

 private:
  struct Asking {
    std::shared_ptr<http::Exchange> exchange;
    std::string plan;  // its name
    KnownSecrets secrets;
    int status = 0;
    http::Headers headers;
    std::string body;
    bool too_long = false;
    std::unique_ptr<http::Call> call;
  };

  void End(uint64_t id, const http::CallEnd& end);

  http::Client& client_;
  uint64_t last_ = 0;
  std::map<uint64_t, Asking> asking_;
};

}  // namespace katra::router::gateway
