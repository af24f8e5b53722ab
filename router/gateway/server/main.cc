// The gateway's process: options, signals and runtime files. Connects all parts.
#include <sys/resource.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>

#include "core/error_lines.h"
#include "core/error_map.h"
#include "core/malloc_tuning.h"
#include "core/process.h"
#include "core/text.h"
#include "core/user.h"
#include "router/config/persona_names.h"
#include "router/config/plano/load.h"
#include "router/gateway/capture/capture_writer.h"
#include "router/gateway/observe/usage_recorder.h"
#include "router/gateway/server/gateway.h"
#include "router/gateway/server/notices.h"
#include "router/gateway/server/runtime.h"
#include "router/gateway/spending/room_notices.h"
#include "store/executor.h"
#include "store/home.h"
#include "store/open.h"

namespace katra::router::gateway {
namespace {

constexpr std::chrono::milliseconds kElectionPatience{3'000};
constexpr std::chrono::milliseconds kThreadPatience{2'000};

struct Options {
  Settings settings;
  LogLevel log_level = LogLevel::kInfo;
  bool says_timeout = false;  // that of a provider's answer
};

std::string DefaultHome() {
  const std::string home = UserHome(OwnVariable);
  return home.empty() ? home : home + "/.katra";
}

void AddMillis(CLI::App& app, const std::string& name, std::chrono::milliseconds& value,
               const std::string& text) {
  app.add_option_function<int64_t>(
         name, [&value](int64_t millis) { value = std::chrono::milliseconds(millis); }, text)
      ->type_name("MS")
      ->check(CLI::Range(int64_t{1}, int64_t{86'400'000}));
}

int Refuse(const std::string& why) {
  std::cerr << "katra_gateway: " << ErrorLines(why) << "\n";
  return NamesOf(ErrorCode::kInvalidArgument).exit_code;
}

// Fills `options`, or returns the exit code to end with.
std::optional<int> Parse(int argc, char** argv, Options& options) {
  Settings& settings = options.settings;
  settings.version = KATRA_VERSION;
  settings.home = DefaultHome();
  std::string log_level = "info";
  CLI::App app(
      "Katra's gateway: answers coding agents on 127.0.0.1 with the model of any provider.",
      "katra_gateway");
  app.set_version_flag("--version", std::string(KATRA_VERSION));
  app.add_option("--home", settings.home, "Katra's folder; default ~/.katra")
      ->envname("KATRA_HOME");
  app.add_option("--personas", settings.personas_file,
                 "a file instead of HOME/router/personas.json");
  app.add_option("--config", settings.config_file,
                 "a Plano config.yaml: its providers, routes and aliases override those of "
                 "personas.json");
  app.add_option("--port", settings.port, "the port; 0: a free one; default: as configured")
      ->check(CLI::Range(0, 65535));
  app.add_option("--address", settings.address, "the address to listen on; default 127.0.0.1");
  app.add_flag("--insecure-listen", settings.insecure_listen,
               "allow an address that others can reach, without TLS");
  app.add_option("--ca-file", settings.ca_file,
                 "certificates to trust instead of the system's, for providers");
  app.add_option("--log-level", log_level, "debug, info, warning, error or off");
  app.add_option("--max-body", settings.limits.body_bytes, "bytes of a request; default 64 MiB");
  app.add_option("--max-connections", settings.limits.connections, "default 4096");
  AddMillis(app, "--ping-interval", settings.ping_interval,
            "how often to ping the client while a model is silent");
  AddMillis(app, "--connect-timeout", settings.connect_timeout, "for connecting to a provider");
  AddMillis(app, "--first-byte-timeout", settings.first_byte_timeout,
            "for the first byte of a provider's answer");
  AddMillis(app, "--idle-timeout", settings.idle_timeout, "between bytes of a provider's answer");
  AddMillis(app, "--progress-timeout", settings.answer.progress_timeout,
            "for the first content of an answer, and between two such events; pings do not count");
  app.add_option("--max-answer", settings.answer.whole_bytes,
                 "bytes of a provider's answer that is not a stream; default 64 MiB");
  app.add_option("--max-stream", settings.answer.stream_bytes,
                 "bytes of a provider's stream; default 256 MiB");
  AddMillis(app, "--head-timeout", settings.limits.head_timeout, "for a request's head");
  AddMillis(app, "--unknown-timeout", settings.limits.unknown_idle_timeout,
            "for the first byte of a request from a caller whose token is not known yet");
  AddMillis(app, "--body-timeout", settings.limits.body_idle_timeout,
            "between bytes of a request's body");
  AddMillis(app, "--drain-timeout", settings.drain_timeout, "for open streams at shutdown");
  AddMillis(app, "--retry-delay", settings.retry.base_delay, "before the second round of attempts");
  AddMillis(app, "--circuit-open", settings.circuits.open_for,
            "how long to skip a provider after several failures in a row");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return Refuse(std::string(error.what()) + "\nTry `katra_gateway --help`.");
  }
  options.says_timeout = app.count("--first-byte-timeout") + app.count("--idle-timeout") != 0;
  if (!settings.config_file.empty()) {
    settings.config_file = std::filesystem::absolute(settings.config_file).string();
  }
  auto level = ParseLogLevel(log_level);
  if (!level) return Refuse(level.error().message);
  options.log_level = *level;
  settings.user_home = UserHome(OwnVariable);
  if (settings.home.empty()) return std::nullopt;
  auto home = KatraHome(settings.home, settings.user_home);
  if (!home) {
    std::cerr << "katra_gateway: " << home.error().message << "\n";
    return NamesOf(ErrorCode::kInvalidArgument).exit_code;
  }
  settings.home = std::move(*home);
  return std::nullopt;
}

int Explain(Logger& logger, const Error& error) {
  logger.LogError(error.message);
  return NamesOf(error.code).exit_code;
}

Status CheckAddress(const Settings& settings) {
  if (settings.address == "127.0.0.1" || settings.address == "::1" || settings.insecure_listen) {
    return {};
  }
  return Fail(ErrorCode::kInvalidArgument,
              "others could reach " + settings.address +
                  " and read the traffic: listen on 127.0.0.1, or add --insecure-listen");
}

// Listens on the requested port; by default on the configured one, or a free one if that is in use.
Result<int> Listen(http::Server& server, const Settings& settings, int configured) {
  auto port = server.ListenTcp(settings.address, settings.port >= 0 ? settings.port : configured);
  if (!port && settings.port < 0 && port.error().code == ErrorCode::kAlreadyExists) {
    return server.ListenTcp(settings.address, 0);
  }
  return port;
}

// Allows fewer connections if the system allows few descriptors: each may need another one to a
// provider, and with none left no caller could connect.
void AllowManyDescriptors(size_t* connections) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  constexpr size_t kOwn = 128;  // for the store, the log and closing connections
  const size_t left = limit.rlim_cur > kOwn ? limit.rlim_cur - kOwn : 0;
  *connections = std::min(*connections, std::max<size_t>(left / 2, 8));
}

// Shuts the gateway down: accepts no new connections, and lets open ones finish within a time
// limit.
class Ending {
 public:
  struct Deps {
    uv::Loop& loop;
    Gateway& gateway;
    http::Server& server;
    UsageRecorder& recorder;
    const CaptureWriter& capture;
    Logger& logger;
  };

