#include "cli/clients/toml_read.h"

#include <algorithm>
#include <regex>
#include <set>

#include "core/text.h"

namespace katra::cli {
namespace {

constexpr const char* kByteOrderMark = "\xEF\xBB\xBF";
constexpr int kMaxDepth = 100;

bool IsBare(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '_' || character == '-';
}

// The value of a hexadecimal digit; negative if it is not one.
int HexDigit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return -1;
}

void AppendUtf8(std::string& text, uint32_t code) {
  const auto more = [&](int shift) { text += static_cast<char>(0x80 | ((code >> shift) & 0x3f)); };
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0 | (code >> 6));
    more(0);
  } else if (code < 0x10000) {
    text += static_cast<char>(0xe0 | (code >> 12));
    more(6);
    more(0);
  } else {
    text += static_cast<char>(0xf0 | (code >> 18));
    more(12);
    more(6);
    more(0);
  }
}

// Booleans, numbers, dates and times.
bool IsPlainValue(const std::string& word) {
  static const std::regex form(
      "true|false|[+-]?(inf|nan)|[+-]?(0|[1-9](_?[0-9])*)(\\.[0-9](_?[0-9])*)?([eE][+-]?[0-9](_?[0-"
      "9]"
      ")*)?|0x[0-9A-Fa-f](_?[0-9A-Fa-f])*|0o[0-7](_?[0-7])*|0b[01](_?[01])*|"
      "[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?([Zz]|[+-][0-9]{2}:"
      "[0-9]{2})?)?|[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?");
  return word.size() <= 100 && std::regex_match(word, form);
}

// Parses one text; each method advances `at_` past what it consumed. An empty Status is success.
class Parser {
 public:
  explicit Parser(const std::string& text) : text_(text) {}

  Result<std::vector<TomlStatement>> Parse() {
    if (text_.starts_with(kByteOrderMark)) at_ = 3;
    size_t line_start = at_;
    while (at_ < text_.size()) {
      Blanks();
      if (At() != '#' && At() != '\n' && text_.compare(at_, 2, "\r\n") != 0 && at_ < text_.size()) {
        TomlStatement statement;
        statement.start = line_start;
        if (Status read = ReadStatement(&statement); !read) return Pass(std::move(read));
        statements_.push_back(std::move(statement));
      }
      if (Status ended = EndLine(); !ended) return Pass(std::move(ended));
      if (!statements_.empty() && statements_.back().end == 0) statements_.back().end = at_;
      line_start = at_;
    }
    return std::move(statements_);
  }

 private:
  [[nodiscard]] char At() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  [[nodiscard]] int LineOf(size_t at) const {
    const auto end = text_.begin() + static_cast<std::ptrdiff_t>(std::min(at, text_.size()));
    return static_cast<int>(1 + std::count(text_.begin(), end, '\n'));
  }

  [[nodiscard]] tl::unexpected<Error> Wrong(const std::string& what) const {
    return Fail(ErrorCode::kInvalidArgument, "line " + std::to_string(LineOf(at_)) + ": " + what);
  }

  void Blanks() {
    while (At() == ' ' || At() == '\t') ++at_;
  }

  // Consumes a comment, and the end of the line or text.
  Status EndLine() {
    Blanks();
    if (At() == '#') {
      while (at_ < text_.size() && text_[at_] != '\n' && text_.compare(at_, 2, "\r\n") != 0) {
        if (IsControl(text_[at_])) return Wrong("a comment contains a control character");
        ++at_;
      }
    }
    if (at_ >= text_.size()) return {};
    if (text_.compare(at_, 2, "\r\n") == 0) ++at_;
    if (At() != '\n') return Wrong("the end of the line was expected");
    ++at_;
    return {};
  }

  // Skips blanks, comments and line ends between the items of an array.
  Status Loose() {
    for (;;) {
      Blanks();
      if (At() != '#' && At() != '\n' && At() != '\r') return {};
      if (Status ended = EndLine(); !ended) return ended;
    }
  }

  static bool IsControl(char character) {
    const auto byte = static_cast<unsigned char>(character);
    return (byte < 0x20 && character != '\t') || byte == 0x7f;
  }

  Status ReadStatement(TomlStatement* statement) {
    statement->line = LineOf(at_);
    if (At() == '[') {
      statement->header = true;
      return ReadHeader(statement);
    }
    statement->table = table_;
    if (Status key = ReadKey(&statement->key); !key) return key;
    if (!keys_.insert(statement->key).second) {
      return Wrong("the key " + Join(statement->key, ".") + " is in this table already");
    }
    if (At() != '=') return Wrong("a table header or \"key = value\" was expected");
    ++at_;
    Blanks();
    return ReadValue(0, &statement->text);
  }

  Status ReadHeader(TomlStatement* statement) {
    const bool list = text_.compare(at_, 2, "[[") == 0;
    at_ += list ? 2 : 1;
    Blanks();
    if (Status key = ReadKey(&statement->table); !key) return key;
    if (text_.compare(at_, list ? 2 : 1, list ? "]]" : "]") != 0) {
      return Wrong("the table's name does not end with ]");
    }
    at_ += list ? 2 : 1;
    if (list) {
      // Each item has its own tables.
      for (auto known = tables_.begin(); known != tables_.end();) {
        const bool below =
            known->size() > statement->table.size() &&
            std::equal(statement->table.begin(), statement->table.end(), known->begin());
        known = below ? tables_.erase(known) : std::next(known);
      }
    } else if (!tables_.insert(statement->table).second) {
      return Wrong("the table [" + Join(statement->table, ".") + "] is defined twice");
    }
    table_ = statement->table;
    keys_.clear();
    return {};
  }

