// Reading JSON without building values: one pass checks the grammar and notes where each value
// stands; views then find members and hand out the bytes as they were written. Copying a span
// instead of parsing and writing it again keeps numbers, escapes and key order as the sender had
// them, and costs little on long documents.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace katra {

enum class JsonType : uint8_t { kMissing, kNull, kBool, kNumber, kString, kArray, kObject };

class JsonDocument;

// One value of a JsonDocument, or kMissing, of which every question has a harmless answer. Valid
// until the document is parsed anew or its text goes.
class JsonView {
 public:
  JsonView() = default;

  [[nodiscard]] JsonType type() const;
  [[nodiscard]] bool IsMissing() const { return document_ == nullptr; }
  // Missing or null.
  [[nodiscard]] bool IsNothing() const;
  [[nodiscard]] bool IsObject() const { return type() == JsonType::kObject; }
  [[nodiscard]] bool IsArray() const { return type() == JsonType::kArray; }
  [[nodiscard]] bool IsString() const { return type() == JsonType::kString; }
  [[nodiscard]] bool IsNumber() const { return type() == JsonType::kNumber; }
  [[nodiscard]] bool IsTrue() const;
  [[nodiscard]] bool IsFalse() const;

  // The value's own bytes, a string with its quotes. Empty when missing.
  [[nodiscard]] std::string_view Raw() const;
  // Where Raw() starts in the document's text.
  [[nodiscard]] size_t Offset() const;
  // A string's bytes between the quotes, escapes and all: may be copied into another JSON string.
  [[nodiscard]] std::string_view RawString() const;
  [[nodiscard]] bool HasEscapes() const;
  // A string without its escapes; a lone surrogate becomes U+FFFD. Empty for other types.
  [[nodiscard]] std::string Text() const;
  // Whether this is a string that means `text`.
  [[nodiscard]] bool Is(std::string_view text) const;
  // A number without fraction that fits (also 1e3 and 2.0).
  [[nodiscard]] std::optional<int64_t> Integer() const;
  [[nodiscard]] std::optional<double> Number() const;

  // Members or items. An object's member named twice: the last one.
  [[nodiscard]] JsonView operator[](std::string_view key) const;
  [[nodiscard]] size_t Size() const;
  [[nodiscard]] bool Empty() const { return Size() == 0; }

  // Items of an array, or members of an object with Key(). Anything else has none.
  class Iterator {
   public:
    Iterator(const JsonDocument* document, uint32_t index, bool object)
        : document_(document), index_(index), object_(object) {}
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }
    Iterator& operator++();
    JsonView operator*() const;

   private:
    const JsonDocument* document_;
    uint32_t index_;
    bool object_;
  };
  [[nodiscard]] Iterator begin() const;
  [[nodiscard]] Iterator end() const;
  // The key of a member that an object's iteration gave.
  [[nodiscard]] JsonView Key() const;

 private:
  friend class JsonDocument;
  JsonView(const JsonDocument* document, uint32_t index) : document_(document), index_(index) {}

  const JsonDocument* document_ = nullptr;
  uint32_t index_ = 0;
};

// Not thread-safe. Not movable: its views point at it.
class JsonDocument {
 public:
  static constexpr size_t kMaxDepth = 256;

  JsonDocument() = default;
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;

  // `text` is borrowed and must outlive the views. Memory of an earlier parse is used again.
  // kInvalidArgument says what was expected and at which byte. UTF-8 is not checked.
  [[nodiscard]] Status Parse(std::string_view text);

  // Missing unless the last Parse succeeded.
  [[nodiscard]] JsonView Root() const;
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  friend class JsonView;
  friend class JsonView::Iterator;
  friend class JsonParser;

  // An object's children are its keys and values in turn; `next` skips a value with all in it.
  struct Node {
    uint32_t begin;
    uint32_t end;
    uint32_t next;
    JsonType type;
    bool escapes;
  };

  std::string_view text_;
  std::vector<Node> nodes_;
};

// The index after the string that starts (with its quote) at `at`, or npos when it does not end.
// Checks escapes and control characters unless `lenient`. `escapes` may be nullptr.
[[nodiscard]] size_t SkipJsonString(std::string_view text, size_t at, bool* escapes, bool lenient);

}  // namespace katra
