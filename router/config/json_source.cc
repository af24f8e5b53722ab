// A recursive-descent JSON parser. nlohmann's parser reports bytes instead of lines, keeps the last
// of duplicate members, and does not record where a value was.
#include "router/config/json_source.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/text.h"

namespace katra::router {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 64;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

void AppendUtf8(uint32_t c, std::string* out) {
  const auto put = [&](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0U | (c >> 6)), put(0x80U | (c & 0x3FU));
  } else if (c < 0x10000) {
    put(0xE0U | (c >> 12)), put(0x80U | ((c >> 6) & 0x3FU)), put(0x80U | (c & 0x3FU));
  } else {
    put(0xF0U | (c >> 18)), put(0x80U | ((c >> 12) & 0x3FU));
    put(0x80U | ((c >> 6) & 0x3FU)), put(0x80U | (c & 0x3FU));
  }
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  Result<JsonSource> Read() {
    if (auto fit = CheckBytes(); !fit) return Pass(std::move(fit));
    json value;
    if (!SkipBlanks() || !ReadValue(&value, {}, 0) || !SkipBlanks()) return Failed();
    if (at_ < text_.size()) {
      Complain("there is more after the end of the value; delete it");
      return Failed();
    }
    source_.document = std::make_shared<const json>(std::move(value));
    return std::move(source_);
  }

 private:
  Status CheckBytes() {
    if (text_.starts_with("\xEF\xBB\xBF")) {
      return FailHere("begins with a byte order mark; save the file as UTF-8 without one");
    }
    if (text_.starts_with("\xFF\xFE") || text_.starts_with("\xFE\xFF")) {
      return FailHere("is UTF-16; save the file as UTF-8");
    }
    if (Trim(text_).empty()) {
      return FailHere("is empty; write a JSON object, {} at least");
    }
    size_t begin = 0;
    for (int line = 1; begin <= text_.size(); ++line) {
      const size_t end = std::min(text_.find('\n', begin), text_.size());
      if (!IsValidUtf8(text_.substr(begin, end - begin))) {
        line_ = line;
        return FailHere("contains bytes that are not UTF-8; save the file as UTF-8");
      }
      begin = end + 1;
    }
    return {};
  }

  tl::unexpected<Error> FailHere(const std::string& message) const {
    return Fail(ErrorCode::kInvalidArgument, file_ + ":" + std::to_string(line_) + ": " + message,
                file_);
  }
  tl::unexpected<Error> Failed() const {
    const std::string where = path_.empty() ? "" : "$" + path_ + ": ";
    return FailHere(where + complaint_.value_or("cannot be read"));
  }

  bool Complain(const std::string& message) {
    if (!complaint_) complaint_ = message;
    return false;
  }

  [[nodiscard]] bool AtEnd() const { return at_ >= text_.size(); }
  [[nodiscard]] char Peek() const { return AtEnd() ? '\0' : text_[at_]; }

  bool SkipBlanks() {
    while (!AtEnd()) {
      const char c = Peek();
      if (c == '\n' || (c == '\r' && text_.substr(at_ + 1, 1) != "\n")) ++line_;
      if (c == '/' || c == '#') {
        return Complain("contains a comment; JSON has none, so delete it");
      }
      if (c != ' ' && c != '\t' && c != '\n' && c != '\r') return true;
      ++at_;
    }
    return true;
  }

  // Describes the text at the current position, for a message.
  [[nodiscard]] std::string Here() const {
    if (AtEnd()) return "the end of the file";
    size_t end = at_;
    while (end < text_.size() && (IsLetter(text_[end]) || IsDigit(text_[end]))) ++end;
    if (end == at_) ++end;
    return "\"" + OneLine(text_.substr(at_, std::min<size_t>(end - at_, 24)), 40) + "\"";
  }

  bool ReadValue(json* value, const std::string& pointer, int depth) {
    if (depth > kMaxDepth) return Complain("nests more than 64 levels");
    source_.lines.try_emplace(pointer, line_);
    const char c = Peek();
    if (c == '{') return ReadObject(value, pointer, depth);
    if (c == '[') return ReadArray(value, pointer, depth);
    if (c == '"') {
      std::string text;
      if (!ReadString(&text)) return false;
      *value = std::move(text);
      return true;
    }
    if (c == '-' || IsDigit(c)) return ReadNumber(value);
    if (c == '\'') return Complain("contains single quotes; JSON text needs double quotes");
    return ReadWord(value);
  }

