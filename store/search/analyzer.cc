#include "store/search/analyzer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <unordered_set>

#include "store/search/segment.h"
#include "store/search/unicode.h"

namespace katra::store::search {
namespace {

constexpr size_t kContextBytes = 600;    // of a message, used as context of the following ones
constexpr size_t kDenseRunBytes = 600;   // folded in one call
constexpr size_t kMaxFoldedBytes = 512;  // limit per word: folding sorts marks, in quadratic time
constexpr size_t kMaxJoinedParts = 12;
constexpr size_t kLongWordCharacters = 6;  // shorter words are not searched inside others

class Analysis {
 public:
  Analysis(std::string_view text, const TokenSink& sink) : text_(text), sink_(sink) {}

  void Run() {
    while (at_ < text_.size()) {
      const CodePoint point = Decode(text_, at_);
      switch (Classify(point.value)) {
        case CharClass::kDense:
          TakeDenseRun();
          break;
        case CharClass::kLower:
        case CharClass::kUpper:
        case CharClass::kDigit:
          TakeSegment();
          break;
        case CharClass::kSymbol:
          token_.clear();
          AppendFolded(text_.substr(at_, point.bytes), &token_);
          Emit(token_, TokenKind::kWord);
          at_ += point.bytes;
          break;
        case CharClass::kExtend:
        case CharClass::kOther:
          at_ += point.bytes;
          break;
      }
    }
  }

 private:
  [[nodiscard]] bool IsWordAt(size_t at) const {
    if (at >= text_.size()) return false;
    switch (Classify(Decode(text_, at).value)) {
      case CharClass::kLower:
      case CharClass::kUpper:
      case CharClass::kDigit:
        return true;
      default:
        return false;
    }
  }

  // Symbols after a name that are part of it, as a word: "plusplus" for C++, "sharp" for F#. Empty
  // where they may be an operator ("a+b") or begin a number ("issue#12").
  [[nodiscard]] std::string_view SignsAt(size_t at, size_t name_bytes, size_t* bytes) const {
    constexpr size_t kLongestSharp = 3;  // as in C#, J#, VB#
    const std::string_view rest = text_.substr(at);
    if (rest.starts_with("++") && !rest.substr(2).starts_with('+')) {
      *bytes = 2;
      return "plusplus";
    }
    const bool alone =
        !IsWordAt(at + 1) &&
        !rest.substr(std::min<size_t>(1, rest.size())).starts_with(rest.substr(0, 1));
    *bytes = 1;
    if (rest.starts_with('#') && name_bytes <= kLongestSharp && alone) return "sharp";
    if (rest.starts_with('+') && alone) return "plus";
    return {};
  }

  // Emits a name with its symbols. The letter of C++ is not the word C and is not emitted by
  // itself. Returns whether the word itself should be skipped.
  bool TakeSigns(size_t begin) {
    size_t bytes = 0;
    const std::string_view signs = SignsAt(at_, at_ - begin, &bytes);
    if (signs.empty()) return false;
    const CodePoint first = Decode(text_, begin);
    const bool is_letter = at_ - begin == first.bytes && Classify(first.value) != CharClass::kDigit;
    token_.clear();
    Fold({begin, at_});
    token_ += signs;
    if (token_.size() <= kMaxTokenBytes) {
      Emit(token_, is_letter ? TokenKind::kWord : TokenKind::kJoined);
    }
    if (!is_letter) return false;
    at_ += bytes;
    LeaveName();
    return true;
  }

  // Emits a name that begins with a dot: "dotnet" for .NET, "dotenv" for .env.
  void TakeDot(size_t begin) {
    constexpr std::string_view kEnds = ".)]}";  // the dot after these belongs to them
    const bool dot = begin > 0 && text_[begin - 1] == '.' && name_words_ == 0;
    if (!dot || Classify(Decode(text_, begin).value) == CharClass::kDigit) return;
    if (begin > 1) {
      const char before = text_[begin - 2];
      if (IsAsciiLetter(before) || (before & 0x80) != 0 ||
          kEnds.find(before) != std::string_view::npos) {
        return;
      }
    }
    token_ = "dot";
    Fold({begin, at_});
    if (token_.size() <= kMaxTokenBytes) Emit(token_, TokenKind::kJoined);
  }

