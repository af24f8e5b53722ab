// Tells where a text begins a tag: markup of the kind that clients and models take for the
// system's, the user's or a tool's words (<system-reminder>, <invoke …>, <|im_start|>, [INST]).
// The rule goes by shape, not by a list of names, so that a tag that nobody has heard of is found,
// too; docs/guarantees.md states it. Knows nothing of Katra's domain. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace katra {

// `<`, its compatibility forms, and characters that are drawn alike.
[[nodiscard]] bool IsTagOpener(uint32_t c);

// `[` and its compatibility form.
[[nodiscard]] bool IsSquareOpener(uint32_t c);

// Looks at one text from its beginning to its end, in time linear in its length. Borrows the text.
class TagFinder {
 public:
  explicit TagFinder(std::string_view text) : text_(text) {}

  // What stands in place of the character `c` at byte `at`: empty when it begins no tag. Asked for
  // rising `at` only.
  [[nodiscard]] std::string_view Replacement(uint32_t c, size_t at);

 private:
  [[nodiscard]] bool BeginsTag(size_t open, size_t at, bool run) const;

  std::string_view text_;
  // One run of `<`, with blanks and invisible characters between them, is decided once.
  size_t run_end_ = 0;
  bool run_is_tag_ = false;
};

// `text` with the first character of each tag replaced: `<` and what looks like it by ‹ (U+2039),
// `[` by ❲ (U+2772). Everything else stays as it is.
[[nodiscard]] std::string NeutraliseTags(std::string_view text);

}  // namespace katra