  bool ReadWord(json* value) {
    size_t end = at_;
    while (end < text_.size() && (IsLetter(text_[end]) || IsDigit(text_[end]))) ++end;
    const std::string_view word = text_.substr(at_, end - at_);
    if (word != "true" && word != "false" && word != "null") {
      const bool named = !word.empty();
      return Complain(
          "expected a value, found " + Here() +
          (named ? "; write text in double quotes, and true, false, null in small letters" : ""));
    }
    *value = word == "null" ? json() : json(word == "true");
    at_ = end;
    return true;
  }

  bool ReadNumber(json* value) {
    size_t end = at_;
    while (end < text_.size() && (IsLetter(text_[end]) || IsDigit(text_[end]) ||
                                  text_[end] == '+' || text_[end] == '-' || text_[end] == '.')) {
      ++end;
    }
    const std::string_view digits = text_.substr(at_, end - at_);
    json number = json::parse(digits, nullptr, false);
    if (!number.is_number()) {
      return Complain("\"" + OneLine(digits, 40) + "\" is not a JSON number");
    }
    *value = std::move(number);
    at_ = end;
    return true;
  }

  bool ReadObject(json* value, const std::string& pointer, int depth) {
    const int begun = line_;
    *value = json::object();
    ++at_;
    if (!SkipBlanks()) return false;
    if (Peek() == '}') return Advance();
    while (true) {
      if (Peek() != '"') return ComplainOfName(begun);
      std::string name;
      const int line = line_;
      if (!ReadString(&name)) return false;
      const std::string below = pointer + "/" + PointerToken(name);
      if (value->contains(name)) {
        line_ = line;
        return Complain("\"" + OneLine(name, 80) + "\" appears a second time (first on line " +
                        std::to_string(source_.lines[below]) + "); keep one");
      }
      source_.lines[below] = line;
      if (!SkipBlanks()) return false;
      if (Peek() != ':') {
        return Complain("expected \":\" after \"" + OneLine(name, 80) + "\", found " + Here());
      }
      ++at_;
      const size_t around = path_.size();
      path_ += "." + OneLine(name, 80);
      if (!SkipBlanks() || !ReadValue(&(*value)[name], below, depth + 1)) return false;
      path_.resize(around);
      if (!SkipBlanks()) return false;
      if (Peek() == '}') return Advance();
      if (Peek() != ',') return ComplainOfSeparator('}', begun);
      if (!PassComma('}')) return false;
    }
  }

  bool ReadArray(json* value, const std::string& pointer, int depth) {
    const int begun = line_;
    *value = json::array();
    ++at_;
    if (!SkipBlanks()) return false;
    if (Peek() == ']') return Advance();
    while (true) {
      json item;
      const std::string index = std::to_string(value->size());
      const size_t around = path_.size();
      path_ += "[" + index + "]";
      if (!ReadValue(&item, pointer + "/" + index, depth + 1)) return false;
      path_.resize(around);
      value->push_back(std::move(item));
      if (!SkipBlanks()) return false;
      if (Peek() == ']') return Advance();
      if (Peek() != ',') return ComplainOfSeparator(']', begun);
      if (!PassComma(']')) return false;
    }
  }

  bool Advance() {
    ++at_;
    return true;
  }

  bool PassComma(char closing) {
    const int line = line_;
    ++at_;
    if (!SkipBlanks()) return false;
    if (Peek() != closing) return true;
    line_ = line;
    return Complain(std::string("contains a comma before \"") + closing + "\"; delete the comma");
  }

  bool ComplainOfSeparator(char closing, int begun) {
    if (AtEnd()) return ComplainOfEnd(closing, begun);
    return Complain(std::string("expected \",\" or \"") + closing + "\", found " + Here());
  }

  bool ComplainOfEnd(char closing, int begun) {
    return Complain(std::string("the file ends before the \"") + closing + "\" of line " +
                    std::to_string(begun));
  }

