#include "cli/sessions/gateway_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "cli/sessions/plan.h"
#include "cli/sessions/programs.h"
#include "core/files.h"
#include "core/http/fetch.h"
#include "core/json_view.h"
#include "core/process.h"
#include "router/config/config.h"
#include "router/config/plano/load.h"
#include "store/home.h"

namespace katra::cli {
namespace {

using router::gateway::Runtime;

constexpr std::chrono::milliseconds kStartPatience{10'000};
constexpr int kLookMillis = 20;
constexpr size_t kLogTailBytes = 2'000;
constexpr size_t kMaxLogBytes = 64 * 1024 * 1024;

std::string LogTail(const std::string& path) {
  auto text = ReadFile(path, kMaxLogBytes);
  if (!text) return {};
  if (text->size() > kLogTailBytes) text->erase(0, text->size() - kLogTailBytes);
  // The last line says why it exited.
  while (!text->empty() && text->back() == '\n') text->pop_back();
  const size_t line = text->rfind('\n');
  return line == std::string::npos ? *text : text->substr(line + 1);
}

// In the child, between fork and exec: only async-signal-safe calls.
[[noreturn]] void Become(char* const* arguments, char* const* environment, int log) {
  setsid();
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  for (int descriptor = STDERR_FILENO + 1; descriptor < 256; ++descriptor) close(descriptor);
  if (chdir("/") != 0) _exit(127);
  execve(arguments[0], arguments, environment);
  _exit(127);
}

// Variables in which clients keep or send their user's login.
bool IsLogin(const std::string& variable) {
  static constexpr std::array<std::string_view, 5> kLogins = {
      "CLAUDE_CODE_OAUTH_TOKEN", "CLAUDE_CODE_OAUTH_REFRESH_TOKEN", "ANTHROPIC_AUTH_TOKEN",
      "ANTHROPIC_CUSTOM_HEADERS", "CODEX_ACCESS_TOKEN"};
  return std::find(kLogins.begin(), kLogins.end(), variable) != kLogins.end();
}

// Whether the user configured it as the variable of a key.
bool NamesKey(const router::RouterConfig& config, const std::string& variable) {
  const auto names = [&](const auto& one) { return one.api_key_env == variable; };
  return std::any_of(config.providers.begin(), config.providers.end(), names) ||
         std::any_of(config.personas.begin(), config.personas.end(), names);
}

// Starts a process in its own session, which outlives this one and its terminal.
Result<pid_t> Spawn(const Context& context, const GatewayStart& start, const std::string& log) {
  const std::string program = FindOwnProgram(context, "katra_gateway");
  if (program.empty()) {
    return Fail(
        ErrorCode::kUnavailable,
        "katra_gateway was not found next to this program or in PATH: install Katra's programs "
        "into one folder, or leave the router out with --no-router");
  }
  std::vector<std::string> words = {program, "--home", context.home()};
  if (start.port >= 0) {
    words.emplace_back("--port");
    words.push_back(std::to_string(start.port));
  }
  if (!start.config.empty()) {
    words.emplace_back("--config");
    words.push_back(start.config);
  }
  std::vector<std::string> variables;
  // A process that serves all sessions must not have one session's variables or its user's logins.
  const auto config = router::plano::Load({context.home(), {}}, start.config);
  for (const auto& [name, value] : OwnEnvironment(context.environment())) {
    if (!IsLogin(name) || (config && NamesKey(config->config, name))) {
      variables.push_back(name + "=" + value);
    }
  }
  std::vector<char*> arguments;
  std::vector<char*> environment;
  for (std::string& word : words) arguments.push_back(word.data());
  for (std::string& variable : variables) environment.push_back(variable.data());
  arguments.push_back(nullptr);
  environment.push_back(nullptr);
  const int descriptor =
      open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return Fail(ErrorCode::kPermissionDenied, log + " cannot be written");
  const pid_t pid = fork();
  if (pid == 0) Become(arguments.data(), environment.data(), descriptor);
  close(descriptor);
  if (pid < 0) return Fail(ErrorCode::kResourceExhausted, "no process could be started");
  return pid;
}

// `pid` is a child that has not been waited for yet.
void EndOwn(pid_t pid) {
  kill(pid, SIGTERM);
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// Whether this gateway answers. The file of a killed gateway remains until the next has started,
// and the next one answers on the same socket.
bool Answers(const Runtime& runtime) {
  const auto status = AskGateway(runtime, "GET", "/admin/status");
  JsonDocument document;
  return status && document.Parse(status->body) && document.Root()["pid"].Integer() == runtime.pid;
}

Result<Runtime> Start(const Context& context, const GatewayStart& start) {
  const std::string log = router::gateway::LogPath(context.home());
  if (auto home = store::EnsureHome(context.home()); !home) return Pass(std::move(home));
  for (const std::string& folder : {context.home() + "/log", context.home() + "/run"}) {
    if (auto made = EnsurePrivateFolder(folder); !made) return Pass(std::move(made));
  }
  if (auto made = EnsurePrivateFile(log); !made) return Pass(std::move(made));
  auto pid = Spawn(context, start, log);
  if (!pid) return Pass(std::move(pid));
  const auto deadline = context.clock().Steady() + start.patience;
  bool ended = false;
  while (context.clock().Steady() < deadline) {
    // Another process may have started one first; that one is used, and ours must not wait to take
    // over.
    auto running = RunningGateway(context);
    if (running && Answers(*running)) {
      if (running->pid != *pid && !ended) EndOwn(*pid);
      return running;
    }
    if (ended) break;
    int status = 0;
    ended = waitpid(*pid, &status, WNOHANG) == *pid;
    poll(nullptr, 0, kLookMillis);
  }
  const std::string why = LogTail(log);
  return Fail(ErrorCode::kUnavailable, "the gateway did not start" +
                                           (why.empty() ? std::string() : ": " + why) +
                                           " (its log is " + log + ")");
}

}  // namespace

Result<Runtime> RunningGateway(const Context& context) {
  return router::gateway::ReadRuntime(context.home());
}

std::string GatewayConfig(const Context& context) {
  const auto written = router::gateway::WrittenRuntime(context.home());
  return written ? written->config : std::string();
}

Result<Runtime> EnsureGateway(const Context& context, const GatewayStart& asked) {
  GatewayStart start = asked;
  if (start.config.empty()) start.config = GatewayConfig(context);
  auto running = RunningGateway(context);
  if (running && running->version != context.version()) {
    if (auto ended = EndGateway(context, *running); !ended) return Pass(std::move(ended));
    running = RunningGateway(context);
  }
  if (running) return running;
  if (running.error().code != ErrorCode::kNotFound) return running;
  return Start(context, start);
}

Status EndGateway(const Context& context, const Runtime& runtime) {
  auto asked = AskGateway(runtime, "POST", "/admin/shutdown");
  if (!asked) return Pass(std::move(asked));
  const auto deadline = context.clock().Steady() + kStartPatience;
  while (context.clock().Steady() < deadline) {
    const auto running = RunningGateway(context);
    if (!running || running->pid != runtime.pid) return {};
    poll(nullptr, 0, kLookMillis);
  }
  return Fail(ErrorCode::kUnavailable, "the gateway (process " + std::to_string(runtime.pid) +
                                           ") was asked to end and has not");
}

Result<http::Response> AskGateway(const Runtime& runtime, const std::string& method,
                                  const std::string& path, const std::string& body) {
  http::FetchRequest request;
  request.method = method;
  request.url = "http://localhost" + path;
  request.local_socket = runtime.socket;
  request.headers = {{"content-type", "application/json"}};
  request.body = body;
  auto response = http::Fetch(request);
  if (!response) {
    return Fail(response.error().code, "the gateway (process " + std::to_string(runtime.pid) +
                                           ") does not answer: " + response.error().message);
  }
  if (response->status >= 400) {
    JsonDocument document;
    std::string message = "status " + std::to_string(response->status);
    if (document.Parse(response->body)) message = document.Root()["error"]["message"].Text();
    return Fail(ErrorCode::kFailedPrecondition, "the gateway refuses: " + message);
  }
  return response;
}

Result<std::map<std::string, std::string>> ProviderKeys(const Context& context,
                                                        const std::string& persona,
                                                        const router::SessionChoice& session) {
  auto config = LoadConfig(context);
  if (!config) return Pass(std::move(config));
  const router::PersonaConfig own = router::SessionPersona(*config, persona, session);
  std::map<std::string, std::string> keys;
  for (const router::Provider& provider : config->providers) {
    std::vector<std::string> variables = router::ApiKeyEnvs(nullptr, provider);
    for (std::string& name : router::ApiKeyEnvs(&own, provider))
      variables.push_back(std::move(name));
    variables.insert(variables.end(), provider.credential_envs.begin(),
                     provider.credential_envs.end());
    for (const std::string& variable : variables) {
      const std::string value = variable.empty() ? std::string() : context.Variable(variable);
      if (!value.empty()) keys[variable] = value;
    }
  }
  return keys;
}

}  // namespace katra::cli
