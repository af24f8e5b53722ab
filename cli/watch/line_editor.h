// An editor for one line of text. Knows no terminal.
#pragma once

#include <cstddef>
#include <string>

#include "cli/watch/keys.h"

namespace katra::cli {

class LineEditor {
 public:
  // Input that would exceed `max_bytes` is ignored.
  explicit LineEditor(size_t max_bytes) : max_bytes_(max_bytes) {}

  // Returns whether the key changed the text or the cursor.
  bool Press(const Key& key);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] size_t cursor() const { return cursor_; }  // in bytes
  // Returns the text and clears the line.
  std::string Take();
  void Set(const std::string& text);

 private:
  // The previous or next cursor position, treating a character and its marks as one.
  [[nodiscard]] size_t Before(size_t at) const;
  [[nodiscard]] size_t After(size_t at) const;
  void Erase(size_t from, size_t to);

  const size_t max_bytes_;
  std::string text_;
  size_t cursor_ = 0;
};

}  // namespace katra::cli
