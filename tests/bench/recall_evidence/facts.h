// What the invented people of the evidence benchmark remember, and what they are asked about it
// later. Two disjoint sets: constants of the ranking may be chosen on the first only.
#pragma once

#include <string_view>
#include <vector>

namespace katra::bench::evidence {

// [long|short]: two spellings of a term of the trade. {n}: a number, {w}: a person.
struct Fact {
  std::string_view memory;
  std::string_view question;  // the same in other words
};

// To choose constants on.
const std::vector<Fact>& TuningFacts();
// To report on.
const std::vector<Fact>& HeldOutFacts();

}  // namespace katra::bench::evidence
