// Collects the errors of a YAML file with line, column and path, and has the checks that all of its
// parts use.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "router/config/findings.h"
#include "router/config/plano/yaml_source.h"

namespace katra::router::plano {

// A member that an object may have.
struct Known {
  std::string_view name;
  // Why Katra does not use it: a warning says so. Empty: it is used.
  std::string_view unused = {};
};

// `findings` is borrowed.
class Report {
 public:
  explicit Report(Findings& findings) : findings_(findings) {}

  void Error(YamlPlace place, const std::string& path, const std::string& message) {
    findings_.AddError(place.line, place.column, path, message);
  }
  void Warn(YamlPlace place, const std::string& path, const std::string& message) {
    findings_.AddWarning(place.line, place.column, path, message);
  }
  [[nodiscard]] bool ok() const { return findings_.ok(); }

  // Adds an error if `node` is not of that kind. For nullptr it returns false without an error.
  bool Expect(const YamlNode* node, YamlKind kind, const std::string& path);
  // Adds an error for each unknown member of `node`, a map, and a warning for each unused one.
  // Members that may hold a key are never shown with their value.
  void CheckMembers(const YamlNode& node, const std::string& path, std::span<const Known> known);
  // The text of the member; empty, with an error if it is something else, unless it is a text.
  std::string Text(const YamlNode& node, std::string_view name, const std::string& path);
  // nullopt if there is no such member, or, with an error, if it is neither true nor false.
  std::optional<bool> Boolean(const YamlNode& node, std::string_view name, const std::string& path);
  // nullopt if there is no such member, or, with an error, if it is no number in these bounds.
  std::optional<double> Number(const YamlNode& node, std::string_view name, const std::string& path,
                               double least, double most);
  // An error unless `word` is one of `allowed`.
  bool OneOf(const YamlNode& node, const std::string& path,
             std::span<const std::string_view> allowed);

 private:
  Findings& findings_;
};

}  // namespace katra::router::plano
