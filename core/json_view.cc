#include "core/json_view.h"

#include <charconv>
#include <cmath>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/json_write.h"

namespace katra {
namespace {

bool IsHex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The index after the escape whose backslash is at `at`, or npos.
size_t SkipEscape(std::string_view text, size_t at) {
  if (at + 1 >= text.size()) return std::string_view::npos;
  const char kind = text[at + 1];
  if (kind != 'u') {
    const bool known = kind == 'n' || kind == '"' || kind == '\\' || kind == 't' || kind == '/' ||
                       kind == 'r' || kind == 'b' || kind == 'f';
    return known ? at + 2 : std::string_view::npos;
  }
  if (at + 6 > text.size()) return std::string_view::npos;
  for (size_t i = at + 2; i < at + 6; ++i) {
    if (!IsHex(text[i])) return std::string_view::npos;
  }
  return at + 6;
}

// A bit mask of those of the 64 bytes at `at` that are quotes or backslashes, or controls if
// `kControls`; the first byte is the lowest bit.
template <bool kControls>
uint64_t Specials(const char* at) {
  uint64_t mask = 0;
#ifdef __SSE2__
  const __m128i quotes = _mm_set1_epi8('"');
  const __m128i slashes = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(0x1F);
  for (int i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at) + i);
    __m128i hits = _mm_or_si128(_mm_cmpeq_epi8(bytes, quotes), _mm_cmpeq_epi8(bytes, slashes));
    if constexpr (kControls) {
      const __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes);
      hits = _mm_or_si128(hits, controls);
    }
    mask |= static_cast<uint64_t>(static_cast<uint32_t>(_mm_movemask_epi8(hits))) << (16 * i);
  }
#else
  for (int i = 0; i < 64; ++i) {
    const bool control = kControls && static_cast<unsigned char>(at[i]) < 0x20;
    mask |= static_cast<uint64_t>(at[i] == '"' || at[i] == '\\' || control) << i;
  }
#endif
  return mask;
}

// Finds only the end of the string.
size_t FindClosingQuote(std::string_view text, size_t at) {
  constexpr size_t kBlock = 64;
  size_t from = at + 1;
  while (from + kBlock <= text.size()) {
    size_t step = kBlock;
    for (uint64_t mask = Specials<false>(text.data() + from); mask != 0;) {
      const auto bit = static_cast<size_t>(__builtin_ctzll(mask));
      if (text[from + bit] == '"') return from + bit + 1;
      if (bit == kBlock - 1) ++step;  // the escaped character is in the next block
      mask &= ~(uint64_t{3} << bit);
    }
    from += step;
  }
  for (; from < text.size(); ++from) {
    if (text[from] == '"') return from + 1;
    if (text[from] == '\\') ++from;
  }
  return std::string_view::npos;
}

}  // namespace

size_t SkipJsonString(std::string_view text, size_t at, bool* escapes, bool lenient) {
  if (lenient && escapes == nullptr) return FindClosingQuote(text, at);
  constexpr size_t kBlock = 64;
  size_t i = at + 1;
  while (i + kBlock <= text.size()) {
    const size_t block = i;
    i += kBlock;
    for (uint64_t mask = Specials<true>(text.data() + block); mask != 0;) {
      const auto bit = static_cast<size_t>(__builtin_ctzll(mask));
      const size_t special = block + bit;
      if (text[special] == '"') return special + 1;
      mask &= mask - 1;
      if (text[special] != '\\') {
        if (!lenient) return std::string_view::npos;
        continue;
      }
      if (escapes != nullptr) *escapes = true;
      const size_t after = lenient ? special + 2 : SkipEscape(text, special);
      if (after == std::string_view::npos) return after;
      if (after >= block + kBlock) {
        i = after;
        break;
      }
      mask &= ~uint64_t{0} << (after - block);
    }
  }
  while (i < text.size()) {
    const char c = text[i];
    if (c == '"') return i + 1;
    if (c == '\\') {
      if (escapes != nullptr) *escapes = true;
      i = lenient ? i + 2 : SkipEscape(text, i);
      if (i == std::string_view::npos) return i;
    } else if (static_cast<unsigned char>(c) < 0x20 && !lenient) {
      return std::string_view::npos;
    } else {
      ++i;
    }
  }
  return std::string_view::npos;
}