  Status ReadKey(std::vector<std::string>* key) {
    for (;;) {
      std::string part;
      if (At() == '"' || At() == '\'') {
        if (Status read = ReadText(&part, true); !read) return read;
      } else {
        while (IsBare(At())) part += text_[at_++];
        if (part.empty()) return Wrong("a key was expected");
      }
      key->push_back(std::move(part));
      Blanks();
      if (At() != '.') return {};
      ++at_;
      Blanks();
    }
  }

  Status ReadValue(int depth, std::optional<std::string>* text) {
    if (depth > kMaxDepth) return Wrong("this is nested too deeply");
    if (At() == '"' || At() == '\'') {
      std::string value;
      Status read = ReadText(&value, false);
      if (read && text != nullptr) *text = std::move(value);
      return read;
    }
    if (At() == '[') return ReadArray(depth);
    if (At() == '{') return ReadInlineTable(depth);
    const size_t start = at_;
    const auto more = [&] {
      while (IsBare(At()) || At() == '+' || At() == '.' || At() == ':') ++at_;
    };
    more();
    // "1979-05-27 07:32:00"
    if (at_ - start == 10 && At() == ' ' && HexDigit(text_[start]) >= 0 && at_ + 1 < text_.size() &&
        text_[at_ + 1] >= '0' && text_[at_ + 1] <= '2') {
      ++at_;
      more();
    }
    const std::string word = text_.substr(start, at_ - start);
    if (IsPlainValue(word)) return {};
    at_ = start;
    return Wrong(word.empty() ? "a value was expected"
                              : "\"" + OneLine(word, 40) + "\" is not a TOML value");
  }

  Status ReadArray(int depth) {
    ++at_;
    for (;;) {
      if (Status loose = Loose(); !loose) return loose;
      if (At() == ']') break;
      if (Status value = ReadValue(depth + 1, nullptr); !value) return value;
      if (Status loose = Loose(); !loose) return loose;
      if (At() == ']') break;
      if (At() != ',') return Wrong("a comma or ] was expected");
      ++at_;
    }
    ++at_;
    return {};
  }

  Status ReadInlineTable(int depth) {
    ++at_;
    std::set<std::vector<std::string>> keys;
    for (;;) {
      if (Status loose = Loose(); !loose) return loose;
      if (At() == '}') break;
      std::vector<std::string> key;
      if (Status read = ReadKey(&key); !read) return read;
      if (!keys.insert(key).second) return Wrong("the key " + Join(key, ".") + " is defined twice");
      if (At() != '=') return Wrong("\"key = value\" was expected");
      ++at_;
      Blanks();
      if (Status value = ReadValue(depth + 1, nullptr); !value) return value;
      if (Status loose = Loose(); !loose) return loose;
      if (At() == '}') break;
      if (At() != ',') return Wrong("a comma or } was expected");
      ++at_;
    }
    ++at_;
    return {};
  }

  Status ReadText(std::string* value, bool key) {
    const char quote = At();
    const bool several = text_.compare(at_, 3, std::string(3, quote)) == 0;
    if (several && key) return Wrong("a key must be on one line");
    const size_t start = at_;
    at_ += several ? 3 : 1;
    const auto unended = [&] {
      at_ = start;
      return Wrong("this text is not closed");
    };
    for (;;) {
      if (at_ >= text_.size()) return unended();
      const char character = text_[at_];
      if (several && text_.compare(at_, 3, std::string(3, quote)) == 0) {
        at_ += 3;
        // Up to two more quotes are part of the string.
        for (int i = 0; i < 2 && At() == quote; ++i) *value += text_[at_++];
        return {};
      }
      if (!several && character == quote) {
        ++at_;
        return {};
      }
      if (character == '\n' || text_.compare(at_, 2, "\r\n") == 0) {
        if (!several) return unended();
      } else if (IsControl(character)) {
        return Wrong("a string contains a control character");
      }
      if (quote == '"' && character == '\\') {
        if (Status escape = ReadEscape(several, value); !escape) return escape;
      } else {
        *value += character;
        ++at_;
      }
    }
  }

  Status ReadEscape(bool several, std::string* value) {
    ++at_;
    const char character = At();
    const std::string plain = "btnfre\"\\";
    const std::string meant = "\b\t\n\f\r\x1b\"\\";
    if (const size_t found = plain.find(character);
        found != std::string::npos && character != '\0') {
      *value += meant[found];
      ++at_;
      return {};
    }
    const int digits = character == 'x' ? 2 : character == 'u' ? 4 : character == 'U' ? 8 : 0;
    if (digits > 0) {
      uint32_t code = 0;
      ++at_;
      for (int i = 0; i < digits; ++i, ++at_) {
        if (HexDigit(At()) < 0) return Wrong("an escape has too few hexadecimal digits");
        code = code * 16 + static_cast<uint32_t>(HexDigit(At()));
      }
      if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
        return Wrong("an escape names no character");
      }
      AppendUtf8(*value, code);
      return {};
    }
    const size_t next = text_.find_first_not_of(" \t", at_);
    const bool line_end = next != std::string::npos && (text_[next] == '\n' || text_[next] == '\r');
    if (!several || !line_end) return Wrong("an unknown escape in a text");
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
    return {};
  }

  const std::string& text_;
  size_t at_ = 0;
  std::vector<std::string> table_;
  std::set<std::vector<std::string>> tables_;
  std::set<std::vector<std::string>> keys_;  // keys of the current table
  std::vector<TomlStatement> statements_;
};

}  // namespace

Result<std::vector<TomlStatement>> ReadToml(const std::string& text) {
  if (!IsValidUtf8(text)) {
    return Fail(ErrorCode::kInvalidArgument, "the file is not UTF-8 text, as TOML must be");
  }
  return Parser(text).Parse();
}

}  // namespace katra::cli
