// Starts nginx, katra_gateway and claude-code-router with configurations that lead to the upstream.
#include "tests/bench/gateway/targets.h"

#include <poll.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "tests/bench/gateway/sockets.h"
#include "tests/support/cpp/child_process.h"
#include "tests/support/cpp/temp_home.h"

namespace katra::bench {
namespace {

using nlohmann::json;
using testing::ChildOptions;
using testing::ChildProcess;
using testing::TempHome;

constexpr std::chrono::seconds kStartTime{30};
constexpr const char* kMannerNames[kManners] = {"whole", "burst", "paced", "idle"};

const char* NameOf(Manner manner) { return kMannerNames[static_cast<int>(manner)]; }

std::string Address(const Upstream& upstream, Manner manner) {
  return "http://127.0.0.1:" + std::to_string(upstream.port(manner));
}

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
  chmod(path.c_str(), 0600);
}

// What is started there and its children have that core; this process has its own back.
std::unique_ptr<ChildProcess> StartOn(int core, const ChildOptions& options) {
  cpu_set_t mine;
  sched_getaffinity(0, sizeof mine, &mine);
  RunOnCore(core);
  auto child = ChildProcess::Start(options);
  sched_setaffinity(0, sizeof mine, &mine);
  return child;
}

bool Answers(int port) {
  const int probe = Connect(port);
  pollfd wait{probe, POLLOUT, 0};
  const bool ready = poll(&wait, 1, 200) == 1 && (wait.revents & (POLLERR | POLLHUP)) == 0;
  close(probe);
  return ready;
}

class Process : public Target {
 public:
  [[nodiscard]] double CpuSeconds() const override {
    double nanos = 0;
    const std::string tasks = "/proc/" + std::to_string(child_->pid()) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks)) {
      double ran = 0;
      std::ifstream(task.path() / "schedstat") >> ran;
      nanos += ran;
    }
    return nanos / 1e9;
  }
  [[nodiscard]] double ResidentMegabytes() const override {
    return static_cast<double>(child_->ResidentBytes()) / 1e6;
  }

 protected:
  void Start(int core, const ChildOptions& options, int port) {
    child_ = StartOn(core, options);
    const auto until = std::chrono::steady_clock::now() + kStartTime;
    while (!Answers(port)) {
      if (child_->WaitExit(std::chrono::milliseconds(50)) ||
          std::chrono::steady_clock::now() > until) {
        throw std::runtime_error(options.program + " does not come up: " + child_->ErrorOutput());
      }
    }
  }
  [[nodiscard]] const TempHome& home() const { return home_; }

 private:
  TempHome home_;
  std::unique_ptr<ChildProcess> child_;
};

class DirectTarget final : public Target {
 public:
  explicit DirectTarget(const Upstream& upstream) : upstream_(upstream) {}
  [[nodiscard]] int port(Manner manner) const override { return upstream_.port(manner); }
  [[nodiscard]] std::string Model(Manner, Interface) const override { return "bench-model"; }

 private:
  const Upstream& upstream_;
};

// One worker, no buffering, pooled connections: the least that a reverse proxy costs.
class Nginx final : public Process {
 public:
  Nginx(const Programs& programs, const Upstream& upstream, int core) {
    std::string servers;
    for (int i = 0; i < kManners; ++i) {
      const auto manner = static_cast<Manner>(i);
      ports_[i] = FreePort();
      servers += std::string("  upstream ") + NameOf(manner) +
                 " { server 127.0.0.1:" + std::to_string(upstream.port(manner)) +
                 "; keepalive 512; keepalive_requests 1000000000; }\n"
                 "  server { listen 127.0.0.1:" +
                 std::to_string(ports_[i]) + "; location / { proxy_pass http://" + NameOf(manner) +
                 "; proxy_http_version 1.1; proxy_set_header Connection \"\"; "
                 "proxy_buffering off; proxy_request_buffering off; } }\n";
    }
    const std::string& folder = home().path();
    WriteFile(home().File("nginx.conf"),
              "daemon off; master_process off; pid " + folder + "/nginx.pid;\nerror_log " + folder +
                  "/error.log;\nworker_rlimit_nofile 8192;\nevents { worker_connections 4096; }\n"
                  "http {\n  access_log off; tcp_nodelay on; client_max_body_size 64m;\n"
                  "  client_body_buffer_size 1m; keepalive_requests 1000000000;\n"
                  "  client_body_temp_path " +
                  folder + "/body; proxy_temp_path " + folder + "/proxy;\n  fastcgi_temp_path " +
                  folder + "/fastcgi; uwsgi_temp_path " + folder + "/uwsgi; scgi_temp_path " +
                  folder + "/scgi;\n" + servers + "}\n");
    ChildOptions options;
    options.program = programs.nginx;
    options.arguments = {
        "-p", folder, "-c", home().File("nginx.conf"), "-e", home().File("error.log")};
    Start(core, options, ports_[0]);
  }
  [[nodiscard]] int port(Manner manner) const override { return ports_[static_cast<int>(manner)]; }
  [[nodiscard]] std::string Model(Manner, Interface) const override { return "bench-model"; }

