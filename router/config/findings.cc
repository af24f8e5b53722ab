// Formats findings.
#include "router/config/findings.h"

#include "core/text.h"

namespace katra::router {
namespace {

std::string Line(const std::string& file, int line, const std::string& path,
                 const std::string& message) {
  return file + ":" + std::to_string(line) + ": " + (path.empty() ? "" : path + ": ") + message;
}

}  // namespace

void Findings::AddError(int line, const std::string& path, const std::string& message) {
  errors_.push_back(Line(file_, line, path, message));
}

void Findings::AddWarning(int line, const std::string& path, const std::string& message) {
  warnings_.push_back({file_, line, path, message});
}

Status Findings::ToStatus() const {
  if (ok()) return {};
  std::vector<std::string> shown = errors_;
  if (shown.size() > kMaxShown) {
    shown.resize(kMaxShown);
    shown.push_back("and " + std::to_string(errors_.size() - kMaxShown) + " more");
  }
  return Fail(ErrorCode::kInvalidArgument, Join(shown, "\n"), file_);
}

std::string DescribeWarning(const ConfigWarning& warning) {
  return Line(warning.file, warning.line, warning.path, warning.message);
}

std::string DidYouMean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::vector<std::string> near = NearestMatches(word, candidates, 1);
  return near.empty() ? "" : "; did you mean \"" + near[0] + "\"?";
}

}  // namespace katra::router
