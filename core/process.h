// Which process is meant by a process id: a number alone is reused by the system.
#pragma once

#include <cstdint>
#include <string>

namespace katra {

// Names one process of one kernel, for as long as the machine is up.
struct ProcessIdentity {
  int64_t pid = 0;
  // The kernel's start time of the process, in its own unit; 0: it could not be read.
  int64_t start_ticks = 0;
  // Where the pid means something: boot id and pid namespace. Another machine or container differs.
  std::string domain;
};

// kUnknown: another machine or container, or no /proc.
enum class Liveness { kAlive, kDead, kUnknown };

// From now on the calling thread gets little of a processor that others want. Where the system
// knows only the priority of processes nothing changes.
void YieldToOtherThreads();

// For a process that holds keys: from now on none of its memory reaches a core file, and no other
// process of its user may attach to it or read its environment. What it starts, or becomes, gets a
// limit of 0 for core files, which `ulimit -c` may raise again. Where the system knows none of this
// nothing changes.
void KeepMemoryPrivate();

// From now on nothing that this process starts gains privileges (sudo). Not for what becomes, or
// starts, a person's own program.
void ForgoPrivileges();

[[nodiscard]] ProcessIdentity CurrentProcess();
// Of a process of this machine and container; `start_ticks` is 0 when there is none.
[[nodiscard]] ProcessIdentity ProcessById(int64_t pid);

// kDead also for a zombie, and when the pid was given to another process. Thread-safe; ~20 us.
[[nodiscard]] Liveness CheckProcess(const ProcessIdentity& process);

[[nodiscard]] std::string HostName();

}  // namespace katra
