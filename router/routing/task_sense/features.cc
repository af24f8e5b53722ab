#include "router/routing/task_sense/features.h"

#include <algorithm>
#include <bitset>
#include <cmath>
#include <string>

#include "router/routing/task_sense/layout.h"
#include "router/routing/task_sense/letters.h"

namespace katra::router::routing::task_sense {
namespace {

constexpr size_t kMostWords = 900;
constexpr size_t kMostPieces = 6000;
constexpr size_t kMostConceptsOfText = 14;
constexpr size_t kShortestStem = 5;
constexpr size_t kLongestWord = 24;  // code points that are looked at

// What a hash begins with, so that a word and a piece of the same letters differ.
enum Seed : uint32_t {
  kSeedWord = 0x51ED2701,
  kSeedPair = 0x2C1B3C6D,
  kSeedFirst = 0x7F4A7C15,
  kSeedPiece = 0x1B873593,
  kSeedShape = 0x38B34AE5,
  kSeedPasted = 0x5BD1E995,
  kSeedPath = 0x45D9F3B3,
  kSeedLast = 0x119DE1F3,
  kSeedStem = 0x632BE5AB,
  kSeedConcept = 0x7A3D91E7,
};

constexpr uint32_t Add(uint32_t hash, uint32_t value) {
  hash ^= value;
  hash *= 0x01000193U;
  return hash ^ (hash >> 15U);
}

// Spreads what Add left in the lower bits over all of them (MurmurHash3's ending).
constexpr uint32_t Finish(uint32_t hash) {
  hash ^= hash >> 16U;
  hash *= 0x85EBCA6BU;
  hash ^= hash >> 13U;
  hash *= 0xC2B2AE35U;
  return hash ^ (hash >> 16U);
}

class Collector {
 public:
  Collector(Features* features, const Concepts& concepts)
      : features_(features), concepts_(concepts) {}

  void Put(Group group, uint32_t hash, size_t most) {
    auto& hashes = features_->hashes[static_cast<size_t>(group)];
    if (hashes.size() >= most) return;
    auto& seen = seen_[group == Group::kPieces ? 1 : 0];
    const uint32_t finished = Finish(hash);
    if (seen[Bucket(finished)]) return;
    seen.set(Bucket(finished));
    hashes.push_back(finished);
  }
  void Word(uint32_t hash) { Put(Group::kWords, hash, 3 * kMostWords); }
  // True: there is a meaning by that hash.
  bool Meaning(uint32_t hash, bool first) {
    const uint8_t meaning = concepts_.Of(Finish(hash));
    if (meaning == 0) return false;
    if (first) Put(Group::kConcepts, Add(Add(kSeedConcept, meaning), 1), kMostWords);
    if (std::find(meanings_.begin(), meanings_.end(), meaning) != meanings_.end()) return true;
    Put(Group::kConcepts, Add(kSeedConcept, meaning), kMostWords);
    if (meanings_.size() >= kMostConceptsOfText) return true;
    for (const uint8_t other : meanings_) {
      Put(Group::kConcepts,
          Add(Add(Add(kSeedConcept, std::min(meaning, other)), std::max(meaning, other)), 2),
          kMostWords);
    }
    meanings_.push_back(meaning);
    return true;
  }
  void Piece(uint32_t hash) { Put(Group::kPieces, hash, kMostPieces); }
  void Shape(uint32_t what) { Put(Group::kShape, Add(kSeedShape, what), kMostWords); }
  void Pasted(uint32_t hash) { Put(Group::kPasted, hash, kMostWords); }

 private:
  Features* features_;
  Concepts concepts_;
  std::vector<uint8_t> meanings_;
  std::array<std::bitset<kBuckets>, 2> seen_;
};

struct Piece {
  std::array<char32_t, kLongestWord> letters;
  size_t size = 0;
  bool digits = true;
  uint32_t hash = 0;

