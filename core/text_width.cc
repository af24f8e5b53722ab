#include "core/text_width.h"

#include <utf8proc.h>

#include <algorithm>

namespace katra {
namespace {

// Returns the columns of the character at `at` and advances past it. A byte of invalid UTF-8 takes
// one column.
size_t NextWidth(std::string_view text, size_t* at) {
  utf8proc_int32_t character = 0;
  const utf8proc_ssize_t read =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + *at,
                       static_cast<utf8proc_ssize_t>(text.size() - *at), &character);
  if (read <= 0) {
    ++*at;
    return 1;
  }
  *at += static_cast<size_t>(read);
  return static_cast<size_t>(std::max(0, utf8proc_charwidth(character)));
}

}  // namespace

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) width += NextWidth(text, &at);
  return width;
}

std::string_view TruncateToWidth(std::string_view text, size_t columns) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t start = at;
    width += NextWidth(text, &at);
    if (width > columns) return text.substr(0, start);
  }
  return text;
}

}  // namespace katra
