#include "cli/room/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/text.h"

namespace katra::cli {

std::string Absolute(const std::string& path, const Context& context) {
  const std::filesystem::path given(path);
  return given.is_absolute() ? path
                             : (std::filesystem::path(context.working_folder()) / given)
                                   .lexically_normal()
                                   .string();
}

Result<NewFile> NewFile::Create(const std::string& path, const Context& context) {
  constexpr mode_t kOwnerOnly = 0600;
  const std::string absolute = Absolute(path, context);
  const int descriptor =
      open(absolute.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly);
  if (descriptor < 0) {
    const std::string shown = OneLine(absolute, 400);
    if (errno == EEXIST) {
      return Fail(ErrorCode::kAlreadyExists,
                  shown + " exists and will not be overwritten: choose another name");
    }
    const ErrorCode code =
        errno == ENOENT || errno == ENOTDIR ? ErrorCode::kNotFound : ErrorCode::kPermissionDenied;
    return Fail(code, "cannot make " + shown + ": " + std::strerror(errno));
  }
  close(descriptor);
  return NewFile(absolute);
}

NewFile::NewFile(std::string path)
    : path_(std::move(path)), stream_(path_, std::ios::binary | std::ios::trunc) {}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      stream_(std::move(other.stream_)),
      kept_(other.kept_) {}

NewFile::~NewFile() {
  if (kept_ || path_.empty()) return;
  stream_.close();
  unlink(path_.c_str());
}

void NewFile::Keep() { kept_ = true; }

}  // namespace katra::cli
