#include "core/tags.h"

#include <algorithm>
#include <array>

#include "core/tag_names.h"
#include "core/unicode.h"

namespace katra {
namespace {

bool IsCloser(uint32_t c) {
  return c == '>' || c == 0xFF1E || c == 0xFE65 || c == 0x02C3 || c == 0x1433 || c == 0x276F ||
         c == 0x203A || c == 0x1D237;
}

// `|` and its look-alikes in models' special tokens: <｜User｜>.
bool IsBar(uint32_t c) { return c == '|' || c == 0xFF5C || c == 0x2502 || c == 0x01C0; }

bool IsLetter(uint32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsDigit(uint32_t c) { return c >= '0' && c <= '9'; }
bool IsWordCharacter(uint32_t c) { return IsLetter(c) || IsDigit(c) || c == '_'; }

struct Character {
  uint32_t value = 0;  // U+FFFD for invalid UTF-8
  size_t length = 0;   // 0 at the end
};

Character At(std::string_view text, size_t at) {
  if (at >= text.size()) return {};
  Character c;
  c.length = DecodeUtf8(text.substr(at), &c.value);
  if (c.length == 0) return {0xFFFD, 1};
  return c;
}

// The name after a `<`, and how it continues.
struct Name {
  std::string text;      // lower case, `_` replaced by `-`, at most kMostNameBytes
  bool hidden = false;   // contains invisible characters
  bool foreign = false;  // contains non-ASCII letters
  bool joined = false;   // contains one of `-_:.`
  bool letters = false;
  size_t end = 0;
};

constexpr size_t kMostNameBytes = 64;

Name ReadName(std::string_view text, size_t at) {
  Name name;
  while (true) {
    const Character c = At(text, at);
    if (c.length == 0) break;
    if (IsInvisible(c.value)) {
      name.hidden = true;
    } else if (IsWordCharacter(c.value) || c.value == '-' || c.value == '.' || c.value == ':') {
      const char byte = static_cast<char>(c.value);
      if (!IsLetter(c.value) && !IsDigit(c.value)) name.joined = true;
      if (IsLetter(c.value)) name.letters = true;
      if (name.text.size() < kMostNameBytes) {
        name.text += byte == '_' ? '-' : static_cast<char>(IsLetter(c.value) ? byte | 0x20 : byte);
      }
    } else if (c.value >= 0x80 && !IsBlankCharacter(c.value) && !IsTagOpener(c.value) &&
               !IsCloser(c.value) && !IsBar(c.value)) {
      name.foreign = name.letters = true;
    } else {
      break;
    }
    at += c.length;
  }
  name.end = at;
  return name;
}

// How the text after a tag's name continues, up to the next `<`.
struct Rest {
  bool closed = false;       // by `>` after nothing but attributes
  bool closed_word = false;  // by `>` before any blank
  bool closed_line = false;  // by `>` before the end of the line
  bool open = false;         // nothing but attributes, and no `>`
};

Rest ReadRest(std::string_view text, size_t at) {
  constexpr std::string_view kOfNoAttribute = ";{}()&|+*%^~![],\\`$?";
  Rest rest;
  bool attributes = true;
  bool word = true;
  bool line = true;
  char quote = 0;
  while (true) {
    const Character c = At(text, at);
    if (c.length == 0 || IsTagOpener(c.value)) {
      rest.open = attributes;
      return rest;
    }
    if (IsLineBreak(c.value)) line = false;
    if (IsBlankCharacter(c.value)) word = false;
    if (quote != 0 && c.value == static_cast<uint32_t>(quote)) {
      quote = 0;
    } else if (quote == 0 && (c.value == '"' || c.value == '\'')) {
      quote = static_cast<char>(c.value);
    } else if (IsCloser(c.value) && (quote == 0 || !attributes)) {
      rest.closed = attributes;
      rest.closed_word = word;
      rest.closed_line = line;
      return rest;
    } else if (quote == 0 && c.value < 0x80 &&
               kOfNoAttribute.find(static_cast<char>(c.value)) != std::string_view::npos) {
      attributes = false;
    }
    if (!attributes && !word && !line) return rest;  // nothing more can be decided
    at += c.length;
  }
}

bool IsAutolink(std::string_view text, const Name& name, const Rest& rest) {
  if (!rest.closed_word) return false;
  const std::string_view behind = text.substr(name.end);
  if (name.text.ends_with(':')) return behind.starts_with("//") && !name.foreign;
  return behind.starts_with('@') && !name.foreign;
}

// Whether the `<` at `open` directly follows a word or a bracket, as operators in code do.
bool IsGlued(std::string_view text, size_t open) {
  if (open == 0) return false;
  const auto c = static_cast<unsigned char>(text[open - 1]);
  return IsWordCharacter(c) || c == ')' || c == ']';
}

// "#include <sys/types.h>", "#import <x>": whether the line has only the directive before the `<`.
bool IsInclude(std::string_view text, size_t open, size_t path) {
  size_t begin = open;
  constexpr size_t kMostBefore = 32;
  while (begin > 0 && open - begin < kMostBefore && text[begin - 1] != '\n') --begin;
  if (begin > 0 && text[begin - 1] != '\n') return false;
  std::string before;
  for (const char c : text.substr(begin, open - begin)) {
    if (c != ' ' && c != '\t') before += c;
  }
  if (before != "#include" && before != "#import" && before != "#include_next") return false;
  size_t end = path;
  while (end < text.size() && (IsWordCharacter(static_cast<unsigned char>(text[end])) ||
                               std::string_view("/.+").find(text[end]) != std::string_view::npos)) {
    ++end;
  }
  if (end == text.size() || text[end] != '>') return false;
  const std::string_view header = text.substr(path, end - path);
  const bool file = header.find_first_of("./") != std::string_view::npos;
  return file || header == "system_error" || !IsSteeringName(ReadName(header, 0).text);
}

// Template arguments: "vector<int>", "Map<String, Users>", "template <typename T>". The words are
// built-in types, types of namespace std, or in CamelCase.
bool IsTypeArguments(std::string_view text, size_t open, size_t at) {
  constexpr std::string_view kTemplate = "template ";
  const bool declared = open >= kTemplate.size() &&
                        text.substr(open - kTemplate.size(), kTemplate.size()) == kTemplate;
  if (!declared && !IsGlued(text, open)) return false;
  constexpr std::string_view kBetween = ", *&[]():'?=|";
  bool any = false;
  bool standard = false;  // preceded by std::
  while (at < text.size()) {
    const char c = text[at];
    if (c == '>' || c == '<') return any;
    if (!IsWordCharacter(static_cast<unsigned char>(c))) {
      if (kBetween.find(c) == std::string_view::npos) return false;
      if (c != ':') standard = false;
      ++at;
      continue;
    }
    size_t end = at;
    while (end < text.size() && IsWordCharacter(static_cast<unsigned char>(text[end]))) ++end;
    const std::string_view word = text.substr(at, end - at);
    if (!(standard && !IsSteeringWord(word)) && !IsTypeWord(word)) return false;
    any = true;
    standard = word == "std" && text.substr(end).starts_with("::");
    at = end;
  }
  return false;
}

}  // namespace

bool IsTagOpener(uint32_t c) {
  return c == '<' || c == 0xFF1C || c == 0xFE64 || c == 0x02C2 || c == 0x1438 || c == 0x276E ||
         c == 0x1D236;
}

bool IsSquareOpener(uint32_t c) { return c == '[' || c == 0xFF3B; }

bool TagFinder::BeginsTag(size_t open, size_t at, bool run) const {
  // Skip blanks and invisible characters between the `<` and what follows.
  bool hidden = false;
  bool spaced = false;
  Character c = At(text_, at);
  const auto skip = [&] {
    while (c.length > 0 && (IsBlankCharacter(c.value) || IsInvisible(c.value))) {
      (IsInvisible(c.value) ? hidden : spaced) = true;
      at += c.length;
      c = At(text_, at);
    }
  };
  skip();
  if (c.length == 0) return false;
  if (IsBar(c.value) && !spaced) return true;  // <|im_start|> and the like
  const bool marked = c.value == '/' || c.value == '!' || c.value == '?' || IsBar(c.value);
  bool odd = false;  // a character that cannot begin a name, such as * or "
  while (c.length > 0 && c.value < 0x80 && !IsWordCharacter(c.value) && !IsTagOpener(c.value) &&
         !IsCloser(c.value) && c.value != ':' && !IsBlankCharacter(c.value)) {
    odd = odd || (c.value != '/' && c.value != '!' && c.value != '?' && c.value != '\\');
    at += c.length;
    c = At(text_, at);
  }
  if (marked) {
    const bool were_spaced = spaced;
    skip();
    if (!were_spaced) {
      const Name name = ReadName(text_, at);
      const bool html = !hidden && !name.hidden && !name.foreign && IsHtmlName(name.text) &&
                        text_.substr(open + 1, at - open - 1) == "/";
      return !html;
    }
  }
  const Name name = ReadName(text_, at);
  if (!name.letters) return false;
  const bool steering = IsSteeringName(name.text);
  if (odd || IsDigit(c.value)) return steering || (hidden && name.letters);
  const Rest rest = ReadRest(text_, name.end);
  if (name.hidden || hidden) return true;
  if (spaced) return rest.closed || (steering && rest.open && !run);
  if (!run && !name.foreign) {
    if (IsTypeArguments(text_, open, at)) return false;
    if (IsInclude(text_, open, at)) return false;
    if (!steering && IsAutolink(text_, name, rest)) return false;
    if (rest.closed && IsHtmlName(name.text)) return false;
  }
  if (steering) return true;
  if (run || IsGlued(text_, open)) return rest.closed || rest.closed_word;
  return rest.closed || rest.closed_word || rest.closed_line || name.joined || name.foreign;
}

std::string_view TagFinder::Replacement(uint32_t c, size_t at) {
  if (IsSquareOpener(c)) {
    return BeginsInstruction(text_.substr(at + (c == '[' ? 1 : 3))) ? "❲" : "";
  }
  if (!IsTagOpener(c)) return {};
  if (at >= run_end_) {
    size_t last = at;
    size_t end = at;
    bool run = false;
    for (Character next = At(text_, end); next.length > 0; next = At(text_, end)) {
      if (IsTagOpener(next.value)) {
        run = run || end > at;
        last = end + next.length;
      } else if (!IsBlankCharacter(next.value) && !IsInvisible(next.value)) {
        break;
      }
      end += next.length;
    }
    run_end_ = last;
    run_is_tag_ = BeginsTag(at, last, run);
  }
  return run_is_tag_ ? "‹" : "";
}

std::string NeutraliseTags(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  TagFinder finder(text);
  for (size_t at = 0; at < text.size();) {
    const Character c = At(text, at);
    const std::string_view instead = finder.Replacement(c.value, at);
    safe.append(instead.empty() ? text.substr(at, c.length) : instead);
    at += c.length;
  }
  return safe;
}

}  // namespace katra
