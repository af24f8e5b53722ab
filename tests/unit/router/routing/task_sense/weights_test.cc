// The weights' file: what is read, and what is refused.
#include "router/routing/task_sense/weights.h"

#include <string>

#include "router/routing/task_sense/sense.h"
#include "tests/support/cpp/catch.h"

using namespace katra::router::routing::task_sense;  // NOLINT: a test file

namespace {

WeightsParts Parts() {
  WeightsParts parts;
  parts.scales.fill(0.5F);
  parts.biases.fill(0.25F);
  parts.rarity.assign(kBuckets, '\x18');
  parts.concepts.assign(kConceptBytes, '\0');
  parts.rows.assign(kBuckets * kAttributes, '\0');
  parts.rows[kAttributes + 2] = '\xFE';  // -2
  return parts;
}

}  // namespace

TEST_CASE("a weights file is read as it was written", "[weights]") {
  const std::string file = WeightsFile(Parts());
  REQUIRE(file.size() == kWeightsBytes);
  CHECK(file.size() <= 2'000'000);
  const auto weights = Weights::Read(file);
  REQUIRE(weights);
  CHECK(weights->scale(3) == 0.5F);
  CHECK(weights->bias(25) == 0.25F);
  const uint32_t hash = 1U << (32U - kBucketBits);  // bucket 1
  CHECK(weights->row(hash)[2] == -2);
  CHECK(weights->row(hash) == reinterpret_cast<const int8_t*>(file.data()) + kWeightsHeaderBytes +
                                  kBuckets + kConceptBytes + kAttributes);  // not copied
  CHECK(weights->RarityOf(hash) == 1.0F);
}

TEST_CASE("damaged weights are refused", "[weights]") {
  const std::string file = WeightsFile(Parts());
  for (const size_t size :
       {size_t{0}, size_t{7}, size_t{64}, kWeightsHeaderBytes, file.size() - 1}) {
    CAPTURE(size);
    const std::string cut = file.substr(0, size);
    CHECK_FALSE(Weights::Read(cut));
  }
  CHECK_FALSE(Weights::Read(file + "x"));
  // Any byte: of the magic, the version, the counts, the size, the checksum, a scale, a weight.
  for (const size_t at : {size_t{0}, size_t{8}, size_t{12}, size_t{16}, size_t{24}, size_t{32},
                          size_t{40}, size_t{300}, kWeightsBytes / 2, kWeightsBytes - 1}) {
    CAPTURE(at);
    std::string damaged = file;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const auto weights = Weights::Read(damaged);
    REQUIRE_FALSE(weights);
    CHECK(weights.error().code == katra::ErrorCode::kDataLoss);
  }
}

TEST_CASE("the program's own weights are sound", "[weights]") {
  const auto weights = Weights::Read(EmbeddedWeights());
  REQUIRE(weights);
  const Sense sense =
      SenseOf(*weights, ReadFeatures("write unit tests for the parser", weights->concepts()));
  float sum = 0;
  for (const float task : sense.tasks) sum += task;
  CHECK(sum > 0.999F);
  CHECK(sum < 1.001F);
  CHECK(sense.of(Attribute::kWriteTests) > 0.5F);
}
