// The trained weights, in the layout of the file: a view, never a copy.
//
//   0   8  magic "KATRATS\n"
//   8   4  version, 12 4 attributes, 16 4 bucket bits, 20 4 zero
//   24  8  bytes in the whole file
//   32  8  checksum of all that follows it
//   40 104 scale of each attribute's weights (float), 144 104 bias of each (float)
//   256    rarity of each bucket's words (one byte each; see RarityOf)
//   128 K  the words of each concept (see concepts.h)
//   then   weights: for each bucket, one signed byte per attribute
// Numbers are little-endian.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "router/routing/task_sense/attributes.h"
#include "router/routing/task_sense/concepts.h"
#include "router/routing/task_sense/features.h"

namespace katra::router::routing::task_sense {

inline constexpr uint32_t kWeightsVersion = 2;
inline constexpr size_t kWeightsHeaderBytes = 256;
inline constexpr size_t kWeightsBytes =
    kWeightsHeaderBytes + kBuckets + kConceptBytes + kBuckets * kAttributes;

// A view: the bytes must outlive it. Read-only, so any number of threads may use it.
class Weights {
 public:
  // Checks the header, the size and the checksum.
  static Result<Weights> Read(std::string_view bytes);

  [[nodiscard]] const int8_t* row(uint32_t hash) const {
    return rows_ + size_t{Bucket(hash)} * kAttributes;
  }
  [[nodiscard]] float scale(size_t attribute) const { return scales_[attribute]; }
  [[nodiscard]] float bias(size_t attribute) const { return biases_[attribute]; }
  // Inverse document frequency (natural logarithm) of a feature in the corpus.
  [[nodiscard]] float RarityOf(uint32_t hash) const {
    return static_cast<float>(rarity_[Bucket(hash)]) * kRarityUnit;
  }

  [[nodiscard]] const Concepts& concepts() const { return concepts_; }

  static constexpr float kRarityUnit = 1.0F / 24.0F;

 private:
  Weights() = default;

  std::array<float, kAttributes> scales_{};
  std::array<float, kAttributes> biases_{};
  const uint8_t* rarity_ = nullptr;
  Concepts concepts_;
  const int8_t* rows_ = nullptr;
};

// The contents of a weights file; for the trainer.
struct WeightsParts {
  std::array<float, kAttributes> scales{};
  std::array<float, kAttributes> biases{};
  std::string rarity;    // kBuckets bytes
  std::string concepts;  // kConceptBytes
  std::string rows;      // kBuckets * kAttributes bytes
};
std::string WeightsFile(const WeightsParts& parts);

// The weights that are embedded in the program (weights.bin).
std::string_view EmbeddedWeights();

}  // namespace katra::router::routing::task_sense
