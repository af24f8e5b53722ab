#include "router/gateway/capture/capture_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "core/files.h"
#include "core/json_lines.h"

namespace katra::router::gateway {
namespace {

constexpr std::string_view kEnd = ".jsonl";
constexpr std::string_view kDayForm = "0000-00-00";
constexpr uint64_t kForgetEveryBytes = uint64_t{4} * 1024 * 1024;
constexpr size_t kMaxFileBytes = size_t{256} * 1024 * 1024;

// "2026-11-21.jsonl" -> that day, 1; "2026-11-21-3.jsonl" -> that day, 3. nullopt: not one of these
// files.
std::optional<std::pair<std::string, int>> ReadName(std::string_view name) {
  if (name.size() < kDayForm.size() + kEnd.size() ||
      name.substr(name.size() - kEnd.size()) != kEnd) {
    return std::nullopt;
  }
  name.remove_suffix(kEnd.size());
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (size_t i = 0; i < kDayForm.size(); ++i) {
    if (kDayForm[i] == '-' ? name[i] != '-' : !is_digit(name[i])) return std::nullopt;
  }
  std::string day(name.substr(0, kDayForm.size()));
  name.remove_prefix(kDayForm.size());
  if (name.empty()) return std::make_pair(std::move(day), 1);
  name.remove_prefix(1);
  if (name.empty() || name.size() > 6 || !std::all_of(name.begin(), name.end(), is_digit)) {
    return std::nullopt;
  }
  return std::make_pair(std::move(day), std::stoi(std::string(name)));
}

std::string NameOf(const std::string& day, int number) {
  return day + (number > 1 ? "-" + std::to_string(number) : "") + std::string(kEnd);
}

std::vector<std::pair<std::string, int>> NamesIn(const std::string& folder) {
  std::vector<std::pair<std::string, int>> names;
  // Not opendir(): ThreadSanitizer does not see it open a descriptor, and confuses it with an older
  // one.
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return names;
  DIR* opened = fdopendir(descriptor);
  if (opened == nullptr) {
    close(descriptor);
    return names;
  }
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own
  while (const dirent* entry = readdir(opened)) {
    if (auto name = ReadName(entry->d_name)) names.push_back(std::move(*name));
  }
  closedir(opened);
  std::sort(names.begin(), names.end());
  return names;
}

uint64_t SizeOf(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
}

tl::unexpected<Error> Failed(const std::string& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return Fail(full ? ErrorCode::kResourceExhausted : ErrorCode::kPermissionDenied,
              "cannot write \"" + path + "\": " + std::strerror(error), path);
}

// Appends everything, or restores the previous length.
Status AppendTo(int fd, std::string_view line, const std::string& path) {
  const off_t before = lseek(fd, 0, SEEK_END);
  char last = '\n';
  if (before > 0 && pread(fd, &last, 1, before - 1) != 1) return Failed(path, errno);
  std::string text = last == '\n' ? "" : "\n";
  text += line;
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t wrote = write(fd, text.data() + done, text.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) {
      const int error = errno;
      if (ftruncate(fd, before) != 0) return Failed(path, errno);
      return Failed(path, error);
    }
    done += static_cast<size_t>(wrote);
  }
  return {};
}

}  // namespace

std::string CaptureFolder(const std::string& home) { return home + "/router/recorded"; }

std::vector<std::string> ListCaptures(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& [day, number] : NamesIn(folder)) {
    paths.push_back(folder + "/" + NameOf(day, number));
  }
  return paths;
}

Result<std::string> LastCaptures(const std::string& folder, size_t count) {
  std::vector<std::string> files = ListCaptures(folder);
  std::vector<std::string> lines;  // newest first
  while (!files.empty() && lines.size() < count) {
    auto text = ReadFile(files.back(), kMaxFileBytes);
    if (!text) return Pass(std::move(text));
    AddLinesFromEnd(*text, count, &lines);
    files.pop_back();
  }
  if (lines.empty()) return Fail(ErrorCode::kNotFound, "nothing was recorded in " + folder);
  return OldestFirst(lines);
}

std::string CaptureFiles::PathFor(const std::string& day) {
  if (day != day_) {
    day_ = day;
    number_ = 1;
    for (const auto& [of_day, number] : NamesIn(folder_)) {
      if (of_day == day) number_ = std::max(number_, number);
    }
  }
  std::string path = folder_ + "/" + NameOf(day, number_);
  if (SizeOf(path) < limits_.file_bytes) return path;
  ++number_;
  return folder_ + "/" + NameOf(day, number_);
}

Status CaptureFiles::Append(std::string_view line, WallTime now) {
  if (auto folder = EnsurePrivateFolder(folder_); !folder) return folder;
  const std::string day = FormatDate(now);
  const bool begins = day != day_;
  const std::string path = PathFor(day);
  if (auto file = EnsurePrivateFile(path); !file) return file;
  const int fd = open(path.c_str(), O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return Failed(path, errno);
  Status written = AppendTo(fd, line, path);
  close(fd);
  since_forgot_ += line.size();
  if (begins || since_forgot_ > std::min(kForgetEveryBytes, limits_.total_bytes / 8)) Forget(now);
  return written;
}

void CaptureFiles::Forget(WallTime now) {
  since_forgot_ = 0;
  const std::string oldest_day = FormatDate(now - limits_.age);
  uint64_t total = 0;
  auto names = NamesIn(folder_);
  // Newest first: deletes files beyond the limit, but never the current one.
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    const std::string path = folder_ + "/" + NameOf(name->first, name->second);
    total += SizeOf(path);
    const bool current = name->first == day_ && name->second == number_;
    if (!current && (name->first < oldest_day || total > limits_.total_bytes)) unlink(path.c_str());
  }
}

}  // namespace katra::router::gateway