  void Begin(uint32_t seed) {
    size = 0;
    digits = true;
    hash = seed;
  }
  void Push(const Letter& letter) {
    hash = Add(hash, letter.code);
    digits = digits && letter.kind == LetterKind::kDigit;
    if (size < letters.size()) letters[size] = letter.code;
    ++size;
  }
  [[nodiscard]] size_t known() const { return std::min(size, letters.size()); }
};

// A chunk between blanks that is a name of something and not words: a path, an identifier, a URL.
struct Chunk {
  bool url = false;
  bool path = false;
  bool identifier = false;
  [[nodiscard]] bool name() const { return url || path || identifier; }
};

bool AsciiWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

Chunk KindOf(std::string_view text) {
  Chunk chunk;
  chunk.url = text.find("://") != std::string_view::npos || text.starts_with("www.");
  size_t slashes = 0;
  bool extension = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool before = i > 0 && AsciiWord(text[i - 1]);
    const bool after = i + 1 < text.size() && AsciiWord(text[i + 1]);
    if (c == '/' && after) ++slashes;
    if (c == '_' && before && after) chunk.identifier = true;
    if (c == ':' && i + 2 < text.size() && text[i + 1] == ':') chunk.identifier = true;
    if (c == '(' && before && i + 1 < text.size() && text[i + 1] == ')') chunk.identifier = true;
    if (c == '.' && before && after && text[i + 1] >= 'a' && text[i + 1] <= 'z') extension = true;
    const bool small = c >= 'a' && c <= 'z';
    if (small && after && text[i + 1] >= 'A' && text[i + 1] <= 'Z') chunk.identifier = true;
  }
  const bool begins = text.size() > 1 && (text[0] == '/' || text[0] == '~' || text[0] == '.');
  chunk.path = !chunk.url && (extension || slashes >= 2 || (begins && slashes >= 1));
  return chunk;
}

// Reads lines into the groups of words and pieces.
class WordReader {
 public:
  explicit WordReader(Collector* out) : out_(out) {}

  void Line(std::string_view line) {
    before_ = kSeedPair;
    first_in_line_ = true;
    size_t at = 0;
    while (at < line.size()) {
      if (line[at] == ' ' || line[at] == '\t') {
        ++at;
        continue;
      }
      const size_t end = std::min(line.find_first_of(" \t", at), line.size());
      const auto chunk = line.substr(at, end - at);
      const Chunk kind = KindOf(chunk);
      url_ = url_ || kind.url;
      path_ = path_ || kind.path;
      identifier_ = identifier_ || kind.identifier;
      if (kind.name()) {
        Name(chunk);
      } else {
        Words(chunk);
      }
      at = end;
    }
    EndIdeographs();
  }

  [[nodiscard]] bool url() const { return url_; }
  [[nodiscard]] bool path() const { return path_; }
  [[nodiscard]] bool identifier() const { return identifier_; }
  [[nodiscard]] size_t words() const { return words_; }

 private:
  // Its parts say what it is about, but less than words do.
  void Name(std::string_view chunk) {
    EndIdeographs();
    uint32_t hash = kSeedPath;
    size_t size = 0;
    for (size_t at = 0; at <= chunk.size();) {
      const Letter letter = at < chunk.size() ? Fold(NextCodePoint(chunk, &at)) : (++at, Letter{});
      if (letter.kind == LetterKind::kSeparator) {
        if (size > 1) out_->Word(hash);
        hash = kSeedPath;
        size = 0;
      } else if (letter.kind != LetterKind::kNothing) {
        hash = Add(hash, letter.code);
        ++size;
      }
    }
    Pair(Add(kSeedPath, 1));
    ++words_;
  }

  void Words(std::string_view chunk) {
    word_.Begin(kSeedWord);
    for (size_t at = 0; at < chunk.size();) {
      const Letter letter = Fold(NextCodePoint(chunk, &at));
      if (letter.kind == LetterKind::kNothing) continue;
      if (letter.kind == LetterKind::kIdeograph) {
        EndWord();
        Ideograph(letter.code);
      } else if (letter.kind == LetterKind::kSeparator) {
        if (Apostrophe(letter.code) && word_.size > 1 && Contraction(chunk.substr(at))) continue;
        EndWord();
        EndIdeographs();
      } else {
        EndIdeographs();
        word_.Push(letter);
      }
    }
    EndWord();
  }

  static bool Apostrophe(char32_t code) { return code == '\'' || code == 0x2019; }
  // don't, it's, we'll: one word; l'erreur, d'accord: two.
  static bool Contraction(std::string_view rest) {
    return std::min(rest.find_first_of(".,;:!?)\""), rest.size()) <= 2;
  }

  void EndWord() {
    if (word_.size == 0) return;
    ++words_;
    if (words_ <= kMostWords) {
      out_->Word(word_.hash);
      Meaning();
      if (words_ <= 2) out_->Word(Add(word_.hash, kSeedFirst));
      Pair(word_.hash);
      if (!word_.digits) Pieces();
    }
    first_in_line_ = false;
    word_.Begin(kSeedWord);
  }

