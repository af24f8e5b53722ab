// The features of a text that the classifier uses: hashes of its words, pairs of words, pieces of
// words, and marks of its layout. The same text gives the same hashes on every machine.
//
// A change here invalidates the weights: train them again (katra_train_task_sense).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "router/routing/task_sense/concepts.h"

namespace katra::router::routing::task_sense {

// The vector of each group is normalised to length one, whatever the length of the text.
enum class Group : uint8_t { kWords, kPieces, kShape, kPasted, kConcepts };
inline constexpr size_t kGroups = 5;

inline constexpr unsigned kBucketBits = 16;
inline constexpr size_t kBuckets = size_t{1} << kBucketBits;

constexpr uint32_t Bucket(uint32_t hash) { return hash >> (32U - kBucketBits); }

struct Features {
  // Without duplicate buckets in a group; in the order of the text.
  std::array<std::vector<uint32_t>, kGroups> hashes;
  size_t typed_words = 0;

  [[nodiscard]] const std::vector<uint32_t>& of(Group group) const {
    return hashes[static_cast<size_t>(group)];
  }
};

// Bounded in time and size, however long the text is (see layout.h).
Features ReadFeatures(std::string_view text, const Concepts& concepts);

// The hashes by which Concepts knows a word, or a pair of words with a blank between them: the
// word's own and, of a long word, that of its beginning, for its other forms. Empty: not a term of
// that kind.
std::vector<uint32_t> TermHashes(std::string_view text);

// The weight of a single feature of each group, so that each group has length one.
std::array<float, kGroups> GroupScales(const Features& features);

}  // namespace katra::router::routing::task_sense
