// katra_mcp_server: connects the loop, the store, the session and the protocol, and ends the
// process.
#include <fcntl.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "core/clock.h"
#include "core/error_map.h"
#include "core/ids.h"
#include "core/log.h"
#include "core/process.h"
#include "core/text.h"
#include "core/uv/handles.h"
#include "core/uv/loop.h"
#include "mcp_server/launch_options.h"
#include "mcp_server/protocol/offering.h"
#include "mcp_server/server.h"
#include "mcp_server/session_host.h"
#include "mcp_server/transport/stdio.h"
#include "store/executor.h"
#include "store/open.h"

namespace katra::mcp {
namespace {

// How long a running call may still take when the process ends.
constexpr std::chrono::milliseconds kThreadPatience{30};
constexpr size_t kMaxPathBytes = 4096;

// Results are small and threads few, so memory is returned rather than kept for speed.
void KeepMemorySmall() {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 256 * 1024);
  mallopt(M_TRIM_THRESHOLD, 512 * 1024);
#endif
}

std::string Environment(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets variables
  const char* const value = std::getenv(name);
  return value == nullptr || !IsValidUtf8(value) ? std::string()
                                                 : std::string(TruncateUtf8(value, kMaxPathBytes));
}

std::string WorkingFolder() {
  std::string project = Environment("CLAUDE_PROJECT_DIR");
  if (!project.empty()) return project;
  std::error_code gone;
  const std::string folder = std::filesystem::current_path(gone).string();
  return gone || !IsValidUtf8(folder) ? std::string() : folder;
}

store::SessionStart MakeStart(const LaunchOptions& options) {
  store::SessionStart start;
  start.persona = options.persona;
  start.role = options.role;
  if (!options.room.empty()) start.room = options.room;
  start.tag.provider = options.provider;
  start.tag.model = options.model;
  if (!options.provider.empty() || !options.model.empty()) {
    start.tag.source = store::TagSource::kLaunch;
  }
  start.client_session_id = Environment("CLAUDE_CODE_SESSION_ID");
  start.working_folder = WorkingFolder();
  start.host = HostName();
  start.process = CurrentProcess();
  return start;
}

// The references are borrowed.
SessionHost::OpenStore MakeOpenStore(const std::string& home, const Clock& clock, Random& random) {
  return [home, &clock, &random](const store::CallContext& context) {
    return store::OpenStore(home, {&clock, &random}, context);
  };
}

using Signals = std::vector<std::unique_ptr<uv::Signal>>;

Result<Signals> CatchSignals(uv::Loop& loop, StdioTransport& transport) {
  constexpr std::array<std::pair<int, const char*>, 3> kEnding = {
      {{SIGINT, "SIGINT"}, {SIGTERM, "SIGTERM"}, {SIGHUP, "SIGHUP"}}};
  Signals signals;
  for (const auto& [number, name] : kEnding) {
    auto caught =
        uv::Signal::Catch(loop, number, [&transport, name = name] { transport.Interrupt(name); });
    if (!caught) return Pass(std::move(caught));
    signals.push_back(std::move(*caught));
  }
  return signals;
}

// Returns the exit code.
int LogStartError(Logger& logger, const Error& error) {
  logger.LogError(error.message);
  return NamesOf(error.code).exit_code;
}

int Serve(const LaunchOptions& options, Logger& logger) {
  const SystemClock clock;
  SystemRandom random;
  auto loop = uv::Loop::Make();
  if (!loop) return LogStartError(logger, loop.error());
  auto executor = store::LoopExecutor::Make(**loop);
  if (!executor) return LogStartError(logger, executor.error());
  SessionHost host(MakeOpenStore(options.home, clock, random), MakeStart(options), **executor,
                   clock, logger);
  const Offering offering = MakeOffering();
  Server server({.version = KATRA_VERSION,
                 .home = options.home,
                 .legacy_only = options.legacy,
                 .channel = options.channels},
                {.offering = offering, .host = host, .executor = **executor, .clock = clock});
  auto opened = StdioTransport::Open(
      {.loop = **loop, .clock = clock, .logger = logger, .server = server, .host = host},
      STDIN_FILENO, STDOUT_FILENO, [&loop] { (*loop)->Stop(); });
  if (!opened) return LogStartError(logger, opened.error());
  StdioTransport& transport = **opened;
  const auto signals = CatchSignals(**loop, transport);
  if (!signals) return LogStartError(logger, signals.error());

  std::unique_ptr<store::ChangeWatch> watch;
  host.Observe({.opened =
                    [&](const store::Session&) {
                      if (watch) return;
                      auto watched = host.store()->Watch(**loop, [&server] { server.OnBell(); });
                      if (watched) {
                        watch = std::move(*watched);
                      } else {
                        logger.LogError(watched.error().message);
                      }
                    },
                .failed =
                    [&transport](const Error& error) {
                      // Invalid launch options cannot become valid later.
                      if (error.code == ErrorCode::kInvalidArgument) {
                        transport.Interrupt("wrong launch options");
                      }
                    }});
  host.Open();
  transport.Begin();
  (*loop)->Run();

  const int exit_code = host.failure() ? NamesOf(host.failure()->code).exit_code : 0;
  // A stuck thread would use objects that are destroyed here.
  if (!(*executor)->Stop(kThreadPatience)) _exit(exit_code);
  return exit_code;
}

// If the parent closed descriptor 0, 1 or 2, the next file opened would be taken for stdin, stdout
// or stderr.
void OpenStandardDescriptors() {
  int descriptor = 0;
  do {
    descriptor = open("/dev/null", O_RDWR);
  } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
  if (descriptor >= 0) close(descriptor);
}

int Main(int argc, char** argv) {
  KeepMemoryPrivate();  // its environment may contain an agent's keys
  ForgoPrivileges();
  OpenStandardDescriptors();
  const LaunchOutcome launch = ParseLaunchOptions(argc, argv, KATRA_VERSION);
  if (!launch.run) {
    std::fputs(launch.text.c_str(), launch.exit_code == 0 ? stdout : stderr);
    return launch.exit_code;
  }
  std::signal(SIGPIPE, SIG_IGN);
  KeepMemorySmall();
  const std::unique_ptr<Logger> logger =
      MakeStderrLogger("katra_mcp_server", launch.options.log_level);
  return Serve(launch.options, *logger);
}

}  // namespace
}  // namespace katra::mcp

int main(int argc, char** argv) { return katra::mcp::Main(argc, argv); }
