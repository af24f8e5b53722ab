// Words of different languages that mean the same (corpus/concepts.txt), so that what is learnt
// about one of them applies to all. A view of a table in the weights file, which the trainer makes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace katra::router::routing::task_sense {

// Two bytes for each possible prefix of a hash: the concept's number (from one; zero: none) and
// eight further bits of the hash, because other words have the same prefix.
inline constexpr size_t kConceptSlots = size_t{1} << 16U;
inline constexpr size_t kConceptBytes = 2 * kConceptSlots;
inline constexpr size_t kMostConcepts = 255;

class Concepts {
 public:
  Concepts() = default;  // knows none
  // kConceptBytes long; must outlive this object.
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

// The table of these words; each element holds the words of one concept. A word in two concepts
// belongs to the first.
std::string ConceptTable(const std::vector<std::vector<std::string>>& meanings);

}  // namespace katra::router::routing::task_sense
