// What stands between the bench's client and its upstream: nothing, nginx, katra_gateway, or
// claude-code-router. Each a process on a core of its own, with what the system tells of its cost.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/bench/gateway/upstream.h"

namespace katra::testing {
class ChildProcess;
class TempHome;
}  // namespace katra::testing

namespace katra::bench {

struct Programs {
  std::string gateway;
  std::string katra;
  std::string nginx;               // empty: not measured
  std::string node;                // for claude-code-router
  std::string claude_code_router;  // its cli.js; empty: not measured
};

// The format that the gateway asks the upstream in.
enum class Interface { kMessages, kChat, kResponses };

class Target {
 public:
  virtual ~Target() = default;
  // Where requests for an upstream's manner go.
  [[nodiscard]] virtual int port(Manner manner) const = 0;
  // The model's name that leads there, in the upstream's format.
  [[nodiscard]] virtual std::string Model(Manner manner, Interface interface) const = 0;
  [[nodiscard]] virtual std::string token() const { return "none"; }
  // Of all its threads, since it started. 0 for what is no process.
  [[nodiscard]] virtual double CpuSeconds() const { return 0; }
  [[nodiscard]] virtual double ResidentMegabytes() const { return 0; }
};

std::unique_ptr<Target> Direct(const Upstream& upstream);
// Each throws std::runtime_error with what the program said when it does not come up.
std::unique_ptr<Target> StartNginx(const Programs& programs, const Upstream& upstream, int core);
std::unique_ptr<Target> StartKatra(const Programs& programs, const Upstream& upstream, int core);
std::unique_ptr<Target> StartClaudeCodeRouter(const Programs& programs, const Upstream& upstream,
                                              int core);

}  // namespace katra::bench
