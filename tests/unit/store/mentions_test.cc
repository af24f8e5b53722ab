// Whom a message names.
#include "store/mentions.h"

#include "tests/support/cpp/catch.h"

namespace katra::store {
namespace {

TEST_CASE("a name counts as mentioned as a word of its own, in any case") {
  CHECK(Mentions("@Sam look", "Sam"));
  CHECK(Mentions("(cc @SAM)", "Sam"));
  CHECK(Mentions("@Samuel, @sam.", "Sam"));
  CHECK_FALSE(Mentions("@Samuel", "Sam"));
  CHECK_FALSE(Mentions("@Sam-2", "Sam"));
  CHECK_FALSE(Mentions("a@sam.org? no: x@Sam", "Sam"));
  CHECK_FALSE(Mentions("Sam", "Sam"));
}

}  // namespace
}  // namespace katra::store
