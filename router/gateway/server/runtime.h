// Where a home's gateway runs: HOME/run/gateway.json (0600), its admin socket, and the lock that
// ensures there is only one. Shared by the gateway and the command. Contains no secret.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/files.h"
#include "core/result.h"

namespace katra::router::gateway {

struct Runtime {
  int64_t pid = 0;
  std::string address;
  int port = 0;
  std::string version;
  std::string socket;  // admin socket, absolute
  std::string log;     // log file; empty: stderr
  std::string config;  // the Plano config.yaml that it reads; empty: none
};

[[nodiscard]] std::string RuntimePath(const std::string& home);
[[nodiscard]] std::string SocketPath(const std::string& home);
[[nodiscard]] std::string LogPath(const std::string& home);

[[nodiscard]] Status WriteRuntime(const std::string& home, const Runtime& runtime);
// kNotFound: no gateway runs in this home, because the lock is free, regardless of the file.
[[nodiscard]] Result<Runtime> ReadRuntime(const std::string& home);
// What the last gateway of this home wrote, whether or not it still runs. kNotFound: there was
// none, or it ended normally.
[[nodiscard]] Result<Runtime> WrittenRuntime(const std::string& home);
void RemoveRuntime(const std::string& home);

// Makes this process the gateway of the home until the lock is destroyed. kAlreadyExists: there is
// another one.
[[nodiscard]] Result<LockFile> Elect(const std::string& home, std::chrono::milliseconds patience);

}  // namespace katra::router::gateway
