// A file that a command writes for its user: never over another one, never half.
#pragma once

#include <fstream>
#include <string>

#include "cli/context.h"
#include "core/result.h"

namespace katra::cli {

// `path` as seen from the working folder.
[[nodiscard]] std::string Absolute(const std::string& path, const Context& context);

class NewFile {
 public:
  // Makes the file with mode 0600. kAlreadyExists; kPermissionDenied, kNotFound: its folder.
  static Result<NewFile> Create(const std::string& path, const Context& context);

  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  // Removes the file, unless it is kept.
  ~NewFile();

  [[nodiscard]] std::ostream& stream() { return stream_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  // The file is whole.
  void Keep();

 private:
  explicit NewFile(std::string path);

  std::string path_;  // empty: moved from, or kept
  std::ofstream stream_;
  bool kept_ = false;
};

}  // namespace katra::cli
