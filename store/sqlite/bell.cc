#include "store/sqlite/bell.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/files.h"

namespace katra::store::sqlite {

Result<std::unique_ptr<Bell>> Bell::Open(const std::string& path) {
  if (Status made = EnsurePrivateFile(path); !made) return Pass(std::move(made));
  const int descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) {
    const ErrorCode code =
        errno == EACCES || errno == EROFS ? ErrorCode::kPermissionDenied : ErrorCode::kInternal;
    return Fail(code, "cannot open " + path + " for writing: " + std::strerror(errno), path);
  }
  return std::unique_ptr<Bell>(new Bell(descriptor));
}

Bell::~Bell() { close(descriptor_); }

void Bell::Ring() const {
  const uint64_t stroke = 1;
  // Any write wakes the watchers; writing at a fixed position keeps the file's size.
  ssize_t written = 0;
  do {
    written = pwrite(descriptor_, &stroke, sizeof stroke, 0);
  } while (written < 0 && errno == EINTR);
  // If the disk is full, updating the file's time wakes them too.
  if (written < 0) futimens(descriptor_, nullptr);
}

BellWatch::BellWatch(uv::Loop& loop, std::string path, std::function<void()> rung)
    : loop_(loop),
      path_(std::move(path)),
      rung_(std::move(rung)),
      look_(loop, [this] { OnLook(); }) {
  Watch();
  look_.Start(is_immediate() ? kLook : kLookWithoutWatch);
}

void BellWatch::Watch() {
  auto watch = uv::FileWatch::Start(loop_, path_, [this](bool gone) {
    if (gone) watch_.reset();
    rung_();
  });
  if (watch) watch_ = std::move(*watch);
}

void BellWatch::OnLook() {
  if (!is_immediate()) Watch();
  look_.Start(is_immediate() ? kLook : kLookWithoutWatch);
  rung_();
}

}  // namespace katra::store::sqlite
