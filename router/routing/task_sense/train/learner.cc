#include "router/routing/task_sense/train/learner.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

#include "router/routing/task_sense/train/exact_math.h"

namespace katra::router::routing::task_sense::train {
namespace {

constexpr size_t kFollow = Index(Attribute::kFollowUp);
using Row = std::array<float, kAttributes>;

// xorshift64*
class Shuffler {
 public:
  void operator()(std::vector<size_t>* order) {
    for (size_t i = order->size(); i > 1; --i) std::swap((*order)[i - 1], (*order)[Next() % i]);
  }

 private:
  uint64_t Next() {
    state_ ^= state_ >> 12U;
    state_ ^= state_ << 25U;
    state_ ^= state_ >> 27U;
    return (state_ * 0x2545F4914F6CDD1DULL) >> 11U;
  }
  uint64_t state_ = 0x9E3779B97F4A7C15ULL;
};

// The first label counts most.
Row Wanted(const Example& example) {
  static constexpr std::array<std::array<float, 3>, 3> kShares = {
      {{1.0F, 0.0F, 0.0F}, {0.7F, 0.3F, 0.0F}, {0.6F, 0.25F, 0.15F}}};
  Row wanted{};
  const size_t count = std::min<size_t>(example.labels.size(), 3);
  for (size_t i = 0; i < count; ++i) wanted[Index(example.labels[i])] += kShares[count - 1][i];
  wanted[kFollow] = example.follow_up ? 1.0F : 0.0F;
  return wanted;
}

class Model {
 public:
  Model() : rows_(kBuckets), squares_(kBuckets) {}

  [[nodiscard]] Row Logits(const Features& features,
                           const std::array<float, kGroups>& scales) const {
    Row logits = biases_;
    for (size_t group = 0; group < kGroups; ++group) {
      Row sums{};
      for (const uint32_t hash : features.hashes[group]) {
        const Row& row = rows_[Bucket(hash)];
        for (size_t i = 0; i < kAttributes; ++i) sums[i] += row[i];
      }
      for (size_t i = 0; i < kAttributes; ++i) logits[i] += scales[group] * sums[i];
    }
    return logits;
  }

  void Step(const Features& features, const std::array<float, kGroups>& scales, const Row& slope,
            float rate, float keep) {
    for (size_t group = 0; group < kGroups; ++group) {
      Row part;
      for (size_t i = 0; i < kAttributes; ++i) part[i] = slope[i] * scales[group];
      for (const uint32_t hash : features.hashes[group]) {
        Adjust(&rows_[Bucket(hash)], &squares_[Bucket(hash)], part, rate, keep);
      }
    }
    Row part = slope;
    for (float& value : part) value *= 0.3F;
    Adjust(&biases_, &bias_squares_, part, rate, 1.0F);
  }

  [[nodiscard]] WeightsParts Quantised() const {
    WeightsParts parts;
    parts.biases = biases_;
    parts.rows.resize(kBuckets * kAttributes);
    for (size_t i = 0; i < kAttributes; ++i) {
      float most = 1e-6F;
      for (const Row& row : rows_) most = std::max(most, std::fabs(row[i]));
      parts.scales[i] = most / 127.0F;
      for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
        const float steps = rows_[bucket][i] / parts.scales[i];
        parts.rows[bucket * kAttributes + i] =
            static_cast<char>(static_cast<int8_t>(std::lround(steps)));
      }
    }
    return parts;
  }

 private:
  static void Adjust(Row* row, Row* squares, const Row& slope, float rate, float keep) {
    for (size_t i = 0; i < kAttributes; ++i) {
      (*squares)[i] += slope[i] * slope[i];
      (*row)[i] = (*row)[i] * keep - rate * slope[i] / std::sqrt((*squares)[i] + 1e-4F);
    }
  }

  std::vector<Row> rows_;
  std::vector<Row> squares_;
  Row biases_{};
  Row bias_squares_{};
};

// How far the model is from what is wanted, an attribute each.
Row Slope(const Row& logits, const Example& example, const Row& wanted, float weight) {
  Row slope{};
  if (!example.labels.empty()) {
    double most = logits[0];
    for (size_t i = 0; i < kTasks; ++i) most = std::max<double>(most, logits[i]);
    std::array<double, kTasks> shares;
    double sum = 0;
    for (size_t i = 0; i < kTasks; ++i) sum += shares[i] = Exp(logits[i] - most);
    for (size_t i = 0; i < kTasks; ++i) {
      slope[i] = weight * (static_cast<float>(shares[i] / sum) - wanted[i]);
    }
  }
  // A route's description is no turn of a conversation.
  if (!example.description) {
    const double follow = 1 / (1 + Exp(-logits[kFollow]));
    slope[kFollow] = weight * (static_cast<float>(follow) - wanted[kFollow]);
  }
  return slope;
}

std::string Rarity(const std::vector<const Features*>& features) {
  std::vector<uint32_t> counts(kBuckets);
  for (const Features* of : features) {
    for (const auto group : {Group::kWords, Group::kPieces, Group::kConcepts}) {
      for (const uint32_t hash : of->of(group)) ++counts[Bucket(hash)];
    }
  }
  const double all = static_cast<double>(features.size());
  std::string rarity(kBuckets, '\0');
  for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
    const double idf = Log((all + 1) / (counts[bucket] + 0.5));
    const double steps = std::clamp(idf / double{Weights::kRarityUnit}, 0.0, 255.0);
    rarity[bucket] = static_cast<char>(static_cast<uint8_t>(std::lround(steps)));
  }
  return rarity;
}

}  // namespace

WeightsParts Learn(const std::vector<const Example*>& examples,
                   const std::vector<const Features*>& features, const std::string& concepts,
                   const Settings& settings) {
  Model model;
  std::vector<size_t> order(examples.size());
  std::iota(order.begin(), order.end(), size_t{0});
  Shuffler shuffle;
  for (int epoch = 0; epoch < settings.epochs; ++epoch) {
    shuffle(&order);
    const double left = 1.0 - static_cast<double>(epoch) / settings.epochs;
    const auto rate = static_cast<float>(settings.rate * left);
    const auto keep = static_cast<float>(1.0 - settings.decay * left);
    for (const size_t i : order) {
      const Example& example = *examples[i];
      const auto scales = GroupScales(*features[i]);
      const float weight = example.description ? settings.description_weight : 1.0F;
      const Row slope = Slope(model.Logits(*features[i], scales), example, Wanted(example), weight);
      model.Step(*features[i], scales, slope, rate, keep);
    }
  }
  WeightsParts parts = model.Quantised();
  parts.rarity = Rarity(features);
  parts.concepts = concepts;
  return parts;
}

}  // namespace katra::router::routing::task_sense::train
