// Parses YAML files that people write, and keeps the line and column of every value. Hides
// yaml-cpp. Knows nothing about the file's purpose.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace katra::router::plano {

struct YamlPlace {
  int line = 1;    // from 1
  int column = 1;  // from 1, in bytes
};

struct YamlNode;

struct YamlMember {
  std::string name;
  YamlPlace place;  // of the name
  // Exactly one; a vector only because YamlNode is incomplete here.
  std::vector<YamlNode> values;

  [[nodiscard]] const YamlNode& value() const { return values.front(); }
};

enum class YamlKind { kNull, kScalar, kList, kMap };

struct YamlNode {
  YamlKind kind = YamlKind::kNull;
  std::string text;     // kScalar
  bool quoted = false;  // kScalar: in quotes, so it is always a text
  YamlPlace place;
  std::vector<YamlNode> items;      // kList
  std::vector<YamlMember> members;  // kMap, in the order of the file

  // nullptr if there is no such member.
  [[nodiscard]] const YamlNode* Find(std::string_view name) const;
  [[nodiscard]] const YamlMember* FindMember(std::string_view name) const;
  // Unset: not a plain true or false (also yes, no, on, off), or not a whole number.
  [[nodiscard]] std::optional<bool> Boolean() const;
  [[nodiscard]] std::optional<double> Number() const;
};

// kInvalidArgument: "FILE:LINE:COLUMN: what is wrong; what to do". `file` is only used in these
// messages. Refuses a second document, a member that appears twice, more than 64 levels, and more
// than 20,000 values. If the only error is that a line is indented too far, the message shows the
// corrected lines.
[[nodiscard]] Result<YamlNode> ParseYaml(std::string_view text, const std::string& file);

struct MendedYaml {
  std::string text;
  struct Line {
    int line = 0;
    int column = 0;  // where the line began
    int wanted = 0;  // where it has to begin
  };
  std::vector<Line> lines;  // the first of each block that was moved
};

// Moves back lines that are indented further than the entry that they continue, because YAML reads
// them as a part of the value above. nullopt: there is no such line, or the text is invalid YAML
// for other reasons.
[[nodiscard]] std::optional<MendedYaml> MendIndentation(std::string_view text);

}  // namespace katra::router::plano