 private:
  int ports_[kManners] = {};
};

class Katra final : public Process {
 public:
  Katra(const Programs& programs, const Upstream& upstream, int core) : port_(FreePort()) {
    json providers;
    for (int i = 0; i < kManners; ++i) {
      const auto manner = static_cast<Manner>(i);
      const std::string name = NameOf(manner);
      providers[name + "-same"] = {{"api_base_url", Address(upstream, manner)},
                                   {"interface", "anthropic"},
                                   {"models", {"bench-model"}}};
      providers[name + "-chat"] = {{"api_base_url", Address(upstream, manner) + "/v1"},
                                   {"interface", "openai"},
                                   {"models", {"bench-model"}}};
      providers[name + "-responses"] = {{"api_base_url", Address(upstream, manner) + "/v1"},
                                        {"interface", "responses"},
                                        {"models", {"bench-model"}}};
    }
    std::filesystem::create_directory(home().File("router"));
    chmod(home().File("router").c_str(), 0700);
    WriteFile(
        home().File("router/personas.json"),
        json{{"personas", {{"Bench", {{"provider", "whole-same"}, {"model", "bench-model"}}}}},
             {"providers", providers},
             {"limits",  // one token asks for everything
              {{"requests_per_minute", 0}, {"open_requests", 0}, {"request_bytes_per_minute", 0}}}}
            .dump());
    ChildOptions options;
    options.program = programs.gateway;
    options.arguments = {"--home",      home().path(), "--port", std::to_string(port_),
                         "--log-level", "warning"};
    options.environment = {{"HOME", home().path()}};
    Start(core, options, port_);
    options.program = programs.katra;
    options.arguments = {"token", "create", "--persona", "Bench", "--home", home().path()};
    const auto command = ChildProcess::Start(options);
    while (const auto line = command->ReadLine(kStartTime)) token_ = *line;
    if (token_.empty()) throw std::runtime_error("no token: " + command->ErrorOutput());
  }
  [[nodiscard]] int port(Manner) const override { return port_; }
  [[nodiscard]] std::string Model(Manner manner, Interface interface) const override {
    static constexpr const char* kProviders[] = {"-same", "-chat", "-responses"};
    return std::string(NameOf(manner)) + kProviders[static_cast<int>(interface)] + ",bench-model";
  }
  [[nodiscard]] std::string token() const override { return token_; }

 private:
  int port_;
  std::string token_;
};

class ClaudeCodeRouter final : public Process {
 public:
  ClaudeCodeRouter(const Programs& programs, const Upstream& upstream, int core)
      : port_(FreePort()) {
    json providers = json::array();
    for (int i = 0; i < kManners; ++i) {
      const auto manner = static_cast<Manner>(i);
      providers.push_back({{"name", NameOf(manner)},
                           {"api_base_url", Address(upstream, manner) + "/v1/chat/completions"},
                           {"api_key", "none"},
                           {"models", {"bench-model"}}});
    }
    std::filesystem::create_directory(home().File(".claude-code-router"));
    WriteFile(home().File(".claude-code-router/config.json"),
              json{{"PORT", port_},
                   {"LOG", false},
                   {"NON_INTERACTIVE_MODE", true},
                   {"Providers", providers},
                   {"Router", {{"default", "whole,bench-model"}}}}
                  .dump());
    ChildOptions options;
    options.program = programs.node;
    options.arguments = {programs.claude_code_router, "start"};
    options.environment = {{"HOME", home().path()}};
    Start(core, options, port_);
  }
  [[nodiscard]] int port(Manner) const override { return port_; }
  [[nodiscard]] std::string Model(Manner manner, Interface) const override {
    return std::string(NameOf(manner)) + ",bench-model";
  }

 private:
  int port_;
};

}  // namespace

std::unique_ptr<Target> Direct(const Upstream& upstream) {
  return std::make_unique<DirectTarget>(upstream);
}
std::unique_ptr<Target> StartNginx(const Programs& programs, const Upstream& upstream, int core) {
  return std::make_unique<Nginx>(programs, upstream, core);
}
std::unique_ptr<Target> StartKatra(const Programs& programs, const Upstream& upstream, int core) {
  return std::make_unique<Katra>(programs, upstream, core);
}
std::unique_ptr<Target> StartClaudeCodeRouter(const Programs& programs, const Upstream& upstream,
                                              int core) {
  return std::make_unique<ClaudeCodeRouter>(programs, upstream, core);
}

}  // namespace katra::bench
