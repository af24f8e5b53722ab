// Identifies processes beyond their pid, which the system reuses, and hardens the current process.
#pragma once

#include <cstdint>
#include <string>

namespace katra {

// Identifies one process until the machine restarts.
struct ProcessIdentity {
  int64_t pid = 0;
  // The process's start time in the kernel's unit; 0 if it could not be read.
  int64_t start_ticks = 0;
  // Where the pid is valid: boot id and pid namespace. Differs between machines and containers.
  std::string domain;
};

// kUnknown: the process is on another machine or in another container, or there is no /proc.
enum class Liveness { kAlive, kDead, kUnknown };

// Lowers the priority of the calling thread. Does nothing on systems that only have priorities of
// processes.
void YieldToOtherThreads();

// For processes that hold keys: from now on none of its memory is written to core files, and no
// other process of its user may attach to it or read its environment. Processes that it starts or
// execs get a core limit of 0, which `ulimit -c` can raise again. Does nothing on systems without
// these features.
void KeepMemoryPrivate();

// From now on no process that this one starts can gain privileges (sudo). Do not use it in a
// process that starts or execs a user's own program.
void ForgoPrivileges();

[[nodiscard]] ProcessIdentity CurrentProcess();
// Identifies a process of this machine and container; `start_ticks` is 0 if it does not exist.
[[nodiscard]] ProcessIdentity ProcessById(int64_t pid);

// kDead also for a zombie, and if the pid belongs to another process now. Thread-safe; about 20 us.
[[nodiscard]] Liveness CheckProcess(const ProcessIdentity& process);

[[nodiscard]] std::string HostName();

}  // namespace katra