// One pass over the text; recursion is bounded by kMaxDepth.
class JsonParser {
 public:
  explicit JsonParser(JsonDocument& document) : document_(document), text_(document.text_) {}

  Status Run() {
    SkipSpace();
    if (!Value(0)) return Fault();
    SkipSpace();
    if (at_ != text_.size()) {
      expected_ = "the end of the document";
      return Fault();
    }
    return {};
  }

 private:
  Status Fault() {
    return Fail(ErrorCode::kInvalidArgument,
                "malformed JSON: expected " + std::string(expected_) + " at byte " +
                    std::to_string(at_) + (at_ >= text_.size() ? ", where the text ends" : ""));
  }

  bool Expected(const char* what) {
    expected_ = what;
    return false;
  }

  void SkipSpace() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  bool Take(char c) {
    SkipSpace();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  size_t Open(JsonType type) {
    document_.nodes_.push_back({static_cast<uint32_t>(at_), 0, 0, type, false});
    return document_.nodes_.size() - 1;
  }

  void Close(size_t index) {
    auto& node = document_.nodes_[index];
    node.end = static_cast<uint32_t>(at_);
    node.next = static_cast<uint32_t>(document_.nodes_.size());
  }

  bool Value(size_t depth) {
    if (at_ >= text_.size()) return Expected("a value");
    switch (text_[at_]) {
      case '{':
        return Object(depth);
      case '[':
        return Array(depth);
      case '"':
        return String();
      case 't':
        return Word("true", JsonType::kBool);
      case 'f':
        return Word("false", JsonType::kBool);
      case 'n':
        return Word("null", JsonType::kNull);
      default:
        return Number();
    }
  }

  bool Object(size_t depth) {
    if (depth >= JsonDocument::kMaxDepth) return Expected("fewer nested values");
    const size_t index = Open(JsonType::kObject);
    ++at_;
    if (!Take('}')) {
      do {
        SkipSpace();
        if (at_ >= text_.size() || text_[at_] != '"') return Expected("a key in quotes");
        if (!String()) return false;
        if (!Take(':')) return Expected("\":\" after a key");
        SkipSpace();
        if (!Value(depth + 1)) return false;
      } while (Take(','));
      if (!Take('}')) return Expected("\",\" or \"}\"");
    }
    Close(index);
    return true;
  }

  bool Array(size_t depth) {
    if (depth >= JsonDocument::kMaxDepth) return Expected("fewer nested values");
    const size_t index = Open(JsonType::kArray);
    ++at_;
    if (!Take(']')) {
      do {
        SkipSpace();
        if (!Value(depth + 1)) return false;
      } while (Take(','));
      if (!Take(']')) return Expected("\",\" or \"]\"");
    }
    Close(index);
    return true;
  }

  bool String() {
    const size_t index = Open(JsonType::kString);
    bool escapes = false;
    const size_t end = SkipJsonString(text_, at_, &escapes, false);
    if (end == std::string_view::npos) {
      return Expected("a string with its closing quote, valid escapes and no control characters");
    }
    at_ = end;
    document_.nodes_[index].escapes = escapes;
    Close(index);
    return true;
  }

  bool Word(std::string_view word, JsonType type) {
    if (text_.substr(at_, word.size()) != word) return Expected("true, false or null");
    const size_t index = Open(type);
    at_ += word.size();
    Close(index);
    return true;
  }

  bool Digits() {
    if (at_ >= text_.size() || !IsDigit(text_[at_])) return Expected("a value");
    while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
    return true;
  }

  bool Number() {
    const size_t index = Open(JsonType::kNumber);
    if (text_[at_] == '-') ++at_;
    if (at_ < text_.size() && text_[at_] == '0') {
      ++at_;
    } else if (!Digits()) {
      return false;
    }
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      if (!Digits()) return false;
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (!Digits()) return false;
    }
    Close(index);
    return true;
  }

  JsonDocument& document_;
  std::string_view text_;
  size_t at_ = 0;
  std::string_view expected_ = "a value";
};