  // `release` releases the home for another gateway.
  Ending(Deps parts, std::chrono::milliseconds patience, std::function<void()> release)
      : loop_(parts.loop),
        gateway_(parts.gateway),
        server_(parts.server),
        recorder_(parts.recorder),
        transcripts_(parts.capture),
        logger_(parts.logger),
        patience_(patience),
        release_(std::move(release)),
        limit_(loop_,
               [this] {
                 logger_.Warning(
                     "requests were still open when the drain timeout ended; closing them");
                 Cut();
               }),
        last_words_(loop_, [this] { AwaitRecords(); }) {}

  void Begin(const std::string& why) {
    if (begun_) {
      Cut();
      return;
    }
    begun_ = true;
    logger_.Info(why + ": draining " + std::to_string(gateway_.open_requests()) + " requests");
    gateway_.BeginDrain();
    limit_.Start(patience_);
    server_.Drain([this] { AwaitRecords(); });
    release_();
  }

 private:
  void Cut() {
    server_.Close();
    AwaitRecords();
  }

  // Records of finished requests are written before the end.
  void AwaitRecords() {
    limit_.Stop();
    if ((recorder_.idle() && transcripts_.idle()) || ++looks_ > kMaxLooks) {
      loop_.Stop();
      return;
    }
    recorder_.Flush();
    last_words_.Start(kLook);
  }

