#include "cli/sessions/records.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/text.h"

namespace katra::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr size_t kMaxRecordBytes = 1024 * 1024;
constexpr std::chrono::seconds kLockPatience{10};
constexpr const char* kSuffix = ".json";

Json ToJson(const SessionRecord& record) {
  Json json = {{"version", kVersion},
               {"persona", record.persona},
               {"provider", record.provider},
               {"model", record.model},
               {"role", record.role},
               {"room", record.room},
               {"client", record.client},
               {"router", record.router},
               {"folder", record.folder},
               {"tmux_session", record.tmux_session},
               {"tmux_socket", record.tmux_socket},
               {"terminal", record.terminal},
               {"conversation", record.conversation},
               {"process",
                {{"pid", record.process.pid},
                 {"start_ticks", record.process.start_ticks},
                 {"domain", record.process.domain}}},
               {"started_at", FormatRfc3339(record.started_at)}};
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
    if (json.at("version").get<int>() != kVersion) return unreadable("an unknown version");
    record.persona = json.at("persona").get<std::string>();
    if (!IsName(record.persona)) return unreadable("no persona's name");
    const auto read = [&json](const char* key, std::string* value) {
      *value = json.value(key, std::string());
    };
    read("provider", &record.provider);
    read("model", &record.model);
    read("role", &record.role);
    read("room", &record.room);
    read("client", &record.client);
    read("router", &record.router);
    read("folder", &record.folder);
    read("tmux_session", &record.tmux_session);
    read("tmux_socket", &record.tmux_socket);
    read("terminal", &record.terminal);
    read("conversation", &record.conversation);
    const Json& process = json.at("process");
    record.process.pid = process.at("pid").get<int64_t>();
    record.process.start_ticks = process.at("start_ticks").get<int64_t>();
    record.process.domain = process.at("domain").get<std::string>();
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

// The part of a domain that changes with each boot.
std::string BootOf(const std::string& domain) { return domain.substr(0, domain.find('/')); }

}  // namespace

RecordState StateOf(const SessionRecord& record) {
  if (record.ended_at) return RecordState::kEnded;
  switch (CheckProcess(record.process)) {
    case Liveness::kAlive:
      return RecordState::kRunning;
    case Liveness::kDead:
      return RecordState::kEnded;
    case Liveness::kUnknown:
      break;
  }
  // Another container of this machine cannot be looked into: better taken for running.
  const bool rebooted = BootOf(record.process.domain) != BootOf(CurrentProcess().domain);
  return rebooted ? RecordState::kInterrupted : RecordState::kRunning;
}

Result<Records> Records::Open(const std::string& home) {
  if (home.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "HOME is not set, so that Katra's folder is not known: set KATRA_HOME");
  }
  for (const std::string& folder : {home, home + "/run", home + "/run/sessions"}) {
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
  // Arguments need not be UTF-8.
  return WriteFileAtomically(
      PathOf(record.persona),
      ToJson(record).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

Result<LockFile> Records::Lock() const {
  Result<LockFile> lock = LockFile::Open(folder_ + "/lock");
  if (!lock) return Pass(std::move(lock));
  if (auto held = lock->Acquire(std::chrono::steady_clock::now() + kLockPatience); !held) {
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
  Result<SessionRecord> record = records->Find(persona);
  if (!record || StateOf(*record) != RecordState::kRunning) return;
  if (!ended_at && (conversation.empty() || record->conversation == conversation)) return;
  if (!conversation.empty()) record->conversation = conversation;
  if (ended_at) record->ended_at = ended_at;
  static_cast<void>(records->Save(*record));
}

}  // namespace katra::cli
