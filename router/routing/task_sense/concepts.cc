#include "router/routing/task_sense/concepts.h"

#include "router/routing/task_sense/features.h"

namespace katra::router::routing::task_sense {

std::string ConceptTable(const std::vector<std::vector<std::string>>& meanings) {
  std::string table(kConceptBytes, '\0');
  for (size_t i = 0; i < meanings.size() && i < kMostConcepts; ++i) {
    for (const auto& word : meanings[i]) {
      for (const uint32_t hash : TermHashes(word)) {
        char* const slot = table.data() + 2 * size_t{hash >> 16U};
        if (slot[0] != 0) continue;
        slot[0] = static_cast<char>(static_cast<uint8_t>(i + 1));
        slot[1] = static_cast<char>(static_cast<uint8_t>(hash));
      }
    }
  }
  return table;
}

}  // namespace katra::router::routing::task_sense
