#include "cli/sessions/records.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "store/home.h"

namespace katra::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr size_t kMaxRecordBytes = 1024 * 1024;
// A hook must not delay its client; the next one reports the same again.
constexpr std::chrono::milliseconds kHookPatience{500};
constexpr const char* kSuffix = ".json";

Json ToJson(const ProcessIdentity& process) {
  return {{"pid", process.pid}, {"start_ticks", process.start_ticks}, {"domain", process.domain}};
}

// Throws Json::exception.
ProcessIdentity ProcessFrom(const Json& json) {
  return {json.at("pid").get<int64_t>(), json.at("start_ticks").get<int64_t>(),
          json.at("domain").get<std::string>()};
}

Json ToJson(const SessionRecord& record) {
  Json json = {{"version", kVersion},
               {"persona", record.persona},
               {"provider", record.provider},
               {"model", record.model},
               {"handed_model", record.handed_model},
               {"role", record.role},
               {"room", record.room},
               {"client", record.client},
               {"router", record.router},
               {"login", record.login},
               {"folder", record.folder},
               {"tmux_session", record.tmux_session},
               {"tmux_socket", record.tmux_socket},
               {"tmux_path", record.tmux_path},
               {"terminal", record.terminal},
               {"conversation", record.conversation},
               {"earlier", record.earlier},
               {"base_url", record.base_url},
               {"gateway", record.gateway},
               {"process", ToJson(record.process)},
               {"host", record.host},
               {"started_at", FormatRfc3339(record.started_at)}};
  if (record.tmux_server.pid > 0) json["tmux_server"] = ToJson(record.tmux_server);
  if (record.wake_by_keys) json["wake_by_keys"] = true;
  if (record.ended_at) json["ended_at"] = FormatRfc3339(*record.ended_at);
  return json;
}

Result<SessionRecord> FromJson(const std::string& text, const std::string& path) {
  const auto unreadable = [&path](const std::string& why) {
    return Fail(ErrorCode::kDataLoss, path + " cannot be read (" + OneLine(why, 200) +
                                          "): remove it; the session itself is not touched");
  };
  try {
    const Json json = Json::parse(text);
    SessionRecord record;
    const int version = json.at("version").get<int>();
    if (version > kVersion) {
      return Fail(ErrorCode::kUnsupported,
                  path + " was written by a newer Katra (version " + std::to_string(version) +
                      " of the format; this one reads " + std::to_string(kVersion) +
                      ") and is left as it is: use that Katra");
    }
    if (version != kVersion) return unreadable("an unknown version");
    record.persona = json.at("persona").get<std::string>();
    if (!IsName(record.persona)) return unreadable("no persona's name");
    const auto read = [&json](const char* key, std::string* value) {
      *value = json.value(key, std::string());
    };
    read("provider", &record.provider);
    read("model", &record.model);
    read("handed_model", &record.handed_model);
    read("role", &record.role);
    read("room", &record.room);
    read("client", &record.client);
    read("router", &record.router);
    read("login", &record.login);
    read("folder", &record.folder);
    read("tmux_session", &record.tmux_session);
    read("tmux_socket", &record.tmux_socket);
    read("tmux_path", &record.tmux_path);
    read("terminal", &record.terminal);
    read("conversation", &record.conversation);
    if (json.contains("earlier")) {
      record.earlier = json.at("earlier").get<std::map<std::string, std::string>>();
    }
    read("base_url", &record.base_url);
    record.gateway = json.value("gateway", int64_t{0});
    read("host", &record.host);
    record.wake_by_keys = json.value("wake_by_keys", false);
    record.process = ProcessFrom(json.at("process"));
    if (json.contains("tmux_server")) record.tmux_server = ProcessFrom(json.at("tmux_server"));
    const WallTime epoch{};
    auto started = ParseTime(json.at("started_at").get<std::string>(), epoch);
    if (!started) return unreadable(started.error().message);
    record.started_at = *started;
    if (json.contains("ended_at")) {
      auto ended = ParseTime(json.at("ended_at").get<std::string>(), epoch);
      if (!ended) return unreadable(ended.error().message);
      record.ended_at = *ended;
    }
    return record;
  } catch (const Json::exception& error) {
    return unreadable(error.what());
  }
}

// A domain is "BOOT/NAMESPACE"; the first part changes at each boot.
std::string BootOf(const std::string& domain) { return domain.substr(0, domain.find('/')); }

std::string NamespaceOf(const std::string& domain) {
  const size_t slash = domain.find('/');
  return slash == std::string::npos ? std::string() : domain.substr(slash + 1);
}

// Whether the session's tmux server has ended. If only the client exits, `katra session-run`
// records it; if tmux ends, it dies too and cannot.
bool LostItsTmux(const SessionRecord& record) {
  return record.background() && record.tmux_server.pid > 0 &&
         CheckProcess(record.tmux_server) == Liveness::kDead;
}

}  // namespace

