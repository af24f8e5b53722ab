// The bytes of a terminal's keyboard as keys. A state machine: a sequence may come in pieces. Knows
// no screen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace katra::cli {

struct Key {
  enum class Kind {
    kText,  // `text`: typed or pasted, one character or several
    kEnter,
    kBackspace,
    kDelete,
    kLeft,
    kRight,
    kHome,
    kEnd,
    kPageUp,
    kPageDown,
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
  // The keys that are whole by now; what is not known is dropped. Text is valid UTF-8 without
  // control characters, except line breaks of a paste.
  [[nodiscard]] std::vector<Key> Read(std::string_view bytes);

 private:
  // How much of the start of `pending_` is one key; 0: more bytes are needed.
  size_t Take(std::vector<Key>* keys);
  size_t TakeEscape(std::vector<Key>* keys);
  size_t TakeText(std::vector<Key>* keys);

  std::string pending_;
  bool pasting_ = false;
};

}  // namespace katra::cli
