// One line of text that is being typed. Knows no terminal.
#pragma once

#include <cstddef>
#include <string>

#include "cli/watch/keys.h"

namespace katra::cli {

class LineEditor {
 public:
  // `max_bytes`: what would be longer is not taken.
  explicit LineEditor(size_t max_bytes) : max_bytes_(max_bytes) {}

  // True when the key changed the text or the cursor.
  bool Press(const Key& key);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] size_t cursor() const { return cursor_; }  // in bytes
  // Gives the text, and begins anew.
  std::string Take();
  void Set(const std::string& text);

 private:
  // The next place of a cursor, past a character with its marks.
  [[nodiscard]] size_t Before(size_t at) const;
  [[nodiscard]] size_t After(size_t at) const;
  void Erase(size_t from, size_t to);

  const size_t max_bytes_;
  std::string text_;
  size_t cursor_ = 0;
};

}  // namespace katra::cli
