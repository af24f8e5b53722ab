// A new file that a command writes for its user: never overwrites another, and is never left
// incomplete.
#pragma once

#include <fstream>
#include <string>

#include "cli/context.h"
#include "core/result.h"

namespace katra::cli {

// `path` relative to the working folder, made absolute.
[[nodiscard]] std::string Absolute(const std::string& path, const Context& context);

class NewFile {
 public:
  // Creates the file with mode 0600. kAlreadyExists; kPermissionDenied, kNotFound: about its
  // folder.
  static Result<NewFile> Create(const std::string& path, const Context& context);

  NewFile(NewFile&& other) noexcept;
  NewFile& operator=(NewFile&&) = delete;
  // Removes the file unless Keep() was called.
  ~NewFile();

  [[nodiscard]] std::ostream& stream() { return stream_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  // The file is complete and is kept.
  void Keep();

 private:
  explicit NewFile(std::string path);

  std::string path_;  // empty after a move or Keep()
  std::ofstream stream_;
  bool kept_ = false;
};

}  // namespace katra::cli
