// Splits one run of letters, digits and joining characters ("snake_case", "HTTPServer",
// "well-known", "1.32.2", "Sam's") into its parts. Pure.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace katra::store::search {

struct Part {
  size_t begin = 0;
  size_t end = 0;
  // After a hyphen, an underscore, …; not after a change of case or to digits.
  bool begins_group = false;
  [[nodiscard]] size_t size() const { return end - begin; }
};

struct Segment {
  size_t end = 0;           // where the rest of the text begins
  std::vector<Part> parts;  // at least one, in order, none empty
};

// `at` must be at a letter (not of a dense script) or a digit of `text`.
[[nodiscard]] Segment ScanSegment(std::string_view text, size_t at);

}  // namespace katra::store::search
