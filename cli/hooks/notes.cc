#include "cli/hooks/notes.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <system_error>

namespace katra::cli {
namespace {

constexpr size_t kMostBytes = 64;
// Longer than a look at whether the lock is held, which holds it itself for a moment.
constexpr std::chrono::milliseconds kPatience{300};

}  // namespace

Result<HookNotes> HookNotes::Open(const std::string& home, const std::string& session) {
  for (const std::string& folder : {home + "/run", home + "/run/hooks"}) {
    if (Status made = EnsurePrivateFolder(folder); !made) return Pass(std::move(made));
  }
  return HookNotes(home + "/run/hooks", session);
}

std::string HookNotes::PathOf(const char* what) const {
  return folder_ + "/" + session_ + "." + what;
}

int64_t HookNotes::Read(const char* what) const {
  const Result<std::string> text = ReadFile(PathOf(what), kMostBytes);
  int64_t number = 0;
  if (!text) return 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  return error == std::errc() && end != text->data() ? number : 0;
}

void HookNotes::Write(const char* what, int64_t number) const {
  if (Read(what) == number) return;
  // A lost note is not a lost message.
  static_cast<void>(WriteFileAtomically(PathOf(what), std::to_string(number) + "\n"));
}

Result<LockFile> HookNotes::Lock(const char* what) const {
  Result<LockFile> lock = LockFile::Open(PathOf(what));
  if (!lock) return lock;
  if (Status held = lock->Acquire(std::chrono::steady_clock::now() + kPatience); !held) {
    return Pass(std::move(held));
  }
  return lock;
}

Result<LockFile> HookNotes::LockWait() const { return Lock("wait"); }

Result<LockFile> HookNotes::LockTyping() const { return Lock("typing"); }

bool HookNotes::Exists(const char* what) const { return access(PathOf(what).c_str(), F_OK) == 0; }

bool HookNotes::IsHeld(const char* what) const {
  const int file = open(PathOf(what).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool held = flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(file);
  return held;
}

void HookNotes::Remove() const {
  std::error_code failed;
  for (const char* what : {"stops", "announced", "wait", "typing"}) {
    std::filesystem::remove(PathOf(what), failed);
  }
}

void HookNotes::RemoveOthers(const std::vector<std::string>& live) const {
  std::error_code failed;
  std::vector<std::filesystem::path> old;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, failed)) {
    const std::string session = entry.path().stem().string();
    if (session != session_ && std::find(live.begin(), live.end(), session) == live.end()) {
      old.push_back(entry.path());
    }
  }
  for (const auto& path : old) std::filesystem::remove(path, failed);
}

}  // namespace katra::cli
