#include "cli/hooks/ancestry.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "core/files.h"
#include "core/process.h"

namespace katra::cli {
namespace {

constexpr size_t kMostBytes = 4096;
constexpr size_t kMostAncestors = 64;

// 0: unknown.
int64_t ParentOf(int64_t pid) {
  const Result<std::string> stat = ReadFile("/proc/" + std::to_string(pid) + "/stat", kMostBytes);
  if (!stat) return 0;
  // "PID (NAME) STATE PARENT …"; the name may contain anything.
  const size_t name_end = stat->rfind(')');
  if (name_end == std::string::npos || name_end + 4 > stat->size()) return 0;
  int64_t parent = 0;
  std::from_chars(stat->data() + name_end + 4, stat->data() + stat->size(), parent);
  return parent;
}

}  // namespace

std::vector<int64_t> Ancestors() {
  std::vector<int64_t> found;
  for (int64_t pid = ParentOf(getpid()); pid > 1 && found.size() < kMostAncestors;
       pid = ParentOf(pid)) {
    found.push_back(pid);
  }
  return found;
}

bool IsServerOf(const std::vector<int64_t>& ancestors, const store::Session& session) {
  if (ancestors.empty() || session.process.domain != CurrentProcess().domain) return false;
  if (CheckProcess(session.process) != Liveness::kAlive) return false;
  const int64_t client = ParentOf(session.process.pid);
  return std::find(ancestors.begin(), ancestors.end(), client) != ancestors.end();
}

}  // namespace katra::cli
