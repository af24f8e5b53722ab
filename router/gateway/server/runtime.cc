#include "router/gateway/server/runtime.h"

#include <unistd.h>

#include "core/json_view.h"
#include "core/json_write.h"

namespace katra::router::gateway {
namespace {

constexpr size_t kMaxFileBytes = 64 * 1024;
// Longer than a check takes, so that a starting gateway does not lose against a process that only
// checks.
constexpr std::chrono::milliseconds kLook{20};

std::string LockPath(const std::string& home) { return home + "/run/gateway.lock"; }

}  // namespace

std::string RuntimePath(const std::string& home) { return home + "/run/gateway.json"; }
std::string SocketPath(const std::string& home) { return home + "/run/gateway.sock"; }
std::string LogPath(const std::string& home) { return home + "/log/gateway.log"; }

Status WriteRuntime(const std::string& home, const Runtime& runtime) {
  std::string text;
  JsonWriter writer(text);
  writer.BeginObject().Key("pid").Integer(runtime.pid).Key("address").String(runtime.address);
  writer.Key("port").Integer(runtime.port).Key("version").String(runtime.version);
  writer.Key("socket").String(runtime.socket).Key("log").String(runtime.log);
  writer.Key("config").String(runtime.config).EndObject();
  text += '\n';
  return WriteFileAtomically(RuntimePath(home), text);
}

Result<Runtime> WrittenRuntime(const std::string& home) {
  auto text = ReadFile(RuntimePath(home), kMaxFileBytes);
  if (!text) return Pass(std::move(text));
  if (auto safe = CheckPrivateFile(RuntimePath(home)); !safe) return Pass(std::move(safe));
  JsonDocument document;
  if (auto parsed = document.Parse(*text); !parsed) return Pass(std::move(parsed));
  const JsonView root = document.Root();
  Runtime runtime;
  runtime.pid = root["pid"].Integer().value_or(0);
  runtime.address = root["address"].Text();
  runtime.port = static_cast<int>(root["port"].Integer().value_or(0));
  runtime.version = root["version"].Text();
  runtime.socket = root["socket"].Text();
  runtime.log = root["log"].Text();
  runtime.config = root["config"].Text();
  return runtime;
}

Result<Runtime> ReadRuntime(const std::string& home) {
  auto runtime = WrittenRuntime(home);
  if (!runtime) return runtime;
  if (auto free = Elect(home, kLook); free) {
    return Fail(ErrorCode::kNotFound, "no gateway runs for " + home + ": `katra up` starts one");
  }
  return runtime;
}

void RemoveRuntime(const std::string& home) {
  unlink(RuntimePath(home).c_str());
  unlink(SocketPath(home).c_str());
}

Result<LockFile> Elect(const std::string& home, std::chrono::milliseconds patience) {
  if (auto folder = EnsurePrivateFolder(home + "/run"); !folder) return Pass(std::move(folder));
  auto lock = LockFile::Open(LockPath(home));
  if (!lock) return Pass(std::move(lock));
  if (auto got = lock->Acquire(std::chrono::steady_clock::now() + patience); !got) {
    if (got.error().code != ErrorCode::kUnavailable) return Pass(std::move(got));
    return Fail(ErrorCode::kAlreadyExists,
                "another gateway runs for " + home + ": `katra status` shows it");
  }
  return lock;
}

}  // namespace katra::router::gateway
