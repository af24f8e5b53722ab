// Formats findings.
#include "router/config/findings.h"

#include "core/text.h"

namespace katra::router {
namespace {

std::string Line(const ConfigWarning& one) {
  const std::string column = one.column == 0 ? "" : std::to_string(one.column) + ":";
  return one.file + ":" + std::to_string(one.line) + ":" + column + " " +
         (one.path.empty() ? "" : one.path + ": ") + one.message;
}

}  // namespace

void Findings::AddError(int line, const std::string& path, const std::string& message) {
  AddError(line, 0, path, message);
}

void Findings::AddError(int line, int column, const std::string& path, const std::string& message) {
  errors_.push_back(Line({file_, line, path, message, column}));
}

void Findings::AddWarning(int line, const std::string& path, const std::string& message) {
  AddWarning(line, 0, path, message);
}

void Findings::AddWarning(int line, int column, const std::string& path,
                          const std::string& message) {
  warnings_.push_back({file_, line, path, message, column});
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

std::string DescribeWarning(const ConfigWarning& warning) { return Line(warning); }

std::string DidYouMean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::vector<std::string> near = NearestMatches(word, candidates, 1);
  return near.empty() ? "" : "; did you mean \"" + near[0] + "\"?";
}

}  // namespace katra::router
