#include "cli/clients/user_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "core/files.h"
#include "core/text.h"

namespace katra::cli {
namespace {

constexpr size_t kMaxBytes = 64 * 1024 * 1024;
// A longer line means a file without line breaks.
constexpr size_t kMaxLine = 400;

std::string Marked(char mark, const std::string& text) {
  std::string lines;
  const size_t length = text.ends_with('\n') ? text.size() - 1 : text.size();
  for (const std::string& line : Split(std::string_view(text).substr(0, length), '\n')) {
    lines += mark;
    lines += OneLine(line, kMaxLine) + "\n";
  }
  return lines;
}

// "20261121T140305123Z"
std::string Stamp(WallTime now) {
  std::string stamp;
  for (const char character : FormatRfc3339(now).substr(0, 23)) {
    if (character != '-' && character != ':' && character != '.') stamp += character;
  }
  return stamp + "Z";
}

class Folder {
 public:
  explicit Folder(int descriptor) : descriptor_(descriptor) {}
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  [[nodiscard]] int get() const { return descriptor_; }
  void Become(int descriptor) {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = descriptor;
  }

 private:
  int descriptor_;
};

}  // namespace

Status CheckWayBelow(const std::string& root, const std::string& file) {
  constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  const auto refuse = [&file](const std::string& part, const std::string& why) {
    return Fail(ErrorCode::kPermissionDenied,
                part + " " + why + ", so that " + file +
                    " would be outside of the project: nothing was changed. Put a folder of the "
                    "project's own there, or register for yourself (--scope user)");
  };
  Folder folder(open(root.c_str(), kFolder));
  if (folder.get() < 0) {
    return Fail(ErrorCode::kNotFound,
                root + " cannot be opened: " + std::generic_category().message(errno));
  }
  const std::vector<std::string> parts =
      Split(std::string_view(file).substr(std::min(file.size(), root.size() + 1)), '/');
  std::string shown = root;
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    shown += "/" + parts[i];
    if (parts[i].empty() || parts[i] == "." || parts[i] == "..") {
      return refuse(shown, "is not a name of a folder");
    }
    int next = openat(folder.get(), parts[i].c_str(), kFolder | O_NOFOLLOW);
    if (next < 0 && errno == ENOENT) return {};  // the rest does not exist and will be created
    if (next < 0) {
      struct stat found {};
      const bool link = fstatat(folder.get(), parts[i].c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0 &&
                        S_ISLNK(found.st_mode);
      return refuse(shown, link ? "is a link" : "is not a folder that can be opened");
    }
    folder.Become(next);
  }
  return {};
}

Result<UserFile> ReadUserFile(const std::string& path) {
  UserFile file;
  file.path = path;
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return file;
    return Fail(ErrorCode::kPermissionDenied,
                path + " cannot be inspected: " + std::generic_category().message(errno));
  }
  const auto refuse = [&path](const std::string& why) {
    return Fail(ErrorCode::kPermissionDenied,
                path + " is " + why +
                    ", and is left alone: register by hand, or put a file of your "
                    "own there");
  };
  if (S_ISLNK(found.st_mode)) return refuse("a link");
  if (!S_ISREG(found.st_mode)) return refuse("no file");
  if (found.st_uid != geteuid()) return refuse("another user's");
  Result<std::string> text = ReadFile(path, kMaxBytes);
  if (!text) return Pass(std::move(text));
  file.text = std::move(*text);
  file.exists = true;
  file.mode = found.st_mode & 07777;
  return file;
}

Result<std::string> ReplaceUserFile(const UserFile& file, const std::string& text, WallTime now) {
  std::error_code failed;
  std::filesystem::create_directories(std::filesystem::path(file.path).parent_path(), failed);
  if (failed) {
    return Fail(ErrorCode::kPermissionDenied,
                "the folder of " + file.path + " cannot be created: " + failed.message());
  }
  std::string backup;
  if (file.exists) {
    backup = file.path + ".katra-" + Stamp(now);
    if (auto kept = WriteFileAtomically(backup, file.text); !kept) return Pass(std::move(kept));
  }
  if (auto written = WriteFileAtomically(file.path, text); !written) {
    return Pass(std::move(written));
  }
  if (chmod(file.path.c_str(), file.mode) != 0) {
    return Fail(ErrorCode::kPermissionDenied, "the mode of " + file.path + " cannot be set: " +
                                                  std::generic_category().message(errno));
  }
  return backup;
}

std::string RenderChange(const UserFile& file, const std::string& text) {
  const std::string& old = file.text;
  const size_t most = std::min(old.size(), text.size());
  size_t same = 0;
  while (same < most && old[same] == text[same]) ++same;
  size_t tail = 0;
  while (tail < most - same && old[old.size() - 1 - tail] == text[text.size() - 1 - tail]) ++tail;
  // Whole lines, if the file has lines.
  const auto line_start = [](const std::string& in, size_t at) {
    const size_t feed = at == 0 ? std::string::npos : in.rfind('\n', at - 1);
    return feed == std::string::npos ? 0 : feed + 1;
  };
  const auto line_end = [](const std::string& in, size_t at) {
    return std::min(in.find('\n', at), in.size());
  };
  size_t start = line_start(text, same);
  size_t old_end = line_end(old, old.size() - tail);
  size_t new_end = line_end(text, text.size() - tail);
  if (same - start > kMaxLine || old_end - (old.size() - tail) > kMaxLine) {
    start = same;
    old_end = old.size() - tail;
    new_end = text.size() - tail;
  }
  const auto line =
      1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(start), '\n');
  std::string out =
      file.path + (file.exists ? "" : " (new)") + ", line " + std::to_string(line) + ":\n";
  if (old_end > start) out += Marked('-', old.substr(start, old_end - start));
  if (new_end > start) out += Marked('+', text.substr(start, new_end - start));
  return out;
}

}  // namespace katra::cli
