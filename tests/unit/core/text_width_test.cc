// Columns on a terminal, where a character is not always one of them.
#include "core/text_width.h"

#include "tests/support/cpp/catch.h"

namespace katra {
namespace {

TEST_CASE("wide characters take two columns and combining ones none") {
  CHECK(DisplayWidth("") == 0);
  CHECK(DisplayWidth("abc") == 3);
  CHECK(DisplayWidth("日本") == 4);
  CHECK(DisplayWidth("e\xCC\x81") == 1);
  CHECK(DisplayWidth("\xff") == 1);
}

TEST_CASE("text is cut before the character that does not fit") {
  CHECK(TruncateToWidth("abc", 5) == "abc");
  CHECK(TruncateToWidth("abc", 2) == "ab");
  CHECK(TruncateToWidth("日本", 3) == "日");
  CHECK(TruncateToWidth("e\xCC\x81x", 1) == "e\xCC\x81");
  CHECK(TruncateToWidth("日", 0).empty());
}

}  // namespace
}  // namespace katra
