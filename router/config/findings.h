// Collects the errors in a configuration file, so that a user sees all of them at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "router/config/config.h"
#include "router/config/json_source.h"

namespace katra::router {

// Errors and warnings about one file. Shows at most kMaxShown errors.
class Findings {
 public:
  static constexpr size_t kMaxShown = 20;

  explicit Findings(std::string file) : file_(std::move(file)) {}

  // `path` may be empty.
  void AddError(int line, const std::string& path, const std::string& message);
  void AddWarning(int line, const std::string& path, const std::string& message);
  // With the column, from 1.
  void AddError(int line, int column, const std::string& path, const std::string& message);
  void AddWarning(int line, int column, const std::string& path, const std::string& message);

  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] bool ok() const { return errors_.empty(); }
  // kInvalidArgument with all errors; success without any.
  [[nodiscard]] Status ToStatus() const;
  [[nodiscard]] std::vector<ConfigWarning> TakeWarnings() { return std::move(warnings_); }

 private:
  std::string file_;
  std::vector<std::string> errors_;
  std::vector<ConfigWarning> warnings_;
};

// `; did you mean "openai"?`, or "".
[[nodiscard]] std::string DidYouMean(std::string_view word,
                                     const std::vector<std::string>& candidates);

}  // namespace katra::router
