#include "store/search/segment.h"

#include <array>

#include "store/search/unicode.h"

namespace katra::store::search {
namespace {

// With more changes between letters and digits than a name has, it is a hash, which is one word.
constexpr size_t kMaxPartsOfName = 5;
constexpr size_t kHashCharacters = 12;

bool IsWordClass(CharClass char_class) {
  return char_class == CharClass::kLower || char_class == CharClass::kUpper ||
         char_class == CharClass::kDigit;
}

bool IsLetter(CharClass char_class) {
  return char_class == CharClass::kLower || char_class == CharClass::kUpper;
}

CharClass ClassAt(std::string_view text, size_t at) {
  return at < text.size() ? Classify(Decode(text, at).value) : CharClass::kOther;
}

// Splits a run of letters and digits where case or kind changes. Moves `at` to its end.
class Group {
 public:
  Group(std::string_view text, size_t begin) : text_(text), begin_(begin), at_(begin) {}

  std::vector<Part> Scan() {
    std::vector<size_t> cuts;
    CharClass previous = CharClass::kOther;
    size_t previous_at = begin_;
    size_t upper_run = 0;
    size_t characters = 0;
    bool digit_cuts = false;
    while (at_ < text_.size()) {
      const CodePoint point = Decode(text_, at_);
      const CharClass char_class = Classify(point.value);
      if (char_class == CharClass::kExtend) {
        at_ += point.bytes;
        continue;
      }
      if (!IsWordClass(char_class)) break;
      const bool digit_change =
          previous != CharClass::kOther &&
          (char_class == CharClass::kDigit) != (previous == CharClass::kDigit);
      if (digit_change || (previous == CharClass::kLower && char_class == CharClass::kUpper)) {
        cuts.push_back(at_);
        digit_cuts = digit_cuts || digit_change;
      } else if (upper_run > 1 && char_class == CharClass::kLower && !IsPlural(point)) {
        cuts.push_back(previous_at);  // HTTP|Server
      }
      upper_run = char_class == CharClass::kUpper ? upper_run + 1 : 0;
      previous = char_class;
      previous_at = at_;
      at_ += point.bytes;
      ++characters;
    }
    last_ = previous;
    if (digit_cuts && cuts.size() >= kMaxPartsOfName && characters >= kHashCharacters &&
        cuts.size() * 4 >= characters) {
      cuts.clear();
    }
    return Cut(cuts);
  }

  [[nodiscard]] size_t end() const { return at_; }
  [[nodiscard]] CharClass last() const { return last_; }

 private:
  // The `s` of "URLs".
  [[nodiscard]] bool IsPlural(const CodePoint& point) const {
    return point.value == 's' && !IsWordClass(ClassAt(text_, at_ + point.bytes));
  }

  [[nodiscard]] std::vector<Part> Cut(const std::vector<size_t>& cuts) const {
    std::vector<Part> parts;
    size_t from = begin_;
    for (const size_t cut : cuts) {
      if (cut > from) parts.push_back({from, cut, from == begin_});
      from = cut;
    }
    parts.push_back({from, at_, from == begin_});
    return parts;
  }

  std::string_view text_;
  size_t begin_;
  size_t at_;
  CharClass last_ = CharClass::kOther;
};

enum class Joint { kNone, kHyphen, kApostrophe };

// The joining character at `at`, after a group that ended in `last`. `after`: where the next group
// begins.
Joint JointAt(std::string_view text, size_t at, CharClass last, size_t* after) {
  if (at >= text.size()) return Joint::kNone;
  const CodePoint point = Decode(text, at);
  *after = at + point.bytes;
  if (point.value == '_') {
    while (*after < text.size() && text[*after] == '_') ++*after;
  }
  const CharClass next = ClassAt(text, *after);
  switch (point.value) {
    case '_':
    case '-':
    case 0x2010:  // hyphen
    case 0x2011:  // non-breaking hyphen
      return IsWordClass(next) ? Joint::kHyphen : Joint::kNone;
    case '.':
    case ',':
      return last == CharClass::kDigit && next == CharClass::kDigit ? Joint::kHyphen : Joint::kNone;
    case '\'':
    case 0x2019:  // the typographic apostrophe
      return IsLetter(last) && IsLetter(next) ? Joint::kApostrophe : Joint::kNone;
    default:
      return Joint::kNone;
  }
}

// The rest of "it's", "we'll", "don't".
bool IsContraction(std::string_view rest) {
  constexpr std::array<std::string_view, 12> kRests = {"s", "t", "re", "ve", "ll", "d",
                                                       "S", "T", "RE", "VE", "LL", "m"};
  for (const std::string_view known : kRests) {
    if (rest == known) return true;
  }
  return rest == "M" || rest == "D";
}

}  // namespace

Segment ScanSegment(std::string_view text, size_t at) {
  Segment segment;
  Group first(text, at);
  segment.parts = first.Scan();
  segment.end = first.end();
  CharClass last = first.last();
  size_t after = 0;
  for (Joint joint = JointAt(text, segment.end, last, &after); joint != Joint::kNone;
       joint = JointAt(text, segment.end, last, &after)) {
    Group group(text, after);
    const std::vector<Part> parts = group.Scan();
    segment.end = group.end();
    last = group.last();
    if (joint == Joint::kApostrophe && IsContraction(text.substr(after, group.end() - after))) {
      continue;
    }
    segment.parts.insert(segment.parts.end(), parts.begin(), parts.end());
  }
  return segment;
}

}  // namespace katra::store::search
