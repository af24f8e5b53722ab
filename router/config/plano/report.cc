#include "router/config/plano/report.h"

#include <algorithm>
#include <vector>

#include "core/text.h"

namespace katra::router::plano {
namespace {

const char* NameOf(YamlKind kind) {
  switch (kind) {
    case YamlKind::kNull:
      return "nothing";
    case YamlKind::kScalar:
      return "a text";
    case YamlKind::kList:
      return "a list";
    case YamlKind::kMap:
      return "a map of names";
  }
  return "";
}

std::string Trimmed(double number) {
  std::string text = std::to_string(number);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

bool Report::Expect(const YamlNode* node, YamlKind kind, const std::string& path) {
  if (node == nullptr || node->kind == kind) return node != nullptr;
  Error(node->place, path,
        std::string("expected ") + NameOf(kind) + ", found " + NameOf(node->kind));
  return false;
}

void Report::CheckMembers(const YamlNode& node, const std::string& path,
                          std::span<const Known> known) {
  for (const YamlMember& member : node.members) {
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const Known& one) { return one.name == member.name; });
    const std::string place = path + "." + OneLine(member.name, 80);
    if (found == known.end()) {
      std::vector<std::string> allowed;
      for (const Known& one : known) allowed.emplace_back(one.name);
      Error(member.place, place,
            "\"" + OneLine(member.name, 60) + "\" is not known here; allowed: " +
                Join(allowed, ", ") + DidYouMean(member.name, allowed));
    } else if (!found->unused.empty()) {
      Warn(member.place, place, "is not used: " + std::string(found->unused));
    }
  }
}

std::string Report::Text(const YamlNode& node, std::string_view name, const std::string& path) {
  const YamlNode* value = node.Find(name);
  if (!Expect(value, YamlKind::kScalar, path + "." + std::string(name))) return {};
  return value->text;
}

std::optional<bool> Report::Boolean(const YamlNode& node, std::string_view name,
                                    const std::string& path) {
  const YamlNode* value = node.Find(name);
  if (value == nullptr) return std::nullopt;
  const auto boolean = value->Boolean();
  if (!boolean) {
    Error(value->place, path + "." + std::string(name),
          std::string("expected true or false") +
              (value->quoted ? " without quotes" : std::string()));
  }
  return boolean;
}

std::optional<double> Report::Number(const YamlNode& node, std::string_view name,
                                     const std::string& path, double least, double most) {
  const YamlNode* value = node.Find(name);
  if (value == nullptr) return std::nullopt;
  const auto number = value->Number();
  if (number && *number >= least && *number <= most) return number;
  Error(value->place, path + "." + std::string(name),
        "expected a number from " + Trimmed(least) + " to " + Trimmed(most));
  return std::nullopt;
}

bool Report::OneOf(const YamlNode& node, const std::string& path,
                   std::span<const std::string_view> allowed) {
  if (std::find(allowed.begin(), allowed.end(), node.text) != allowed.end()) return true;
  const std::vector<std::string> words(allowed.begin(), allowed.end());
  Error(node.place, path,
        "expected one of: " + Join(words, ", ") + "; found \"" + OneLine(node.text, 80) + "\"" +
            DidYouMean(node.text, words));
  return false;
}

}  // namespace katra::router::plano
