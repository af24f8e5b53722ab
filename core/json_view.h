// Reads JSON without building values: one pass checks the grammar and records the position of each
// value; views then find members and return their bytes as written. Copying spans instead of
// parsing and re-serialising keeps the sender's numbers, escapes and key order, and is cheap for
// long documents.
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

// One value of a JsonDocument, or kMissing, for which every method returns a harmless default.
// Valid until the document parses again or its text is freed.
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

  // The value's bytes; of a string with its quotes. Empty if missing.
  [[nodiscard]] std::string_view Raw() const;
  // Where Raw() starts in the document's text.
  [[nodiscard]] size_t Offset() const;
  // A string's bytes between the quotes, still escaped: may be copied into another JSON string.
  [[nodiscard]] std::string_view RawString() const;
  [[nodiscard]] bool HasEscapes() const;
  // The decoded string; a lone surrogate becomes U+FFFD. Empty for other types.
  [[nodiscard]] std::string Text() const;
  // Whether this is a string that decodes to `text`.
  [[nodiscard]] bool Is(std::string_view text) const;
  // The number if it has no fraction and fits (1e3 and 2.0 too).
  [[nodiscard]] std::optional<int64_t> Integer() const;
  [[nodiscard]] std::optional<double> Number() const;

  // A member of an object. If the key occurs more than once, the last one.
  [[nodiscard]] JsonView operator[](std::string_view key) const;
  [[nodiscard]] size_t Size() const;
  [[nodiscard]] bool Empty() const { return Size() == 0; }

  // Iterates over the items of an array, or the member values of an object, whose keys Key()
  // returns. Other types are empty.
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
  // The key of a member reached by iterating over an object.
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

  // Borrows `text`, which must outlive the views. Reuses the memory of an earlier parse. The
  // message of kInvalidArgument says what was expected at which byte. Does not check UTF-8.
  [[nodiscard]] Status Parse(std::string_view text);

  // Missing unless the last Parse succeeded.
  [[nodiscard]] JsonView Root() const;
  [[nodiscard]] std::string_view text() const { return text_; }

 private:
  friend class JsonView;
  friend class JsonView::Iterator;
  friend class JsonParser;

  // An object's children are its keys and values in turn. `next` is the node after this value and
  // its descendants.
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

// The index after the string whose opening quote is at `at`, or npos if it does not end. Checks
// escapes and control characters unless `lenient`. `escapes` may be nullptr.
[[nodiscard]] size_t SkipJsonString(std::string_view text, size_t at, bool* escapes, bool lenient);

}  // namespace katra
