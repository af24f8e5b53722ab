// Decodes terminal input into keys. A state machine: an escape sequence may arrive in pieces. Knows
// no screen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace katra::cli {

struct Key {
  enum class Kind {
    kText,  // typed or pasted `text`, one or more characters
    kEnter,
    kBackspace,
    kDelete,
    kLeft,
    kRight,
    kHome,
    kEnd,
    kUp,
    kDown,
    kPageUp,
    kPageDown,
    kTab,
    kKillWord,    // Ctrl-W
    kKillBefore,  // Ctrl-U
    kKillAfter,   // Ctrl-K
    kRedraw,      // Ctrl-L
    kLeave,       // Ctrl-C, or Ctrl-D
  };
  Kind kind = Kind::kText;
  std::string text;
};

class KeyReader {
 public:
  // The complete keys so far; unknown sequences are dropped. Text is valid UTF-8 without control
  // characters, except line breaks in a paste.
  [[nodiscard]] std::vector<Key> Read(std::string_view bytes);

 private:
  // The length of the first key in `pending_`; 0: more bytes are needed.
  size_t Take(std::vector<Key>* keys);
  size_t TakeEscape(std::vector<Key>* keys);
  size_t TakeText(std::vector<Key>* keys);

  std::string pending_;
  bool pasting_ = false;
};

}  // namespace katra::cli
