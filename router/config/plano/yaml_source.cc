#include "router/config/plano/yaml_source.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>

#include "core/text.h"

namespace katra::router::plano {
namespace {

constexpr int kMaxDepth = 64;
constexpr size_t kMaxNodes = 20'000;
constexpr int kMaxMends = 64;

struct Fault {
  YamlPlace place;
  std::string message;
};

YamlPlace PlaceOf(const YAML::Mark& mark) {
  return mark.is_null() ? YamlPlace{} : YamlPlace{mark.line + 1, mark.column + 1};
}

// Copies the nodes of yaml-cpp. References to anchors are copied too, within the limit of nodes.
class Copier {
 public:
  explicit Copier(std::string_view text) : text_(text) {}

  // Throws Fault.
  YamlNode Copy(const YAML::Node& from, int depth) {
    const YamlPlace place = PlaceOf(from.Mark());
    if (depth > kMaxDepth) throw Fault{place, "is nested more than 64 levels deep"};
    if (++nodes_ > kMaxNodes) throw Fault{place, "the file has more than 20,000 values"};
    YamlNode node;
    node.place = place;
    if (from.IsScalar()) {
      CopyScalar(from, node);
    } else if (from.IsSequence()) {
      node.kind = YamlKind::kList;
      for (const auto& item : from) node.items.push_back(Copy(item, depth + 1));
    } else if (from.IsMap()) {
      node.kind = YamlKind::kMap;
      CopyMembers(from, depth, node);
    }
    return node;
  }

 private:
  void CopyScalar(const YAML::Node& from, YamlNode& node) {
    node.kind = YamlKind::kScalar;
    node.text = from.Scalar();
    node.quoted = from.Tag() == "!";
    if (!node.quoted && node.text.find_first_not_of(' ') == std::string::npos) {
      node.kind = YamlKind::kNull;
    }
    // yaml-cpp takes the rest of the file for the text.
    const auto begin = static_cast<size_t>(std::max(from.Mark().pos, 0));
    const char quote = begin < text_.size() ? text_[begin] : '\0';
    if (node.quoted && (quote == '"' || quote == '\'') && !IsClosed(begin, quote)) {
      throw Fault{node.place, std::string("the closing ") + quote + " of this text is missing"};
    }
  }

  [[nodiscard]] bool IsClosed(size_t begin, char quote) const {
    for (size_t at = begin + 1; at < text_.size(); ++at) {
      if (quote == '"' && text_[at] == '\\') {
        ++at;
      } else if (text_[at] == quote) {
        return true;
      }
    }
    return false;
  }

  void CopyMembers(const YAML::Node& from, int depth, YamlNode& node) {
    for (const auto& entry : from) {
      const YamlPlace place = PlaceOf(entry.first.Mark());
      if (!entry.first.IsScalar()) {
        throw Fault{place, "expected a name before the \":\", found a list or another map"};
      }
      const std::string& name = entry.first.Scalar();
      if (const YamlMember* first = node.FindMember(name)) {
        throw Fault{place, "\"" + OneLine(name, 80) + "\" appears a second time (first on line " +
                               std::to_string(first->place.line) + "); remove one of them"};
      }
      YamlMember member{name, place, {}};
      member.values.push_back(Copy(entry.second, depth + 1));
      if (member.value().kind == YamlKind::kNull) member.values.front().place = place;
      node.members.push_back(std::move(member));
    }
  }

  std::string_view text_;
  size_t nodes_ = 0;
};

std::string_view WithoutByteOrderMark(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

// The file as one tree, or what is wrong with it. Exceptions of yaml-cpp end here.
std::optional<Fault> Read(std::string_view text, YamlNode* root) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.empty()) return Fault{{}, "the file is empty; llm_providers: is needed at least"};
    if (documents.size() > 1) {
      return Fault{PlaceOf(documents[1].Mark()),
                   "begins a second document, or does not continue the list above; the "
                   "configuration is one map of names"};
    }
    *root = Copier(text).Copy(documents[0], 0);
    return std::nullopt;
  } catch (const Fault& fault) {
    return fault;
  } catch (const YAML::Exception& error) {
    return Fault{PlaceOf(error.mark), "is not valid YAML: " + error.msg};
  }
}

