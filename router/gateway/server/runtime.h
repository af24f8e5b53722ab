// Where a home's gateway runs: HOME/run/gateway.json (0600), its admin socket, and the lock that
// lets only one be. Shared by the gateway and the command. Holds no secret.
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
  std::string socket;  // of the admin surface, absolute
  std::string log;     // its log file; empty: stderr
};

[[nodiscard]] std::string RuntimePath(const std::string& home);
[[nodiscard]] std::string SocketPath(const std::string& home);
[[nodiscard]] std::string LogPath(const std::string& home);

[[nodiscard]] Status WriteRuntime(const std::string& home, const Runtime& runtime);
// kNotFound: no gateway runs in this home (the lock is free, whatever the file says).
[[nodiscard]] Result<Runtime> ReadRuntime(const std::string& home);
// What the last gateway of this home wrote of itself, whether it still runs or not. kNotFound: none
// has, or it ended in order.
[[nodiscard]] Result<Runtime> WrittenRuntime(const std::string& home);
void RemoveRuntime(const std::string& home);

// Becomes the gateway of a home, until destroyed. kAlreadyExists: another one is.
[[nodiscard]] Result<LockFile> Elect(const std::string& home, std::chrono::milliseconds patience);

}  // namespace katra::router::gateway