  static bool IsAsciiLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  // Whether a dot between `last` and `next` is part of a name (node.js, ASP.NET, U.S.A.), and not
  // the end of a sentence without a following blank (end.Next).
  [[nodiscard]] bool DotJoins(size_t last, size_t next) const {
    const auto upper = [this](size_t at) {
      return Classify(Decode(text_, at).value) == CharClass::kUpper;
    };
    return !upper(next) || (static_cast<unsigned char>(text_[last]) < 0x80 && upper(last));
  }

  // Collects names joined by dots and slashes: "node.js", "u.s.a.", "ci/cd". `begin`: start of the
  // word just read.
  void GatherName(size_t begin) {
    constexpr size_t kShort = 3;  // a slash joins only abbreviations, not folders of a path
    if (at_ - begin <= kMaxTokenBytes) {
      Fold({begin, at_}, &name_);
      ++name_words_;
      name_is_short_ = name_is_short_ && at_ - begin <= kShort;
    }
    const char joint = at_ < text_.size() ? text_[at_] : ' ';
    const bool goes_on =
        IsWordAt(at_ + 1) && (joint == '/' || (joint == '.' && DotJoins(at_ - 1, at_ + 1)));
    if (joint == '/') name_has_slash_ = true;
    if (goes_on && name_words_ < kMaxJoinedParts) {
      ++at_;
      return;
    }
    const bool joined = name_words_ > 1 && (!name_has_slash_ || (name_is_short_ && !goes_on));
    if (joined && name_.size() <= kMaxTokenBytes) Emit(name_, TokenKind::kJoined);
    LeaveName();
  }

  void LeaveName() {
    name_.clear();
    name_words_ = 0;
    name_has_slash_ = false;
    name_is_short_ = true;
  }
  void Emit(std::string_view token, TokenKind kind) {
    if (token.size() > kMaxTokenBytes) token = token.substr(0, CutAt(token, kMaxTokenBytes));
    if (!token.empty()) sink_(token, kind);
  }

  // The largest size up to `limit` that does not split a character.
  static size_t CutAt(std::string_view token, size_t limit) {
    while (limit > 0 && (static_cast<unsigned char>(token[limit]) & 0xC0) == 0x80) --limit;
    return limit;
  }

  void TakeSegment() {
    const size_t begin = at_;
    const Segment segment = ScanSegment(text_, at_);
    at_ = segment.end;
    const std::vector<Part>& parts = segment.parts;
    if (TakeSigns(begin)) return;
    TakeDot(begin);
    GiveParts(parts);
    GatherName(begin);
  }

  void GiveParts(const std::vector<Part>& parts) {
    for (const Part& part : parts) {
      token_.clear();
      Fold(part);
      Emit(token_, parts.size() == 1 ? TokenKind::kWord : TokenKind::kPart);
    }
    if (parts.size() == 1 || parts.size() > kMaxJoinedParts) return;
    EmitJoined(parts, 0, parts.size());
    // The text between hyphens or underscores: "utf8" in "utf8_decode".
    size_t first = 0;
    for (size_t i = 1; i <= parts.size(); ++i) {
      if (i < parts.size() && !parts[i].begins_group) continue;
      if (i - first > 1 && i - first < parts.size()) EmitJoined(parts, first, i);
      first = i;
    }
  }

  void EmitJoined(const std::vector<Part>& parts, size_t first, size_t end) {
    token_.clear();
    for (size_t i = first; i < end; ++i) Fold(parts[i]);
    if (token_.size() <= kMaxTokenBytes) Emit(token_, TokenKind::kJoined);
  }

  void Fold(const Part& part) { Fold(part, &token_); }
  void Fold(const Part& part, std::string* out) const {
    std::string_view word = text_.substr(part.begin, part.size());
    if (word.size() > kMaxFoldedBytes) word = word.substr(0, CutAt(word, kMaxFoldedBytes));
    AppendFolded(word, out);
  }

