#include "cli/sessions/gateway_care.h"

#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "cli/sessions/claude_code_router.h"
#include "core/files.h"
#include "core/json_write.h"
#include "core/text.h"

namespace katra::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kGateway = "gateway";
// The most that a hook's client waits; a gateway starts in a fraction of it.
constexpr std::chrono::milliseconds kHookPatience{3'000};
// After a failed start, hooks do not try again for this long.
constexpr std::chrono::seconds kRest{30};
constexpr std::chrono::milliseconds kAtOnce{0};

std::string DownPath(const Context& context) { return context.home() + "/run/gateway.down"; }
std::string FailedPath(const Context& context) { return context.home() + "/run/gateway.failed"; }

bool IsThere(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

std::string NamesOf(const std::vector<SessionRecord>& sessions, int port) {
  std::vector<std::string> names;
  for (const SessionRecord& record : sessions) {
    if (PortOf(record.base_url) == port) names.push_back(record.persona);
  }
  return Join(names, ", ");
}

// The port that most of them were given; 0: none.
int PortOfMost(const std::vector<SessionRecord>& sessions) {
  std::map<int, int> told;
  int most = 0;
  for (const SessionRecord& record : sessions) {
    const int port = PortOf(record.base_url);
    if (port > 0 && ++told[port] > (most == 0 ? 0 : told[most])) most = port;
  }
  return most;
}

Error Held(int port, const std::vector<SessionRecord>& sessions, const Context& context) {
  const std::string& program = context.program();
  return Fail(ErrorCode::kAlreadyExists,
              "port " + std::to_string(port) + " is held by " + HolderOf(port) +
                  ", and these sessions were told that the gateway is there: " +
                  NamesOf(sessions, port) + ". End that program and run `" + program +
                  " up` again. Or leave them cut off and start it elsewhere: " + program +
                  " up --port 0")
      .value();
}

// The inode of the socket listening on the port, as listed by the kernel; empty if there is none.
std::string ListeningSocket(const char* table, int port) {
  constexpr const char* kListening = "0A";
  std::ifstream lines(table);
  std::string line;
  std::getline(lines, line);  // skip the headings
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string number;
    std::string local;
    std::string remote;
    std::string state;
    std::string skipped;
    std::string inode;
    words >> number >> local >> remote >> state;
    for (int i = 0; i < 5; ++i) words >> skipped;
    words >> inode;
    const size_t colon = local.rfind(':');
    if (state != kListening || colon == std::string::npos) continue;
    int listens_at = 0;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), listens_at, 16);
    if (listens_at == port) return inode;
  }
  return {};
}

// The session's token, from its client's environment.
std::string TokenOf(const Context& context) {
  for (const char* name : {"ANTHROPIC_AUTH_TOKEN", "KATRA_GATEWAY_TOKEN"}) {
    std::string token = context.Variable(name);
    if (token.starts_with("katra_")) return token;
  }
  // Sent beside the client's own login.
  for (const std::string& line : Split(context.Variable("ANTHROPIC_CUSTOM_HEADERS"), '\n')) {
    constexpr std::string_view kHeader = "x-katra-token:";
    if (line.starts_with(kHeader)) return std::string(Trim(line.substr(kHeader.size())));
  }
  return {};
}

Status HandKeys(const Context& context, const router::gateway::Runtime& runtime,
                const SessionRecord& session) {
  const std::string token = TokenOf(context);
  if (token.empty()) return {};
  auto keys = ProviderKeys(context, session.persona, {session.provider, session.model, {}});
  if (!keys) return Pass(std::move(keys));
  std::string body;
  JsonWriter writer(body);
  writer.BeginObject().Key("token").String(token).Key("keys").BeginObject();
  for (const auto& [variable, value] : *keys) writer.TextKey(variable).String(value);
  writer.EndObject().EndObject();
  auto taken = AskGateway(runtime, "POST", "/admin/keys", body);
  if (!taken) return Pass(std::move(taken));
  return {};
}

bool FailedLately(const Context& context) {
  std::error_code none;
  const auto at = fs::last_write_time(FailedPath(context), none);
  return !none && fs::file_time_type::clock::now() - at < kRest;
}

// Only one process at a time; the others do not wait.
std::optional<router::gateway::Runtime> StartOnce(const Context& context, int port) {
  if (IsThere(DownPath(context)) || FailedLately(context)) return std::nullopt;
  auto turn = LockFile::Open(context.home() + "/run/gateway.start.lock");
  if (!turn || !turn->Acquire(std::chrono::steady_clock::now() + kAtOnce)) return std::nullopt;
  GatewayStart start;
  start.port = port;
  start.patience = kHookPatience;
  auto runtime = EnsureGateway(context, start);
  if (runtime) return std::move(*runtime);
  static_cast<void>(WriteFileAtomically(FailedPath(context), runtime.error().message + "\n"));
  return std::nullopt;
}