  bool ComplainOfName(int begun) {
    if (AtEnd()) return ComplainOfEnd('}', begun);
    return Complain("expected a name in double quotes, found " + Here());
  }

  bool ReadString(std::string* out) {
    ++at_;
    while (true) {
      if (AtEnd() || Peek() == '\n' || Peek() == '\r') {
        return Complain("text without its closing double quote");
      }
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) {
        return Complain("text with a control character; write it as an escape such as \\t");
      }
      if (c != '\\') {
        out->push_back(c);
      } else if (!ReadEscape(out)) {
        return false;
      }
    }
  }

  bool ReadEscape(std::string* out) {
    static constexpr std::string_view kLetters = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const char c = AtEnd() ? '\0' : text_[at_++];
    if (const auto known = kLetters.find(c); c != '\0' && known != std::string_view::npos) {
      out->push_back(kMeanings[known]);
      return true;
    }
    uint32_t unit = 0;
    if (c != 'u' || !ReadHex(&unit)) {
      return Complain(
          "text with a \"\\\" that does not begin an escape; write \"\\\\\" for itself");
    }
    if (unit >= 0xD800 && unit < 0xDC00) {
      uint32_t low = 0;
      const bool paired = text_.substr(at_, 2) == "\\u";
      if (paired) at_ += 2;
      if (!paired || !ReadHex(&low) || low < 0xDC00 || low > 0xDFFF) {
        return Complain("text with half of a surrogate pair");
      }
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    } else if (unit >= 0xDC00 && unit <= 0xDFFF) {
      return Complain("text with half of a surrogate pair");
    }
    AppendUtf8(unit, out);
    return true;
  }

  bool ReadHex(uint32_t* unit) {
    *unit = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = AtEnd() ? '\0' : text_[at_++];
      uint32_t digit = 0;
      if (IsDigit(c)) {
        digit = static_cast<uint32_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        digit = static_cast<uint32_t>(c - 'a' + 10);
      } else if (c >= 'A' && c <= 'F') {
        digit = static_cast<uint32_t>(c - 'A' + 10);
      } else {
        return false;
      }
      *unit = *unit * 16 + digit;
    }
    return true;
  }

  std::string_view text_;
  const std::string& file_;
  size_t at_ = 0;
  int line_ = 1;
  std::optional<std::string> complaint_;
  std::string path_;  // path of the current value, as shown in errors
  JsonSource source_;
};

}  // namespace

Result<JsonSource> ParseJsonSource(std::string_view text, const std::string& file) {
  return Reader(text, file).Read();
}

std::string PointerToken(std::string_view name) {
  std::string token;
  for (const char c : name) {
    if (c == '~') {
      token += "~0";
    } else if (c == '/') {
      token += "~1";
    } else {
      token += c;
    }
  }
  return token;
}

std::string ShowJsonPath(std::string_view pointer, const json& document) {
  std::string shown = "$";
  const json* value = &document;
  if (!pointer.empty()) pointer.remove_prefix(1);
  for (const std::string& token :
       pointer.empty() ? std::vector<std::string>{} : Split(pointer, '/')) {
    std::string name;
    for (size_t i = 0; i < token.size(); ++i) {
      const bool escape = token[i] == '~' && i + 1 < token.size();
      name += escape ? (token[++i] == '0' ? '~' : '/') : token[i];
    }
    const bool item = value != nullptr && value->is_array();
    shown += item ? "[" + name + "]" : "." + OneLine(name, 80);
    const json* next = nullptr;
    if (item && std::stoul(name) < value->size()) next = &(*value)[std::stoul(name)];
    if (value != nullptr && value->is_object() && value->contains(name)) next = &(*value)[name];
    value = next;
  }
  return shown;
}

std::string PathOf(const JsonSource& source, const std::string& pointer) {
  const auto found = source.paths.find(pointer);
  return found == source.paths.end() ? ShowJsonPath(pointer, *source.document) : found->second;
}

int LineOf(const JsonSource& source, std::string pointer) {
  while (true) {
    if (const auto found = source.lines.find(pointer); found != source.lines.end()) {
      return found->second;
    }
    const auto slash = pointer.rfind('/');
    if (slash == std::string::npos) return 1;
    pointer.resize(slash);
  }
}

}  // namespace katra::router
