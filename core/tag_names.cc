#include "core/tag_names.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/text.h"
#include "core/unicode.h"

namespace katra {
namespace {

// Each list is sorted, for binary search.
constexpr std::array<std::string_view, 76> kHtml = {
    "a",      "article", "aside",  "audio",   "b",       "blockquote", "body",   "br",
    "button", "canvas",  "center", "circle",  "code",    "col",        "dd",     "del",
    "div",    "dl",      "dt",     "em",      "figure",  "font",       "footer", "form",
    "g",      "h1",      "h2",     "h3",      "h4",      "h5",         "h6",     "head",
    "header", "hr",      "html",   "i",       "iframe",  "img",        "ins",    "kbd",
    "label",  "li",      "line",   "link",    "main",    "meta",       "nav",    "ol",
    "option", "p",       "path",   "picture", "polygon", "pre",        "q",      "rect",
    "s",      "section", "select", "small",   "span",    "strong",     "style",  "sub",
    "sup",    "svg",     "table",  "tbody",   "td",      "textarea",   "tfoot",  "th",
    "thead",  "tr",      "u",      "ul"};
static_assert(std::is_sorted(kHtml.begin(), kHtml.end()));

constexpr std::array<std::string_view, 55> kTypes = {
    "any",    "auto",     "bigint", "bool",      "boolean", "byte",     "char",    "class",
    "const",  "decltype", "dict",   "double",    "dyn",     "enum",     "extends", "f32",
    "f64",    "float",    "i128",   "i16",       "i32",     "i64",      "i8",      "int",
    "isize",  "keyof",    "list",   "long",      "mut",     "never",    "null",    "number",
    "object", "readonly", "ref",    "set",       "short",   "signed",   "static",  "std",
    "str",    "string",   "struct", "super",     "tuple",   "typename", "u128",    "u16",
    "u32",    "u64",      "u8",     "undefined", "unknown", "unsigned", "void"};
static_assert(std::is_sorted(kTypes.begin(), kTypes.end()));

constexpr std::array<std::string_view, 32> kSteering = {
    "antml",    "assistant",   "bash",         "channel", "command",  "developer", "endoftext",
    "function", "functions",   "hook",         "human",   "im",       "important", "inst",
    "instruct", "instruction", "instructions", "invoke",  "override", "parameter", "parameters",
    "prompt",   "reminder",    "sys",          "system",  "teammate", "think",     "thinking",
    "tool",     "toolcall",    "tools",        "user"};
static_assert(std::is_sorted(kSteering.begin(), kSteering.end()));

// First words of marks in square brackets.
constexpr std::array<std::string_view, 12> kInstructions = {
    "ASSISTANT", "AVAILABLE", "DEVELOPER", "FUNCTION", "HUMAN", "IMPORTANT",
    "INST",      "SYS",       "SYSTEM",    "TOOL",     "TOOLS", "USER"};
static_assert(std::is_sorted(kInstructions.begin(), kInstructions.end()));

template <size_t kCount>
bool Has(const std::array<std::string_view, kCount>& sorted, std::string_view word) {
  return std::binary_search(sorted.begin(), sorted.end(), word);
}

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool IsHtmlName(std::string_view name) { return Has(kHtml, name); }

bool IsSteeringWord(std::string_view word) {
  constexpr size_t kLongest = 16;
  return word.size() <= kLongest && Has(kSteering, ToLowerAscii(word));
}

bool IsSteeringName(std::string_view name) {
  while (!name.empty()) {
    const size_t end = std::min(name.find_first_of("-.:"), name.size());
    if (IsSteeringWord(name.substr(0, end))) return true;
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return false;
}

bool IsTypeWord(std::string_view word) {
  if (IsSteeringWord(word)) return false;
  if (Has(kTypes, word) || word.ends_with("_t")) return true;
  if (std::all_of(word.begin(), word.end(), IsDigit)) return true;
  if (word.empty() || !IsUpper(word[0])) return false;
  // A capital, alone or with a digit.
  const bool parameter = word.size() <= 2 && std::all_of(word.begin() + 1, word.end(), IsDigit);
  const bool camel = std::any_of(word.begin(), word.end(), IsLower) &&
                     std::none_of(word.begin(), word.end(), [](char c) { return c == '_'; });
  return parameter || camel;
}

bool BeginsInstruction(std::string_view text) {
  constexpr size_t kLongest = 48;  // bytes to the end of the first word
  std::string word;
  size_t at = 0;
  const auto skip = [&](bool slash) {
    uint32_t c = 0;
    while (at < text.size() && at < kLongest) {
      const size_t length = DecodeUtf8(text.substr(at), &c);
      const bool blank = length > 0 && !IsLineBreak(c) && (IsBlankCharacter(c) || IsInvisible(c));
      if (!blank && !(slash && (c == '/' || c == '['))) return;
      at += length;
    }
  };
  skip(true);
  while (at < text.size() && at < kLongest && (IsUpper(text[at]) || IsLower(text[at]))) {
    word += text[at++];
    uint32_t c = 0;
    while (at < text.size() && at < kLongest && DecodeUtf8(text.substr(at), &c) > 0 &&
           IsInvisible(c)) {
      at += DecodeUtf8(text.substr(at), &c);
    }
  }
  if (word.empty()) return false;
  const std::string upper = [&] {
    std::string all = word;
    for (char& c : all) {
      if (IsLower(c)) c = static_cast<char>(c - 'a' + 'A');
    }
    return all;
  }();
  if (!Has(kInstructions, upper)) return false;
  if (word == upper) return true;
  if (upper == "INST") return text.substr(at).starts_with(']');
  return IsUpper(word[0]) && at < text.size() && (text[at] == ']' || text[at] == ':');
}

}  // namespace katra
