// Finds tags in text: markup that clients and models could take for words of the system, the user
// or a tool (<system-reminder>, <invoke …>, <|im_start|>, [INST]). Tags are found by shape and not
// by a list of names, so unknown ones are found too; docs/guarantees.md states the rule. Knows
// nothing of Katra's domain. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace katra {

// `<`, its compatibility forms, and look-alikes.
[[nodiscard]] bool IsTagOpener(uint32_t c);

// `[` and its compatibility form.
[[nodiscard]] bool IsSquareOpener(uint32_t c);

// Scans one text from beginning to end, in linear time. Borrows the text.
class TagFinder {
 public:
  explicit TagFinder(std::string_view text) : text_(text) {}

  // The replacement of the character `c` at byte `at`; empty if it does not begin a tag. `at` must
  // increase from call to call.
  [[nodiscard]] std::string_view Replacement(uint32_t c, size_t at);

 private:
  [[nodiscard]] bool BeginsTag(size_t open, size_t at, bool run) const;

  std::string_view text_;
  // A run of `<`, possibly with blanks and invisible characters in between, is decided once.
  size_t run_end_ = 0;
  bool run_is_tag_ = false;
};

// Replaces the first character of each tag: `<` and its look-alikes by ‹ (U+2039), `[` by ❲
// (U+2772). Everything else is unchanged.
[[nodiscard]] std::string NeutraliseTags(std::string_view text);

}  // namespace katra
