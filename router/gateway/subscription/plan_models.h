// The list of models that a ChatGPT plan offers, for a Codex that uses the plan through the
// gateway. Codex stores the list in its own file and uses it in sessions without Katra too, so it
// must be the plan's list and not Katra's.
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

// Not thread-safe; used on the loop's thread.
class PlanModels {
 public:
  // Borrowed.
  explicit PlanModels(http::Client& client) : client_(client) {}
  PlanModels(const PlanModels&) = delete;
  PlanModels& operator=(const PlanModels&) = delete;

  // Answers `exchange`, now or later, with the response of `plan` to `login` (IsPlan): its list
  // unchanged, or its refusal. `plan` is only used during the call.
  void Answer(std::shared_ptr<http::Exchange> exchange, const Provider& plan, const Login& login);

 private:
  struct Asking {
    std::shared_ptr<http::Exchange> exchange;
    std::string plan;  // the plan's name
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
