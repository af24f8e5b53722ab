// Shortens the path of a Unix socket so that it fits into a socket address (108 bytes): a long path
// is reached through a descriptor of its folder.
#pragma once

#include <string>
#include <utility>

#include "core/result.h"

namespace katra::http {

// `text` is valid as long as this lives.
class LocalPath {
 public:
  static Result<LocalPath> Of(const std::string& path);

  LocalPath(LocalPath&& other) noexcept
      : text_(std::move(other.text_)), folder_(std::exchange(other.folder_, -1)) {}
  LocalPath& operator=(LocalPath&&) = delete;
  LocalPath(const LocalPath&) = delete;
  LocalPath& operator=(const LocalPath&) = delete;
  ~LocalPath();

  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  LocalPath(std::string text, int folder) : text_(std::move(text)), folder_(folder) {}

  std::string text_;
  int folder_;
};

}  // namespace katra::http