void NoteGateway(const Records& records, const std::string& persona, int64_t gateway) {
  const auto lock = records.Lock(std::chrono::milliseconds(500));
  if (!lock) return;  // the next hook sends the keys again, which is harmless
  auto record = records.Find(persona);
  if (!record || record->ended_at) return;
  record->gateway = gateway;
  static_cast<void>(records.Save(*record));
}

}  // namespace

bool IsRouted(const SessionRecord& record) { return record.router == kGateway; }

int PortOf(const std::string& base_url) {
  const size_t colon = base_url.rfind(':');
  if (colon == std::string::npos) return 0;
  int port = 0;
  std::from_chars(base_url.data() + colon + 1, base_url.data() + base_url.size(), port);
  return port;
}

std::vector<SessionRecord> RoutedSessions(const Context& context) {
  std::vector<SessionRecord> routed;
  if (!IsThere(context.home() + "/run/sessions")) return routed;
  const Result<Records> records = Records::Open(context.home());
  if (!records) return routed;
  Result<std::vector<SessionRecord>> all = records->List(nullptr);
  if (!all) return routed;
  for (SessionRecord& record : *all) {
    if (IsRouted(record) && StateOf(record) == RecordState::kRunning) {
      routed.push_back(std::move(record));
    }
  }
  return routed;
}

std::string CutOff(const SessionRecord& record,
                   const std::optional<router::gateway::Runtime>& running) {
  if (!IsRouted(record)) return {};
  if (!running) return "the gateway is down";
  const int port = PortOf(record.base_url);
  if (port == 0 || port == running->port) return {};
  return "the gateway is on port " + std::to_string(running->port) + ", not " +
         std::to_string(port);
}

Result<router::gateway::Runtime> RaiseGateway(const Context& context, const GatewayStart& asked,
                                              bool move) {
  NoteDown(context, false);
  GatewayStart start = asked;
  if (start.config.empty()) start.config = GatewayConfig(context);
  if (start.port >= 0) return EnsureGateway(context, start);
  const std::vector<SessionRecord> sessions = RoutedSessions(context);
  const int port = PortOfMost(sessions);
  auto running = RunningGateway(context);
  if (move && running && port != 0 && port != running->port && !Answers(port) &&
      NamesOf(sessions, running->port).empty()) {
    if (auto ended = EndGateway(context, *running); !ended) return Pass(std::move(ended));
    running = RunningGateway(context);
  }
  if (port == 0 || (running && running->version == context.version())) {
    return EnsureGateway(context, start);
  }
  // A gateway of another version is stopped first, and uses the port until then.
  if (!running && Answers(port)) return tl::unexpected<Error>(Held(port, sessions, context));
  GatewayStart there = start;
  there.port = port;
  return EnsureGateway(context, there);
}

void KeepGateway(const Context& context) {
  const std::string persona = context.Variable("KATRA_PERSONA");
  if (!IsName(persona) || !IsThere(context.home() + "/run/sessions")) return;
  const Result<Records> records = Records::Open(context.home());
  if (!records) return;
  const Result<SessionRecord> record = records->Find(persona);
  if (!record || record->ended_at || !IsRouted(*record)) return;
  const int port = PortOf(record->base_url);
  if (port == 0) return;
  std::optional<router::gateway::Runtime> runtime;
  if (Answers(port)) {
    const auto written = router::gateway::WrittenRuntime(context.home());
    // If the gateway's file names another port, the program that answers is not the gateway.
    if (!written || written->port != port || written->pid == record->gateway) return;
    runtime = *written;
  } else {
    runtime = StartOnce(context, port);
  }
  if (!runtime || runtime->port != port) return;
  if (HandKeys(context, *runtime, *record)) NoteGateway(*records, persona, runtime->pid);
}

void NoteDown(const Context& context, bool down) {
  if (down) {
    static_cast<void>(WriteFileAtomically(DownPath(context), "`katra down` ended the gateway.\n"));
  } else {
    unlink(DownPath(context).c_str());
    unlink(FailedPath(context).c_str());
  }
}

std::string HolderOf(int port) {
  std::string inode = ListeningSocket("/proc/net/tcp", port);
  if (inode.empty()) inode = ListeningSocket("/proc/net/tcp6", port);
  const std::string wanted = "socket:[" + inode + "]";
  std::error_code failed;
  if (!inode.empty()) {
    for (const auto& process : fs::directory_iterator("/proc", failed)) {
      const std::string pid = process.path().filename().string();
      if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
      std::error_code closed;
      for (const auto& file : fs::directory_iterator(process.path() / "fd", closed)) {
        std::error_code gone;
        if (fs::read_symlink(file.path(), gone).string() != wanted) continue;
        const auto name = ReadFile((process.path() / "comm").string(), 64);
        return (name ? OneLine(Trim(*name), 32) : std::string("a program")) + " (process " + pid +
               ")";
      }
    }
  }
  return "another program";
}

}  // namespace katra::cli
