#include "cli/clients/toml_edit.h"

#include <algorithm>
#include <vector>

#include "cli/clients/toml_read.h"
#include "core/text.h"

namespace katra::cli {
namespace {

using Path = std::vector<std::string>;

// A statement with its lines, or a single blank or comment line.
struct Piece {
  std::string text;  // including the line end
  bool ours = false;
  bool loose = false;
};

bool StartsWith(const Path& path, const Path& start) {
  return path.size() >= start.size() && std::equal(start.begin(), start.end(), path.begin());
}

// Refuses a table that is written in a form that Katra must not change.
Status CheckForms(const std::vector<TomlStatement>& statements, const std::string& name,
                  const Path& ours) {
  for (const TomlStatement& statement : statements) {
    if (statement.header || StartsWith(statement.table, ours)) continue;
    Path whole = statement.table;
    whole.insert(whole.end(), statement.key.begin(), statement.key.end());
    if (!StartsWith(whole, ours) && !StartsWith(ours, whole)) continue;
    return Fail(ErrorCode::kInvalidArgument,
                "line " + std::to_string(statement.line) + ": " + name +
                    " is written as a value here; write it as a table [" + name +
                    "], or change it by hand");
  }
  return {};
}

void AddLoose(std::vector<Piece>& pieces, const std::string& text, size_t start, size_t end) {
  while (start < end) {
    const size_t feed = text.find('\n', start);
    const size_t next = feed == std::string::npos || feed >= end ? end : feed + 1;
    pieces.push_back({text.substr(start, next - start), false, true});
    start = next;
  }
}

Result<std::vector<Piece>> PiecesOf(const std::string& text, const Path& ours) {
  const std::string name = Join(ours, ".");
  const Result<std::vector<TomlStatement>> statements = ReadToml(text);
  if (!statements) return Fail(statements.error().code, statements.error().message);
  if (auto fits = CheckForms(*statements, name, ours); !fits) return Pass(std::move(fits));
  std::vector<Piece> pieces;
  size_t at = 0;
  for (const TomlStatement& statement : *statements) {
    AddLoose(pieces, text, at, statement.start);
    pieces.push_back({text.substr(statement.start, statement.end - statement.start),
                      StartsWith(statement.table, ours), false});
    at = statement.end;
  }
  AddLoose(pieces, text, at, text.size());
  return pieces;
}

std::string Joined(const std::vector<Piece>& pieces) {
  std::string text;
  for (const Piece& piece : pieces) text += piece.text;
  return text;
}

// Removes Katra's tables, but not the comments between their lines. `first`: the position of the
// first one, or the number of pieces.
std::vector<Piece> Without(const std::vector<Piece>& pieces, size_t* first) {
  std::vector<Piece> kept;
  // Blank lines and comments; blank ones are removed with the table after them.
  std::vector<Piece> pending;
  bool ours = false;
  *first = std::string::npos;
  const auto keep_pending = [&](bool blank_ones) {
    for (Piece& piece : pending) {
      if (blank_ones || !Trim(piece.text).empty()) kept.push_back(std::move(piece));
    }
    pending.clear();
  };
  for (const Piece& piece : pieces) {
    if (!piece.loose) ours = piece.ours;
    if (ours && piece.loose) {
      pending.push_back(piece);
      continue;
    }
    if (ours) {
      if (*first == std::string::npos) *first = kept.size();
      keep_pending(false);
      continue;
    }
    keep_pending(true);
    kept.push_back(piece);
  }
  keep_pending(true);
  if (*first == std::string::npos) *first = kept.size();
  return kept;
}

}  // namespace

Result<std::string> SetTable(const std::string& text, const std::string& name,
                             const std::string& body) {
  return SetTable(text, Split(name, '.'), body);
}

Result<std::string> SetTable(const std::string& text, const Path& path, const std::string& body) {
  const Result<std::vector<Piece>> pieces = PiecesOf(text, path);
  if (!pieces) return Fail(pieces.error().code, pieces.error().message);
  size_t first = 0;
  std::vector<Piece> kept = Without(*pieces, &first);
  const std::string line_end = text.find("\r\n") == std::string::npos ? "\n" : "\r\n";
  std::string added;
  for (const char character : body) {
    if (character == '\n') {
      added += line_end;
    } else {
      added += character;
    }
  }
  if (first >= kept.size() && !kept.empty()) {
    std::string& last = kept.back().text;
    const bool blank = Trim(last).empty();
    if (!last.ends_with('\n')) last += line_end;
    if (!blank) added = line_end + added;
    first = kept.size();
  }
  kept.insert(kept.begin() + static_cast<std::ptrdiff_t>(first), Piece{added, true, false});
  return Joined(kept);
}

Result<std::string> RemoveTable(const std::string& text, const std::string& name) {
  return RemoveTable(text, Split(name, '.'));
}

Result<std::string> RemoveTable(const std::string& text, const Path& path) {
  const Result<std::vector<Piece>> pieces = PiecesOf(text, path);
  if (!pieces) return Fail(pieces.error().code, pieces.error().message);
  size_t first = 0;
  std::vector<Piece> kept = Without(*pieces, &first);
  if (kept.size() == pieces->size()) return text;
  // Remove the blank line that was added before it.
  if (first > 0 && first == kept.size() && Trim(kept.back().text).empty()) kept.pop_back();
  return Joined(kept);
}

}  // namespace katra::cli
