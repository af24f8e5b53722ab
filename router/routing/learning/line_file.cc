#include "router/routing/learning/line_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/files.h"
#include "core/json_view.h"
#include "core/json_write.h"
#include "core/text.h"

namespace katra::router::routing::learning {
namespace {

constexpr size_t kMaxTextBytes = 16 * 1024;

class OpenFile {
 public:
  explicit OpenFile(int fd) : fd_(fd) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) (void)close(fd_);
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> FromErrno(const std::string& what, const std::string& path) {
  const int code = errno;
  const ErrorCode kind = code == ENOSPC || code == EDQUOT  ? ErrorCode::kResourceExhausted
                         : code == EACCES || code == EPERM ? ErrorCode::kPermissionDenied
                                                           : ErrorCode::kUnavailable;
  return Fail(kind, what + " " + path + ": " + std::strerror(code));
}

// Locked, and still the file at `path`: another process may have replaced it meanwhile.
Result<int> OpenLocked(const std::string& path) {
  for (int round = 0; round < 100; ++round) {
    const int fd = open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return FromErrno("cannot open", path);
    struct stat held {};
    struct stat there {};
    const bool locked = flock(fd, LOCK_EX) == 0 && fstat(fd, &held) == 0;
    if (locked && stat(path.c_str(), &there) == 0 && held.st_ino == there.st_ino) return fd;
    (void)close(fd);
  }
  return Fail(ErrorCode::kUnavailable, "cannot lock " + path + ": it is replaced again and again");
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(wrote));
  }
  return true;
}

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(line).push_back('\n');
  return text;
}

}  // namespace

std::string LearntPath(const std::string& home) { return home + "/router/learnt.jsonl"; }
std::string TaughtPath(const std::string& home) { return home + "/router/taught.jsonl"; }

Status LineFile::Append(const std::vector<std::string>& lines, bool synced) {
  if (lines.empty()) return {};
  const std::string folder = path_.substr(0, path_.rfind('/'));
  if (auto made = EnsurePrivateFolder(folder); !made) return made;
  if (auto fits = CheckPrivateFile(path_); !fits) return fits;
  const auto opened = OpenLocked(path_);
  if (!opened) return tl::unexpected<Error>(opened.error());
  const OpenFile file(*opened);
  struct stat before {};
  if (fstat(file.fd(), &before) != 0) return FromErrno("cannot read", path_);
  std::string text;
  char last = '\n';
  if (before.st_size > 0 && pread(file.fd(), &last, 1, before.st_size - 1) == 1 && last != '\n') {
    text.push_back('\n');  // an earlier process was killed in mid-line
  }
  text += Joined(lines);
  if (static_cast<uint64_t>(before.st_size) + text.size() > kMaxBytes) {
    return Fail(ErrorCode::kResourceExhausted, path_ + " has reached " +
                                                   std::to_string(kMaxBytes / 1024 / 1024) +
                                                   " MiB: `katra route reset` empties it");
  }
  if (!WriteAll(file.fd(), text) || (synced && fdatasync(file.fd()) != 0)) {
    auto failed = FromErrno("cannot write", path_);
    (void)!ftruncate(file.fd(), before.st_size);
    return failed;
  }
  return {};
}

bool LineFile::HasNews() const {
  struct stat there {};
  if (stat(path_.c_str(), &there) != 0) return inode_ != 0;
  return there.st_ino != inode_ || static_cast<uint64_t>(there.st_size) != read_;
}

Result<LineFile::News> LineFile::ReadNews() {
  News news;
  const int fd = open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) {
    if (errno != ENOENT) return FromErrno("cannot open", path_);
    news.from_start = inode_ != 0;
    inode_ = 0;
    read_ = 0;
    return news;
  }
  const OpenFile file(fd);
  if (auto fits = CheckPrivateFile(path_); !fits) return Pass(std::move(fits));
  struct stat there {};
  if (fstat(fd, &there) != 0) return FromErrno("cannot read", path_);
  const auto size = static_cast<uint64_t>(there.st_size);
  if (there.st_ino != inode_ || size < read_) {
    inode_ = there.st_ino;
    read_ = 0;
    news.from_start = true;
  }
  if (size > kMaxBytes) {
    return Fail(ErrorCode::kResourceExhausted,
                path_ + " is larger than " + std::to_string(kMaxBytes / 1024 / 1024) + " MiB");
  }
  std::string text(size - read_, '\0');
  size_t got = 0;
  while (got < text.size()) {
    const ssize_t more =
        pread(fd, text.data() + got, text.size() - got, static_cast<off_t>(read_ + got));
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) break;
    got += static_cast<size_t>(more);
  }
  text.resize(got);
  const size_t end = text.rfind('\n');
  if (end == std::string::npos) return news;  // the line is not whole yet
  text.resize(end);
  read_ += end + 1;
  for (std::string& line : Split(text, '\n')) {
    if (!Trim(line).empty()) news.lines.push_back(std::move(line));
  }
  return news;
}

Status LineFile::Replace(const std::vector<std::string>& lines) {
  const std::string folder = path_.substr(0, path_.rfind('/'));
  if (auto made = EnsurePrivateFolder(folder); !made) return made;
  if (auto fits = CheckPrivateFile(path_); !fits) return fits;
  const auto opened = OpenLocked(path_);
  if (!opened) return tl::unexpected<Error>(opened.error());
  const OpenFile locked(*opened);
  return WriteFileAtomically(path_, Joined(lines));
}

std::string ToJsonLine(const TaughtExample& example) {
  std::string line;
  JsonWriter writer(line);
  writer.BeginObject();
  if (!example.persona.empty()) writer.Key("persona").String(example.persona);
  writer.Key("route").String(example.route).Key("text").String(example.text).EndObject();
  return line;
}

Result<TaughtExample> ParseTaught(std::string_view line) {
  JsonDocument document;
  if (auto parsed = document.Parse(line); !parsed) return Pass(std::move(parsed));
  const JsonView root = document.Root();
  TaughtExample example;
  const auto text = [&](const char* name, bool needed, std::string* out) -> Status {
    const JsonView member = root[name];
    if (member.IsMissing() && !needed) return {};
    if (!member.IsString() || Trim(member.Text()).empty()) {
      return Fail(
          ErrorCode::kInvalidArgument,
          std::string("\"") + name +
              R"(": expected a text that is not empty, as in {"route": "review", "text": "look over my diff"})");
    }
    *out = member.Text();
    return {};
  };
  if (auto read = text("route", true, &example.route); !read) return Pass(std::move(read));
  if (auto read = text("text", true, &example.text); !read) return Pass(std::move(read));
  if (auto read = text("persona", false, &example.persona); !read) return Pass(std::move(read));
  if (example.text.size() > kMaxTextBytes) {
    return Fail(ErrorCode::kInvalidArgument,
                "\"text\": at most " + std::to_string(kMaxTextBytes) + " bytes");
  }
  return example;
}

}  // namespace katra::router::routing::learning
