// Which texts say nearly the same.
#include "store/search/likeness.h"

#include "tests/support/cpp/catch.h"

namespace katra::store::search {

TEST_CASE("texts that differ in case, punctuation or one word of several are nearly the same") {
  const std::string text =
      "The billing service retries a failed payment three times, then gives up";
  CHECK(Likeness(text, text) == 1);
  CHECK(Likeness(text,
                 "the billing service retries a failed payment three times - then gives up.") == 1);
  CHECK(Likeness(text, "The billing service retries a failed payment five times, then gives up") >=
        kNearlySame);
  CHECK(Likeness("Treffen im Café", "treffen im cafe") == 1);
}

TEST_CASE("texts with the same words in another order, or about something else, are not") {
  CHECK(Likeness("Sam reviews what Dario writes", "Dario reviews what Sam writes") < kNearlySame);
  CHECK(Likeness("We deploy on Mondays", "The cache is warm") == 0);
  CHECK(Likeness("deploy", "We deploy on Mondays after the review of the week") < kNearlySame);
  CHECK(Likeness("", "a word") == 0);
  CHECK(Likeness("?!", "?!") == 0);
}

}  // namespace katra::store::search