  // Of the word, or of the longest beginning that has one.
  void Meaning() {
    const bool first = words_ <= 2;
    if (out_->Meaning(word_.hash, first)) return;
    std::array<uint32_t, kLongestWord> hashes;
    uint32_t hash = kSeedStem;
    for (size_t i = 0; i < word_.known(); ++i) hashes[i] = hash = Add(hash, word_.letters[i]);
    const size_t least =
        std::max(kShortestStem, word_.known() - std::min<size_t>(word_.known(), 5));
    for (size_t size = word_.known(); size >= least; --size) {
      if (out_->Meaning(hashes[size - 1], first)) return;
    }
  }

  void Pair(uint32_t hash) {
    out_->Word(Add(Add(before_, hash), kSeedPair));
    out_->Meaning(Add(Add(before_, hash), kSeedPair), words_ <= 2);
    if (first_in_line_ && words_ > 2) out_->Word(Add(hash, kSeedLast));
    before_ = hash;
  }

  // Pieces of two to five letters, with the word's ends marked.
  void Pieces() {
    std::array<char32_t, kLongestWord + 2> letters;
    const size_t size = word_.known() + 2;
    letters[0] = '^';
    std::copy_n(word_.letters.begin(), word_.known(), letters.begin() + 1);
    letters[size - 1] = '$';
    for (size_t begin = 0; begin + 1 < size; ++begin) {
      uint32_t hash = Add(kSeedPiece, letters[begin]);
      for (size_t i = begin + 1; i < std::min(begin + 5, size); ++i) {
        hash = Add(hash, letters[i]);
        out_->Piece(hash);
      }
    }
  }

  // One to three ideographs in a row.
  void Ideograph(char32_t code) {
    ++ideographs_;
    if (ideographs_ == 1) words_ += 1;
    if (ideographs_ % 2 == 0) words_ += 1;
    if (words_ > kMostWords) return;
    uint32_t hash = Add(kSeedWord, code);
    out_->Word(hash);
    const bool first = words_ <= 3;
    out_->Meaning(hash, first);
    if (run_ >= 1) {
      hash = Add(Add(kSeedWord, last_[0]), code);
      out_->Word(hash);
      out_->Meaning(hash, first);
    }
    for (size_t size = 3; size <= 4 && run_ + 1 >= size; ++size) {
      hash = kSeedPiece;
      for (size_t i = size - 1; i > 0; --i) hash = Add(hash, last_[i - 1]);
      hash = Add(hash, code);
      out_->Piece(hash);
      out_->Meaning(hash, first);
    }
    if (ideographs_ == 2) out_->Word(Add(Add(Add(kSeedFirst, last_[0]), code), 2));
    last_ = {code, last_[0], last_[1]};
    ++run_;
  }
  void EndIdeographs() {
    if (run_ >= 2) out_->Word(Add(Add(Add(kSeedLast, last_[1]), last_[0]), 2));
    run_ = 0;
  }

  Collector* out_;
  Piece word_;
  uint32_t before_ = kSeedPair;
  std::array<char32_t, 3> last_{};
  size_t run_ = 0;
  size_t ideographs_ = 0;
  size_t words_ = 0;
  bool first_in_line_ = true;
  bool url_ = false;
  bool path_ = false;
  bool identifier_ = false;
};

void ReadPasted(const Layout& layout, Collector* out) {
  for (const auto line : layout.pasted) {
    uint32_t hash = kSeedPasted;
    size_t size = 0;
    for (size_t at = 0; at <= line.size();) {
      const Letter letter = at < line.size() ? Fold(NextCodePoint(line, &at)) : (++at, Letter{});
      if (letter.kind == LetterKind::kLetter || letter.kind == LetterKind::kIdeograph) {
        hash = Add(hash, letter.code);
        ++size;
      } else if (letter.kind != LetterKind::kNothing) {
        if (size > 2 && size < kLongestWord) out->Pasted(hash);
        hash = kSeedPasted;
        size = 0;
      }
    }
  }
}

uint32_t LengthClass(size_t count) {
  uint32_t bits = 0;
  while (count > 0) {
    ++bits;
    count >>= 1U;
  }
  return std::min(bits, 9U);
}

void ReadPunctuation(Layout* layout) {
  size_t capitals = 0;
  size_t letters = 0;
  for (const auto line : layout->typed) {
    for (size_t i = 0; i < line.size(); ++i) {
      const char c = line[i];
      if (c == '?') layout->set(Mark::kQuestion);
      if (c == '!') layout->set(Mark::kExclamation);
      capitals += c >= 'A' && c <= 'Z' ? 1 : 0;
      letters += c >= 'a' && c <= 'z' ? 1 : 0;
      const bool digits = i >= 1 && i + 1 < line.size() && c == '.' && line[i - 1] >= '0' &&
                          line[i - 1] <= '9' && line[i + 1] >= '0' && line[i + 1] <= '9';
      if (digits) layout->set(Mark::kVersion);
    }
    if (line.find("？") != std::string_view::npos || line.find("؟") != std::string_view::npos) {
      layout->set(Mark::kQuestion);
    }
  }
  if (capitals > 10 && capitals > 3 * letters) layout->set(Mark::kCapitals);
  if (layout->typed.empty()) return;
  const auto last = layout->typed.back();
  if (last.ends_with("?") || last.ends_with("？") || last.ends_with("؟")) {
    layout->set(Mark::kEndsInQuestion);
  }
}

void ReadShape(const Layout& layout, size_t words, Collector* out) {
  uint32_t pasted = 0;
  for (size_t i = 0; i < layout.marks.size(); ++i) {
    if (!layout.marks[i]) continue;
    out->Shape(static_cast<uint32_t>(i));
    // What is asked about a trace is not what is asked about a diff.
    if (i <= static_cast<size_t>(Mark::kConflict)) pasted = static_cast<uint32_t>(i) + 1;
  }
  const bool asks = layout.has(Mark::kQuestion);
  out->Shape(100 + LengthClass(words));
  out->Shape(200 + LengthClass(layout.pasted_lines));
  out->Shape(300 + 32 * std::min(LengthClass(words), 4U) + pasted);
  out->Shape(500 + 32 * (asks ? 1U : 0U) + pasted);
  if (layout.cut) out->Shape(600);
}

}  // namespace

