#include "store/search/analyzer.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <unordered_set>

#include "store/search/segment.h"
#include "store/search/unicode.h"

namespace katra::store::search {
namespace {

constexpr size_t kContextBytes = 600;    // of a turn, that it lends to those after it
constexpr size_t kDenseRunBytes = 600;   // folded at once
constexpr size_t kMaxFoldedBytes = 512;  // of a word: folding puts marks in order, in square time
constexpr size_t kMaxJoinedParts = 12;
constexpr size_t kLongWordCharacters = 6;  // shorter words are not looked for within others

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
  void Emit(std::string_view token, TokenKind kind) {
    if (token.size() > kMaxTokenBytes) token = token.substr(0, CutAt(token, kMaxTokenBytes));
    if (!token.empty()) sink_(token, kind);
  }

  // The largest size up to `limit` that cuts no character.
  static size_t CutAt(std::string_view token, size_t limit) {
    while (limit > 0 && (static_cast<unsigned char>(token[limit]) & 0xC0) == 0x80) --limit;
    return limit;
  }

  void TakeSegment() {
    const Segment segment = ScanSegment(text_, at_);
    at_ = segment.end;
    const std::vector<Part>& parts = segment.parts;
    for (const Part& part : parts) {
      token_.clear();
      Fold(part);
      Emit(token_, parts.size() == 1 ? TokenKind::kWord : TokenKind::kPart);
    }
    if (parts.size() == 1 || parts.size() > kMaxJoinedParts) return;
    EmitJoined(parts, 0, parts.size());
    // What stands between hyphens or underscores: "utf8" of "utf8_decode".
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

  void Fold(const Part& part) {
    std::string_view word = text_.substr(part.begin, part.size());
    if (word.size() > kMaxFoldedBytes) word = word.substr(0, CutAt(word, kMaxFoldedBytes));
    AppendFolded(word, &token_);
  }

  void TakeDenseRun() {
    const size_t begin = at_;
    while (at_ < text_.size()) {
      const CodePoint point = Decode(text_, at_);
      const CharClass char_class = Classify(point.value);
      if (char_class != CharClass::kDense && char_class != CharClass::kExtend) break;
      // Cut before a letter where possible, so that a mark stays with it.
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
