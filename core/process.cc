#include "core/process.h"

#include <csignal>
#include <cstdio>
#include <cstring>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __APPLE__
#include <sys/sysctl.h>
#endif
#ifdef __linux__
#include <sys/prctl.h>
#endif

namespace katra {
namespace {

#ifdef __APPLE__

// The kernel's start time in microseconds; 0 if there is no such process, or it is a zombie.
int64_t StartTicks(int64_t pid) {
  int name[4] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, static_cast<int>(pid)};
  struct kinfo_proc info = {};
  size_t size = sizeof info;
  if (sysctl(name, 4, &info, &size, nullptr, 0) != 0 || size == 0) return 0;
  if (info.kp_proc.p_stat == SZOMB) return 0;
  const auto& start = info.kp_proc.p_starttime;
  return static_cast<int64_t>(start.tv_sec) * 1'000'000 + start.tv_usec;
}

std::string Domain() {
  struct timeval boot = {};
  size_t size = sizeof boot;
  int name[2] = {CTL_KERN, KERN_BOOTTIME};
  sysctl(name, 2, &boot, &size, nullptr, 0);
  return HostName() + "/" + std::to_string(boot.tv_sec);
}

#else

// Field 22 of /proc/PID/stat (proc(5)): clock ticks after boot; 0 if there is no such process, or
// it is a zombie.
int64_t StartTicks(int64_t pid) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%lld/stat", static_cast<long long>(pid));
  std::FILE* file = std::fopen(path, "re");
  if (file == nullptr) return 0;
  char stat[1024];
  const size_t length = std::fread(stat, 1, sizeof stat - 1, file);
  std::fclose(file);
  stat[length] = '\0';
  // The second field is the program's name in parentheses, which may itself contain parentheses and
  // blanks.
  const char* after_name = std::strrchr(stat, ')');
  if (after_name == nullptr) return 0;
  char state = 0;
  long long start = 0;
  if (std::sscanf(
          after_name + 1,
          " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lld",
          &state, &start) != 2) {
    return 0;
  }
  return state == 'Z' || state == 'X' ? 0 : start;
}

std::string Domain() {
  char boot[64] = "";
  if (std::FILE* file = std::fopen("/proc/sys/kernel/random/boot_id", "re")) {
    if (std::fgets(boot, sizeof boot, file) == nullptr) boot[0] = '\0';
    std::fclose(file);
    boot[std::strcspn(boot, "\n")] = '\0';
  }
  struct stat space = {};
  const long long pid_namespace =
      stat("/proc/self/ns/pid", &space) == 0 ? static_cast<long long>(space.st_ino) : 0;
  return std::string(boot) + "/" + std::to_string(pid_namespace);
}

#endif

const std::string& ThisDomain() {
  static const std::string domain = Domain();
  return domain;
}

}  // namespace

ProcessIdentity ProcessById(int64_t pid) { return {pid, StartTicks(pid), ThisDomain()}; }

void YieldToOtherThreads() {
#ifdef __linux__
  constexpr int kNice = 10;
  setpriority(PRIO_PROCESS, 0, kNice);  // of this thread alone, on Linux; best effort
#endif
}

void KeepMemoryPrivate() {
  struct rlimit core = {};
  if (getrlimit(RLIMIT_CORE, &core) == 0) {
    core.rlim_cur = 0;
    setrlimit(RLIMIT_CORE, &core);
  }
#ifdef __linux__
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

void ForgoPrivileges() {
#ifdef __linux__
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#endif
}

ProcessIdentity CurrentProcess() { return ProcessById(getpid()); }

Liveness CheckProcess(const ProcessIdentity& process) {
  if (process.domain != ThisDomain()) return Liveness::kUnknown;
  if (process.pid <= 0) return Liveness::kDead;
  if (process.start_ticks == 0) return Liveness::kUnknown;  // start time unknown
  const int64_t start = StartTicks(process.pid);
  return start != 0 && start == process.start_ticks ? Liveness::kAlive : Liveness::kDead;
}

std::string HostName() {
  char name[256] = "";
  if (gethostname(name, sizeof name - 1) != 0) return "localhost";
  return name;
}

}  // namespace katra