  void TakeDenseRun() {
    const size_t begin = at_;
    while (at_ < text_.size()) {
      const CodePoint point = Decode(text_, at_);
      const CharClass char_class = Classify(point.value);
      if (char_class != CharClass::kDense && char_class != CharClass::kExtend) break;
      // Cut before a letter if possible, so that a mark stays with its letter.
      const size_t taken = at_ - begin;
      if (taken >= kDenseRunBytes && char_class == CharClass::kDense) break;
      if (taken >= 2 * kDenseRunBytes) break;
      at_ += point.bytes;
    }
    const std::u32string run = Folded(text_.substr(begin, at_ - begin));
    if (run.size() == 1) EmitCharacters(run, 0, 1, TokenKind::kGram);
    for (size_t i = 0; i + 1 < run.size(); ++i) EmitCharacters(run, i, 2, TokenKind::kGram);
    for (size_t i = 0; run.size() > 1 && i < run.size(); ++i) {
      const bool neighbour_is_han =
          (i > 0 && IsHan(run[i - 1])) || (i + 1 < run.size() && IsHan(run[i + 1]));
      EmitCharacters(run, i, 1,
                     IsHan(run[i]) && !neighbour_is_han ? TokenKind::kLoneChar : TokenKind::kChar);
    }
  }

  void EmitCharacters(const std::u32string& run, size_t first, size_t count, TokenKind kind) {
    token_.clear();
    for (size_t i = first; i < first + count; ++i) AppendUtf8(run[i], &token_);
    Emit(token_, kind);
  }

  std::string_view text_;
  const TokenSink& sink_;
  size_t at_ = 0;
  std::string token_;
  // The name being collected by GatherName.
  std::string name_;
  size_t name_words_ = 0;
  bool name_has_slash_ = false;
  bool name_is_short_ = true;
};

void AppendWord(std::string_view word, std::string* out) {
  if (!out->empty()) out->push_back(' ');
  out->append(word);
}

size_t CountCharacters(std::string_view token) {
  return static_cast<size_t>(
      std::count_if(token.begin(), token.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

void Analyze(std::string_view text, const TokenSink& sink) { Analysis(text, sink).Run(); }

IndexedText AnalyzeForIndex(std::string_view text) {
  IndexedText result;
  result.text.reserve(text.size() + text.size() / 8);
  std::unordered_set<std::string> characters;
  std::unordered_set<std::string> words;
  Analyze(text, [&](std::string_view token, TokenKind kind) {
    if (IsInOrder(kind)) {
      AppendWord(token, &result.text);
    } else if (kind == TokenKind::kJoined || characters.emplace(token).second) {
      AppendWord(token, &result.extra);
    }
    const bool is_word =
        kind == TokenKind::kWord || kind == TokenKind::kPart || kind == TokenKind::kJoined;
    if (is_word && token.size() >= kLongWordCharacters &&
        CountCharacters(token) >= kLongWordCharacters && words.emplace(token).second) {
      result.long_words.emplace_back(token);
    }
  });
  return result;
}

std::string AnalyzeForContext(std::string_view text) {
  if (text.size() > kContextBytes) {
    size_t size = kContextBytes;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    text = text.substr(0, size);
  }
  std::string result;
  result.reserve(text.size());
  Analyze(text, [&](std::string_view token, TokenKind kind) {
    if (IsInOrder(kind) && !IsStopWord(token)) AppendWord(token, &result);
  });
  return result;
}

std::string DateTokens(WallTime time) {
  constexpr std::array kMonths = {"january",   "february", "march",    "april",
                                  "may",       "june",     "july",     "august",
                                  "september", "october",  "november", "december"};
  constexpr std::array kWeekdays = {"sunday",   "monday", "tuesday", "wednesday",
                                    "thursday", "friday", "saturday"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::string iso = FormatDate(time);
  const auto month = static_cast<unsigned>(date.month());
  std::string result = iso.substr(0, iso.find('-', 1));
  AppendWord(kMonths[month - 1], &result);
  AppendWord(std::to_string(static_cast<unsigned>(date.day())), &result);
  AppendWord(kWeekdays[std::chrono::weekday(day).c_encoding()], &result);
  std::string joined;
  AppendFolded(iso, &joined);
  AppendWord(joined, &result);
  return result;
}

}  // namespace katra::store::search