size_t IndentOf(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

bool IsBlank(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos || line[first] == '#';
}

// Where the name of "name: value" begins, after any "- "; npos if the line is no such entry, or has
// no plain value.
size_t EntryWithValue(std::string_view line) {
  size_t at = IndentOf(line);
  while (line.substr(at, 2) == "- ")
    at = std::min(line.find_first_not_of(' ', at + 1), line.size());
  const size_t colon = line.find(": ", at);
  if (colon == std::string_view::npos || colon == at) return std::string_view::npos;
  const std::string_view value = Trim(line.substr(colon + 2));
  const bool plain = !value.empty() &&
                     std::string_view("\"'[{|>&*#").find(value.front()) == std::string_view::npos;
  return plain ? at : std::string_view::npos;
}

bool IsEntry(std::string_view line) {
  const std::string_view entry = Trim(line);
  const size_t colon = entry.find(':');
  return colon != std::string_view::npos && colon != 0 &&
         (colon + 1 == entry.size() || entry[colon + 1] == ' ') &&
         entry.substr(0, colon).find_first_of(" \"'#[{") == std::string_view::npos;
}

// Moves the block that begins at `index` to the column of the entry above. False: it is no such
// block.
bool MoveBlock(std::vector<std::string>& lines, size_t index, MendedYaml::Line* moved) {
  if (index >= lines.size() || index == 0 || !IsEntry(lines[index])) return false;
  size_t above = index - 1;
  while (above > 0 && IsBlank(lines[above])) --above;
  const size_t wanted = EntryWithValue(lines[above]);
  const size_t found = IndentOf(lines[index]);
  if (wanted == std::string_view::npos || found <= wanted) return false;
  *moved = {static_cast<int>(index) + 1, static_cast<int>(found) + 1, static_cast<int>(wanted) + 1};
  for (size_t at = index; at < lines.size(); ++at) {
    if (IsBlank(lines[at])) continue;
    if (IndentOf(lines[at]) < found) break;
    lines[at].erase(0, found - wanted);
  }
  return true;
}

std::string Describe(const std::string& file, const Fault& fault) {
  return file + ":" + std::to_string(fault.place.line) + ":" + std::to_string(fault.place.column) +
         ": " + fault.message;
}

// A line with its indentation.
std::string Shown(const std::string& line) {
  return std::string(IndentOf(line), ' ') + OneLine(Trim(line), 200);
}

std::string DescribeMended(const MendedYaml& mended, const std::string& file) {
  const std::vector<std::string> lines = Split(mended.text, '\n');
  std::vector<std::string> all;
  for (const MendedYaml::Line& one : mended.lines) {
    const auto index = static_cast<size_t>(one.line) - 1;
    size_t above = index - 1;
    while (above > 0 && IsBlank(lines[above])) --above;
    const std::string name = std::string(Trim(lines[index].substr(0, lines[index].find(':'))));
    std::string text = Describe(
        file,
        {{one.line, one.column},
         "\"" + OneLine(name, 60) +
             "\" is indented deeper than the entry above that it "
             "belongs to, so YAML reads it as a part of that entry's value; begin it in column " +
             std::to_string(one.wanted) + ", not " + std::to_string(one.column) +
             ". The mended lines (`katra config import --fix` writes them):"});
    text += "\n" + Shown(lines[above]) + "\n" + Shown(lines[index]);
    all.push_back(std::move(text));
  }
  return Join(all, "\n");
}

}  // namespace

const YamlMember* YamlNode::FindMember(std::string_view name) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const YamlMember& member) { return member.name == name; });
  return found == members.end() ? nullptr : &*found;
}

const YamlNode* YamlNode::Find(std::string_view name) const {
  const YamlMember* member = FindMember(name);
  return member == nullptr ? nullptr : &member->value();
}

std::optional<bool> YamlNode::Boolean() const {
  if (kind != YamlKind::kScalar || quoted) return std::nullopt;
  const std::string lower = ToLowerAscii(text);
  if (lower == "true" || lower == "yes" || lower == "on") return true;
  if (lower == "false" || lower == "no" || lower == "off") return false;
  return std::nullopt;
}

std::optional<double> YamlNode::Number() const {
  const bool looks = kind == YamlKind::kScalar && !quoted && !text.empty() &&
                     text.find_first_not_of("0123456789.-+eE") == std::string::npos;
  if (!looks) return std::nullopt;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return *end == '\0' ? std::optional<double>(value) : std::nullopt;
}

std::optional<MendedYaml> MendIndentation(std::string_view text) {
  MendedYaml mended;
  std::vector<std::string> lines = Split(WithoutByteOrderMark(text), '\n');
  for (int round = 0; round < kMaxMends; ++round) {
    mended.text = Join(lines, "\n");
    YamlNode root;
    const auto fault = Read(mended.text, &root);
    if (!fault) return mended.lines.empty() ? std::nullopt : std::make_optional(std::move(mended));
    MendedYaml::Line moved;
    if (!MoveBlock(lines, static_cast<size_t>(fault->place.line) - 1, &moved)) return std::nullopt;
    mended.lines.push_back(moved);
  }
  return std::nullopt;
}

Result<YamlNode> ParseYaml(std::string_view text, const std::string& file) {
  text = WithoutByteOrderMark(text);
  if (!IsValidUtf8(text)) {
    return Fail(ErrorCode::kInvalidArgument, file + ":1:1: is not UTF-8; save it as UTF-8");
  }
  YamlNode root;
  if (const auto fault = Read(text, &root)) {
    const auto mended = MendIndentation(text);
    const auto at = text.find('\t');
    std::string message = mended ? DescribeMended(*mended, file) : Describe(file, *fault);
    if (!mended && at != std::string_view::npos) {
      const auto line =
          1 + std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(at), '\n');
      message +=
          "; line " + std::to_string(line) + " has a tab, and YAML is indented with blanks only";
    }
    return Fail(ErrorCode::kInvalidArgument, std::move(message), file);
  }
  if (root.kind != YamlKind::kMap) {
    return Fail(ErrorCode::kInvalidArgument,
                Describe(file, {root.place,
                                "expected a map of names at the top, such as "
                                "llm_providers:"}),
                file);
  }
  return root;
}

}  // namespace katra::router::plano
