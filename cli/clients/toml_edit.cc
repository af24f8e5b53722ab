#include "cli/clients/toml_edit.h"

#include <algorithm>
#include <vector>

#include "core/text.h"

namespace katra::cli {
namespace {

struct Line {
  std::string text;     // without its end
  std::string end;      // "\n", "\r\n" or nothing
  std::string table;    // of a header: its name without blanks and quotes
  bool inside = false;  // of a text over several lines, where nothing has a meaning
};

// The name between the brackets of a header line, normalised; empty: no header.
std::string HeaderOf(const std::string& line) {
  std::string_view text = Trim(line);
  if (text.empty() || text.front() != '[') return {};
  std::string name;
  char quote = '\0';
  for (const char character : text.substr(text.starts_with("[[") ? 2 : 1)) {
    if (quote != '\0') {
      if (character == quote) {
        quote = '\0';
      } else {
        name += character;
      }
    } else if (character == '"' || character == '\'') {
      quote = character;
    } else if (character == ']') {
      return name;
    } else if (character != ' ' && character != '\t') {
      name += character;
    }
  }
  return {};
}

// Which text over several lines is open after the line; `open` is the one before it.
std::string OpenAfter(const std::string& line, std::string open) {
  for (size_t at = 0; at < line.size();) {
    if (!open.empty()) {
      const size_t end = line.find(open, at);
      if (end == std::string::npos) return open;
      at = end + open.size();
      open.clear();
      continue;
    }
    if (line[at] == '#') return {};
    if (line.compare(at, 3, "\"\"\"") == 0 || line.compare(at, 3, "'''") == 0) {
      open = line.substr(at, 3);
      at += 3;
    } else if (line[at] == '"' || line[at] == '\'') {
      const char quote = line[at++];
      while (at < line.size() && line[at] != quote) at += quote == '"' && line[at] == '\\' ? 2 : 1;
      ++at;
    } else {
      ++at;
    }
  }
  return open;
}

std::vector<Line> LinesOf(const std::string& text) {
  std::vector<Line> lines;
  std::string open;
  for (size_t at = 0; at < text.size();) {
    const size_t feed = text.find('\n', at);
    const size_t next = feed == std::string::npos ? text.size() : feed + 1;
    Line line;
    line.text = text.substr(at, next - at);
    const size_t last = line.text.find_last_not_of("\r\n");
    const size_t length = last == std::string::npos ? 0 : last + 1;
    line.end = line.text.substr(length);
    line.text.resize(length);
    line.inside = !open.empty();
    if (!line.inside) line.table = HeaderOf(line.text);
    open = OpenAfter(line.text, open);
    lines.push_back(std::move(line));
    at = next;
  }
  return lines;
}

bool Belongs(const std::string& table, const std::string& name) {
  return table == name || table.starts_with(name + ".");
}

// The key of "key = value" without blanks and quotes; empty: no such line.
std::string KeyOf(const Line& line) {
  if (line.inside || !line.table.empty()) return {};
  const size_t equals = line.text.find('=');
  if (equals == std::string::npos) return {};
  std::string key;
  for (const char character : line.text.substr(0, equals)) {
    if (character == '#') return {};
    if (character != ' ' && character != '\t' && character != '"' && character != '\'') {
      key += character;
    }
  }
  return key;
}

// Said in a way that is not for us to change?
Status CheckForms(const std::vector<Line>& lines, const std::string& name) {
  const std::string parent = name.substr(0, name.find('.'));
  const std::string leaf = name.substr(name.find('.') + 1);
  std::string table;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].table.empty()) table = lines[i].table;
    const std::string key = KeyOf(lines[i]);
    const bool at_root = table.empty() && (key == parent || Belongs(key, name));
    const bool in_parent = table == parent && (key == leaf || key.starts_with(leaf + "."));
    if (at_root || in_parent) {
      return Fail(ErrorCode::kInvalidArgument,
                  "line " + std::to_string(i + 1) + ": " + name +
                      " is written as a value here; write it as a table [" + name +
                      "], or change it by hand");
    }
  }
  return {};
}

std::string Joined(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) text += line.text + line.end;
  return text;
}

// Takes our tables out. `first`: where the first one was, or the number of lines.
std::vector<Line> Without(const std::vector<Line>& lines, const std::string& name, size_t* first) {
  std::vector<Line> kept;
  std::vector<Line> pending;  // blank lines and comments: they go with what follows them
  bool ours = false;
  *first = std::string::npos;
  for (const Line& line : lines) {
    if (!line.table.empty()) ours = Belongs(line.table, name);
    const std::string_view text = Trim(line.text);
    const bool loose = !line.inside && (text.empty() || text.front() == '#');
    if (ours && loose) {
      pending.push_back(line);
      continue;
    }
    if (ours) {
      if (*first == std::string::npos) *first = kept.size();
      pending.clear();
      continue;
    }
    kept.insert(kept.end(), pending.begin(), pending.end());
    pending.clear();
    kept.push_back(line);
  }
  kept.insert(kept.end(), pending.begin(), pending.end());
  if (*first == std::string::npos) *first = kept.size();
  return kept;
}

}  // namespace

Result<std::string> SetTable(const std::string& text, const std::string& name,
                             const std::string& body) {
  const std::vector<Line> lines = LinesOf(text);
  if (auto fits = CheckForms(lines, name); !fits) return Pass(std::move(fits));
  size_t first = 0;
  std::vector<Line> kept = Without(lines, name, &first);
  const bool crlf = text.find("\r\n") != std::string::npos;
  std::vector<Line> added;
  const bool at_end = first >= kept.size();
  if (at_end && !kept.empty()) {
    if (kept.back().end.empty()) kept.back().end = crlf ? "\r\n" : "\n";
    if (!Trim(kept.back().text).empty()) added.push_back({"", crlf ? "\r\n" : "\n", "", false});
    first = kept.size();
  }
  for (Line line : LinesOf(body)) {
    if (crlf) line.end = "\r\n";
    added.push_back(std::move(line));
  }
  kept.insert(kept.begin() + static_cast<std::ptrdiff_t>(first), added.begin(), added.end());
  return Joined(kept);
}

Result<std::string> RemoveTable(const std::string& text, const std::string& name) {
  const std::vector<Line> lines = LinesOf(text);
  if (auto fits = CheckForms(lines, name); !fits) return Pass(std::move(fits));
  size_t first = 0;
  std::vector<Line> kept = Without(lines, name, &first);
  if (kept.size() == lines.size()) return text;
  // The blank line that was put before it.
  if (first > 0 && first == kept.size() && Trim(kept.back().text).empty()) kept.pop_back();
  return Joined(kept);
}

}  // namespace katra::cli