RecordState StateOf(const SessionRecord& record) {
  if (record.ended_at) return RecordState::kEnded;
  switch (CheckProcess(record.process)) {
    case Liveness::kAlive:
      return RecordState::kRunning;
    case Liveness::kDead:
      return LostItsTmux(record) ? RecordState::kInterrupted : RecordState::kEnded;
    case Liveness::kUnknown:
      break;
  }
  const std::string here = CurrentProcess().domain;
  if (record.process.domain == here) {
    // The process's start time is unknown, so it may be another process.
    const bool none = kill(static_cast<pid_t>(record.process.pid), 0) != 0 && errno == ESRCH;
    return none ? RecordState::kEnded : RecordState::kElsewhere;
  }
  // Another boot of this machine, judged by its name; other machines boot independently.
  const bool same_host = record.host.empty() || record.host == HostName();
  const bool rebooted = BootOf(record.process.domain) != BootOf(here);
  return rebooted && same_host ? RecordState::kInterrupted : RecordState::kElsewhere;
}

std::string PlaceElsewhere(const SessionRecord& record) {
  const std::string space = NamespaceOf(record.process.domain);
  return (record.host.empty() ? "another container" : "host " + OneLine(record.host, 100)) +
         (space.empty() ? "" : " (process-id namespace " + OneLine(space, 30) + ")");
}

Result<Records> Records::Open(const std::string& home) {
  if (home.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "HOME is not set, so Katra's folder is unknown: set KATRA_HOME");
  }
  if (auto made = store::EnsureHome(home); !made) return Pass(std::move(made));
  for (const std::string& folder : {home + "/run", home + "/run/sessions"}) {
    if (auto made = EnsurePrivateFolder(folder); !made) return Pass(std::move(made));
  }
  return Records(home + "/run/sessions");
}

std::string Records::PathOf(const std::string& persona) const {
  return folder_ + "/" + ToLowerAscii(persona) + kSuffix;
}

Result<std::vector<SessionRecord>> Records::List(std::vector<std::string>* warnings) const {
  std::vector<SessionRecord> records;
  std::error_code failed;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, failed)) {
    if (entry.path().extension() == kSuffix) paths.push_back(entry.path().string());
  }
  if (failed) {
    return Fail(ErrorCode::kPermissionDenied,
                folder_ + " cannot be read: " + failed.message() + "; check its modes");
  }
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    Result<std::string> text = ReadFile(path, kMaxRecordBytes);
    Result<SessionRecord> record = text ? FromJson(*text, path) : Pass(std::move(text));
    if (record) {
      records.push_back(std::move(*record));
    } else if (warnings != nullptr) {
      warnings->push_back(record.error().message);
    }
  }
  return records;
}

Result<SessionRecord> Records::Find(const std::string& persona) const {
  const std::string path = PathOf(persona);
  Result<std::string> text = ReadFile(path, kMaxRecordBytes);
  if (!text) return Pass(std::move(text));
  return FromJson(*text, path);
}

Status Records::Save(const SessionRecord& record) const {
  // Arguments may not be UTF-8.
  return WriteFileAtomically(
      PathOf(record.persona),
      ToJson(record).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

Result<LockFile> Records::Lock(std::chrono::milliseconds patience) const {
  Result<LockFile> lock = LockFile::Open(folder_ + "/lock");
  if (!lock) return Pass(std::move(lock));
  if (auto held = lock->Acquire(std::chrono::steady_clock::now() + patience); !held) {
    return Pass(std::move(held));
  }
  return lock;
}

void NoteConversation(const std::string& home, const std::string& persona,
                      const std::string& conversation, std::optional<WallTime> ended_at) {
  if (home.empty() || !IsName(persona)) return;
  std::error_code failed;
  if (!std::filesystem::exists(home + "/run/sessions", failed)) return;
  const Result<Records> records = Records::Open(home);
  if (!records) return;
  const auto is_news = [&](const Result<SessionRecord>& record) {
    if (!record || record->ended_at) return false;
    const RecordState state = StateOf(*record);
    if (state != RecordState::kRunning && state != RecordState::kElsewhere) return false;
    return ended_at.has_value() || (!conversation.empty() && record->conversation != conversation);
  };
  // Checked before taking the lock, because usually there is nothing to write.
  if (!is_news(records->Find(persona))) return;
  const Result<LockFile> lock = records->Lock(kHookPatience);
  if (!lock) return;
  Result<SessionRecord> record = records->Find(persona);
  if (!is_news(record)) return;
  if (!conversation.empty()) record->conversation = conversation;
  if (ended_at) record->ended_at = ended_at;
  static_cast<void>(records->Save(*record));
}

void NoteEnd(const std::string& home, const std::string& persona, int64_t pid, WallTime ended_at) {
  if (home.empty() || !IsName(persona)) return;
  const Result<Records> records = Records::Open(home);
  if (!records) return;
  const Result<LockFile> lock = records->Lock();
  if (!lock) return;
  Result<SessionRecord> record = records->Find(persona);
  if (!record || record->ended_at || record->process.pid != pid) return;
  if (record->process.domain != CurrentProcess().domain) return;
  record->ended_at = ended_at;
  static_cast<void>(records->Save(*record));
}

}  // namespace katra::cli