Features ReadFeatures(std::string_view text, const Concepts& concepts) {
  Features features;
  features.hashes[static_cast<size_t>(Group::kWords)].reserve(64);
  features.hashes[static_cast<size_t>(Group::kPieces)].reserve(256);
  Layout layout = ReadLayout(text);
  ReadPunctuation(&layout);
  Collector out(&features, concepts);
  WordReader words(&out);
  for (const auto line : layout.typed) words.Line(line);
  if (words.url()) layout.set(Mark::kUrl);
  if (words.path()) layout.set(Mark::kPath);
  if (words.identifier()) layout.set(Mark::kIdentifier);
  features.typed_words = words.words();
  ReadShape(layout, words.words(), &out);
  ReadPasted(layout, &out);
  return features;
}

std::vector<uint32_t> TermHashes(std::string_view text) {
  std::vector<std::vector<char32_t>> words(1);
  std::vector<char32_t> ideographs;
  for (size_t at = 0; at < text.size();) {
    const Letter letter = Fold(NextCodePoint(text, &at));
    if (letter.kind == LetterKind::kNothing) continue;
    if (letter.kind == LetterKind::kIdeograph) ideographs.push_back(letter.code);
    if (letter.kind == LetterKind::kLetter || letter.kind == LetterKind::kDigit) {
      words.back().push_back(letter.code);
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  const auto hashed = [](uint32_t hash, const std::vector<char32_t>& letters, size_t count) {
    for (size_t i = 0; i < count; ++i) hash = Add(hash, letters[i]);
    return hash;
  };
  if (!ideographs.empty()) {
    if (!words.empty() || ideographs.size() > 4) return {};
    const uint32_t seed = ideographs.size() <= 2 ? kSeedWord : kSeedPiece;
    return {Finish(hashed(seed, ideographs, ideographs.size()))};
  }
  if (words.size() == 2) {
    const uint32_t one = hashed(kSeedWord, words[0], words[0].size());
    const uint32_t two = hashed(kSeedWord, words[1], words[1].size());
    return {Finish(Add(Add(one, two), kSeedPair))};
  }
  if (words.size() != 1) return {};
  const auto& word = words[0];
  std::vector<uint32_t> hashes = {Finish(hashed(kSeedWord, word, word.size()))};
  if (word.size() > kShortestStem) {
    const size_t stem = std::max(kShortestStem, word.size() - 2);
    hashes.push_back(Finish(hashed(kSeedStem, word, std::min(stem, kLongestWord))));
  }
  return hashes;
}

std::array<float, kGroups> GroupScales(const Features& features) {
  static constexpr std::array<float, kGroups> kStrength = {1.0F, 0.5F, 0.8F, 0.7F, 1.0F};
  std::array<float, kGroups> scales{};
  for (size_t group = 0; group < kGroups; ++group) {
    const size_t count = features.hashes[group].size();
    if (count > 0) scales[group] = kStrength[group] / std::sqrt(static_cast<float>(count));
  }
  return scales;
}

}  // namespace katra::router::routing::task_sense
