// Words of all languages that mean the same (corpus/concepts.txt), so that what is learnt of one of
// them counts for all. A view of a table in the weights file; the trainer makes it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace katra::router::routing::task_sense {

// Two bytes for each possible beginning of a hash: the meaning's number (from one; zero: none) and
// eight further bits of the hash, since other words have the same beginning.
inline constexpr size_t kConceptSlots = size_t{1} << 16U;
inline constexpr size_t kConceptBytes = 2 * kConceptSlots;
inline constexpr size_t kMostConcepts = 255;

class Concepts {
 public:
  Concepts() = default;  // knows none
  // kConceptBytes, which must outlive it.
  explicit Concepts(const uint8_t* slots) : slots_(slots) {}

  // Zero: none.
  [[nodiscard]] uint8_t Of(uint32_t hash) const {
    if (slots_ == nullptr) return 0;
    const uint8_t* const slot = slots_ + 2 * size_t{hash >> 16U};
    return slot[1] == static_cast<uint8_t>(hash) ? slot[0] : uint8_t{0};
  }

 private:
  const uint8_t* slots_ = nullptr;
};

// The table of these words, a meaning a line; the earlier line has a word that stands in two.
std::string ConceptTable(const std::vector<std::vector<std::string>>& meanings);

}  // namespace katra::router::routing::task_sense
