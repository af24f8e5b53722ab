#include "core/blanks.h"

#include <algorithm>

#include "core/unicode.h"

namespace katra {

std::string WithSingleBlanks(std::string_view text) {
  std::string single;
  single.reserve(text.size());
  bool blank = false;
  while (!text.empty()) {
    uint32_t code_point = 0;
    const size_t length = std::max<size_t>(DecodeUtf8(text, &code_point), 1);
    if (code_point == ' ' || IsBlankCharacter(code_point)) {
      blank = true;
    } else {
      if (blank && !single.empty()) single += ' ';
      blank = false;
      single += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return single;
}

}  // namespace katra
