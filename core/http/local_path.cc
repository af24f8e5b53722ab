#include "core/http/local_path.h"

#include <fcntl.h>
#include <sys/un.h>
#include <unistd.h>

namespace katra::http {

Result<LocalPath> LocalPath::Of(const std::string& path) {
  if (path.size() < sizeof(sockaddr_un{}.sun_path)) return LocalPath(path, -1);
  const size_t slash = path.rfind('/');
  const int folder = open(path.substr(0, slash).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) {
    return Fail(ErrorCode::kNotFound, "the folder of the socket " + path + " cannot be opened");
  }
  return LocalPath("/proc/self/fd/" + std::to_string(folder) + path.substr(slash), folder);
}

LocalPath::~LocalPath() {
  if (folder_ >= 0) close(folder_);
}

}  // namespace katra::http