  static constexpr std::chrono::milliseconds kLook{20};
  static constexpr int kMaxLooks = 100;

  uv::Loop& loop_;
  Gateway& gateway_;
  http::Server& server_;
  UsageRecorder& recorder_;
  const CaptureWriter& transcripts_;
  Logger& logger_;
  std::chrono::milliseconds patience_;
  std::function<void()> release_;
  uv::Timer limit_;
  uv::Timer last_words_;
  int looks_ = 0;
  bool begun_ = false;
};

Result<std::shared_ptr<store::Store>> OpenStore(const std::string& home, const Clock& clock,
                                                Random& random) {
  return store::OpenStore(home, {&clock, &random}, {clock.Steady() + std::chrono::seconds(10)});
}

Result<std::vector<store::SpendingSum>> ReadSpending(const std::string& home, const Clock& clock,
                                                     WallTime since, WallTime until) {
  SystemRandom random;
  const auto store = OpenStore(home, clock, random);
  if (!store) return tl::unexpected<Error>(store.error());
  return (*store)->SumSpending(since, until, {clock.Steady() + std::chrono::seconds(10)});
}

// Opens the store, only for reserved names, which are rare.
bool WasHere(const std::string& persona, const std::string& home, const Clock& clock) {
  SystemRandom random;
  const auto store = OpenStore(home, clock, random);
  if (!store) return false;
  const auto personas = (*store)->ListPersonas({clock.Steady() + std::chrono::seconds(10)});
  if (!personas) return false;
  return std::any_of(personas->begin(), personas->end(), [&](const store::Persona& one) {
    return ToLowerAscii(one.name) == ToLowerAscii(persona);
  });
}

// The configuration, with the names of its personas checked.
Result<plano::Loaded> LoadChecked(const Settings& settings, const Clock& clock) {
  auto loaded = plano::Load({settings.home, settings.personas_file}, settings.config_file);
  if (!loaded) return loaded;
  const auto known = [&](const std::string& name) { return WasHere(name, settings.home, clock); };
  if (auto names = CheckPersonaNames(loaded->config, known); !names) return Pass(std::move(names));
  return loaded;
}

// Listens on the port and on the local socket, then writes the runtime file. The port.
Result<int> ListenAndPublish(http::Server& server, const Settings& settings, int configured_port) {
  auto port = Listen(server, settings, configured_port);
  if (!port) return port;
  const std::string socket = SocketPath(settings.home);
  if (auto local = server.ListenLocal(socket); !local) return Pass(std::move(local));
  const Runtime runtime{getpid(), settings.address,    *port, settings.version, socket,
                        "",       settings.config_file};
  if (auto written = WriteRuntime(settings.home, runtime); !written) {
    return Pass(std::move(written));
  }
  return port;
}

int Serve(Options options, Logger& logger) {
  Settings& settings = options.settings;
  if (auto safe = CheckAddress(settings); !safe) return Explain(logger, safe.error());
  if (auto home = store::EnsureHome(settings.home); !home) return Explain(logger, home.error());
  auto lock = Elect(settings.home, kElectionPatience);
  if (!lock) return Explain(logger, lock.error());
  RemoveRuntime(settings.home);  // left by a gateway that was killed
  const SystemClock clock;
  AuditLog audit(settings.home, "katra_gateway", clock);
  auto loaded = LoadChecked(settings, clock);
  if (!loaded) {
    static_cast<void>(audit.Write({"gateway.start", "failed", "", "", "configuration"}));
    return Explain(logger, loaded.error());
  }
  for (const std::string& notice : NoticesOf(loaded->config)) logger.Warning(notice);
  const int configured_port = loaded->config.router_port;
  if (loaded->timeout_ms && !options.says_timeout) {
    settings.first_byte_timeout = settings.idle_timeout =
        std::chrono::milliseconds(*loaded->timeout_ms);
  }

  SystemRandom random;
  auto loop = uv::Loop::Make();
  if (!loop) return Explain(logger, loop.error());
  auto client = http::Client::Make(**loop, {settings.ca_file});
  if (!client) return Explain(logger, client.error());
  auto executor = store::LoopExecutor::Make(**loop);
  if (!executor) return Explain(logger, executor.error());
  UsageRecorder recorder(**loop, **executor, logger, [home = settings.home, &clock, &random] {
    return OpenStore(home, clock, random);
  });
  CaptureWriter capture(**executor, logger, settings.home);
  RoomNotices notices(**executor, clock, logger, [home = settings.home, &clock, &random] {
    return OpenStore(home, clock, random);
  });
  std::function<void(const std::string&)> end;
  Gateway gateway({**loop, **client, clock, random, logger, audit, &recorder, &recorder, &capture,
                   [&] { return recorder.dropped() + capture.dropped(); },
                   [&](WallTime since, WallTime until) {
                     return ReadSpending(settings.home, clock, since, until);
                   },
                   [&notices](const BudgetNotice& notice) { notices.Say(notice); },
                   [&end] { end("shutting down"); }},
                  settings, std::make_shared<const RouterConfig>(std::move(loaded->config)));
  gateway.PutFileVariables(std::move(loaded->file_variables));
  const auto server = http::Server::Make(**loop, gateway, settings.limits);
  gateway.SetServer(server.get());
  const auto port = ListenAndPublish(*server, settings, configured_port);
  if (!port) return Explain(logger, port.error());

  Ending ending({**loop, gateway, *server, recorder, capture, logger}, settings.drain_timeout, [&] {
    RemoveRuntime(settings.home);
    lock->Release();
  });
  end = [&ending](const std::string& why) { ending.Begin(why); };
  std::vector<std::unique_ptr<uv::Signal>> signals;
  for (const int number : {SIGTERM, SIGINT}) {
    auto caught = uv::Signal::Catch(**loop, number, [&ending] { ending.Begin("signalled"); });
    if (!caught) return Explain(logger, caught.error());
    signals.push_back(std::move(*caught));
  }
  auto hangup = uv::Signal::Catch(**loop, SIGHUP, [&gateway] {
    static_cast<void>(gateway.Reload());  // logs the result
  });
  if (!hangup) return Explain(logger, hangup.error());

  std::printf("katra_gateway listens on http://%s:%d\n", settings.address.c_str(), *port);
  std::fflush(stdout);
  logger.Info("listening on http://" + settings.address + ":" + std::to_string(*port));
  gateway.Audit({"gateway.start", "ok", "", "",
                 "version " + settings.version + ", port " + std::to_string(*port)});
  (*loop)->Run();
  gateway.Audit({"gateway.stop", "ok"});
  gateway.EndCommands();
  // A stuck thread would use objects that are destroyed here.
  if (!(*executor)->Stop(kThreadPatience)) _exit(0);
  return 0;
}

int Main(int argc, char** argv) {
  KeepMemoryPrivate();  // the process holds everybody's keys
  ForgoPrivileges();
  Options options;
  if (const auto exit_code = Parse(argc, argv, options)) return *exit_code;
  std::signal(SIGPIPE, SIG_IGN);  // H6
  AllowManyDescriptors(&options.settings.limits.connections);
  KeepFreedMemory();
  const auto logger = MakeStderrLogger("katra_gateway", options.log_level);
  return Serve(std::move(options), *logger);
}

}  // namespace
}  // namespace katra::router::gateway

int main(int argc, char** argv) { return katra::router::gateway::Main(argc, argv); }