Status JsonDocument::Parse(std::string_view text) {
  text_ = text;
  nodes_.clear();
  if (text.size() >= UINT32_MAX) {
    return Fail(ErrorCode::kResourceExhausted, "a JSON document of 4 GiB or more; send less");
  }
  auto parsed = JsonParser(*this).Run();
  if (!parsed) nodes_.clear();
  return parsed;
}

JsonView JsonDocument::Root() const { return nodes_.empty() ? JsonView() : JsonView(this, 0); }

JsonType JsonView::type() const {
  return document_ == nullptr ? JsonType::kMissing : document_->nodes_[index_].type;
}

bool JsonView::IsNothing() const {
  return document_ == nullptr || document_->nodes_[index_].type == JsonType::kNull;
}

bool JsonView::IsTrue() const { return type() == JsonType::kBool && Raw()[0] == 't'; }
bool JsonView::IsFalse() const { return type() == JsonType::kBool && Raw()[0] == 'f'; }

std::string_view JsonView::Raw() const {
  if (document_ == nullptr) return {};
  const auto& node = document_->nodes_[index_];
  return document_->text_.substr(node.begin, node.end - node.begin);
}

size_t JsonView::Offset() const {
  return document_ == nullptr ? 0 : document_->nodes_[index_].begin;
}

std::string_view JsonView::RawString() const {
  if (!IsString()) return {};
  const std::string_view raw = Raw();
  return raw.substr(1, raw.size() - 2);
}

bool JsonView::HasEscapes() const { return IsString() && document_->nodes_[index_].escapes; }

std::string JsonView::Text() const {
  if (!HasEscapes()) return std::string(RawString());
  return UnescapeJson(RawString());
}

bool JsonView::Is(std::string_view text) const {
  if (!IsString()) return false;
  return HasEscapes() ? Text() == text : RawString() == text;
}

std::optional<double> JsonView::Number() const {
  if (!IsNumber()) return std::nullopt;
  const std::string_view raw = Raw();
  double value = 0;
  const auto [end, fault] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  if (fault != std::errc() || end != raw.data() + raw.size()) return std::nullopt;
  return value;
}

std::optional<int64_t> JsonView::Integer() const {
  if (!IsNumber()) return std::nullopt;
  const std::string_view raw = Raw();
  int64_t value = 0;
  const auto [end, fault] = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  if (fault == std::errc() && end == raw.data() + raw.size()) return value;
  const auto real = Number();
  constexpr double kLimit = 9.0e18;
  if (!real || std::floor(*real) != *real || std::fabs(*real) > kLimit) return std::nullopt;
  return static_cast<int64_t>(*real);
}

JsonView JsonView::operator[](std::string_view key) const {
  JsonView found;
  if (!IsObject()) return found;
  const auto& nodes = document_->nodes_;
  for (uint32_t i = index_ + 1; i < nodes[index_].next; i = nodes[i + 1].next) {
    const auto& node = nodes[i];
    const bool same = node.escapes
                          ? JsonView(document_, i).Is(key)
                          : node.end - node.begin == key.size() + 2 &&
                                document_->text_.compare(node.begin + 1, key.size(), key) == 0;
    if (same) found = JsonView(document_, i + 1);
  }
  return found;
}

size_t JsonView::Size() const {
  size_t count = 0;
  for (auto it = begin(); it != end(); ++it) ++count;
  return count;
}

JsonView JsonView::Key() const {
  if (document_ == nullptr || index_ == 0) return {};
  return {document_, index_ - 1};
}

JsonView::Iterator JsonView::begin() const {
  if (!IsArray() && !IsObject()) return {document_, 0, false};
  // In an object the iterator points to a value; its key is the node before it.
  const bool empty = document_->nodes_[index_].next == index_ + 1;
  return {document_, index_ + (IsObject() && !empty ? 2 : 1), IsObject()};
}

JsonView::Iterator JsonView::end() const {
  if (!IsArray() && !IsObject()) return {document_, 0, false};
  const uint32_t next = document_->nodes_[index_].next;
  const bool empty = next == index_ + 1;
  return {document_, next + (IsObject() && !empty ? 1 : 0), IsObject()};
}

JsonView::Iterator& JsonView::Iterator::operator++() {
  index_ = document_->nodes_[index_].next + (object_ ? 1 : 0);
  return *this;
}

JsonView JsonView::Iterator::operator*() const { return {document_, index_}; }

}  // namespace katra
