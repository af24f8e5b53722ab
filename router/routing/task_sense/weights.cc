#include "router/routing/task_sense/weights.h"

#include <cstring>

namespace katra::router::routing::task_sense {
namespace {

constexpr std::string_view kMagic = "KATRATS\n";
constexpr size_t kSizeAt = 24;
constexpr size_t kChecksumAt = 32;
constexpr size_t kScalesAt = 40;
constexpr size_t kBiasesAt = kScalesAt + kAttributes * sizeof(float);

template <class Number>
Number At(std::string_view bytes, size_t at) {
  Number number{};
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

template <class Number>
void Put(std::string* bytes, size_t at, Number number) {
  std::memcpy(bytes->data() + at, &number, sizeof number);
}

// FNV-1a over words of eight bytes: for damage, not for malice.
uint64_t Checksum(std::string_view bytes) {
  uint64_t sum = 0xCBF29CE484222325ULL;
  for (size_t at = 0; at + 8 <= bytes.size(); at += 8) {
    sum = (sum ^ At<uint64_t>(bytes, at)) * 0x100000001B3ULL;
    sum ^= sum >> 29U;
  }
  return sum;
}

tl::unexpected<Error> Unusable(const std::string& what) {
  return Fail(ErrorCode::kDataLoss, "the task sense's weights " + what +
                                        ": build again from an intact weights.bin, or train a new "
                                        "one with katra_train_task_sense");
}

}  // namespace

Result<Weights> Weights::Read(std::string_view bytes) {
  if (bytes.size() < kWeightsHeaderBytes || !bytes.starts_with(kMagic)) {
    return Unusable("have no header");
  }
  const auto version = At<uint32_t>(bytes, 8);
  if (version != kWeightsVersion) {
    return Unusable("are of version " + std::to_string(version) + ", expected " +
                    std::to_string(kWeightsVersion));
  }
  if (At<uint32_t>(bytes, 12) != kAttributes || At<uint32_t>(bytes, 16) != kBucketBits) {
    return Unusable("are for other attributes or buckets");
  }
  if (bytes.size() != kWeightsBytes || At<uint64_t>(bytes, kSizeAt) != kWeightsBytes) {
    return Unusable("have " + std::to_string(bytes.size()) + " bytes, expected " +
                    std::to_string(kWeightsBytes));
  }
  if (At<uint64_t>(bytes, kChecksumAt) != Checksum(bytes.substr(kScalesAt))) {
    return Unusable("are damaged (wrong checksum)");
  }
  Weights weights;
  for (size_t i = 0; i < kAttributes; ++i) {
    weights.scales_[i] = At<float>(bytes, kScalesAt + i * sizeof(float));
    weights.biases_[i] = At<float>(bytes, kBiasesAt + i * sizeof(float));
  }
  const char* const tables = bytes.data() + kWeightsHeaderBytes;
  weights.rarity_ = reinterpret_cast<const uint8_t*>(tables);
  weights.rows_ = reinterpret_cast<const int8_t*>(tables + kBuckets + kConceptBytes);
  weights.concepts_ = Concepts(reinterpret_cast<const uint8_t*>(tables + kBuckets));
  return weights;
}

std::string WeightsFile(const WeightsParts& parts) {
  std::string bytes(kWeightsHeaderBytes, '\0');
  bytes.replace(0, kMagic.size(), kMagic);
  Put(&bytes, 8, kWeightsVersion);
  Put(&bytes, 12, static_cast<uint32_t>(kAttributes));
  Put(&bytes, 16, static_cast<uint32_t>(kBucketBits));
  Put(&bytes, kSizeAt, static_cast<uint64_t>(kWeightsBytes));
  for (size_t i = 0; i < kAttributes; ++i) {
    Put(&bytes, kScalesAt + i * sizeof(float), parts.scales[i]);
    Put(&bytes, kBiasesAt + i * sizeof(float), parts.biases[i]);
  }
  bytes += parts.rarity;
  bytes += parts.concepts;
  bytes += parts.rows;
  Put(&bytes, kChecksumAt, Checksum(std::string_view(bytes).substr(kScalesAt)));
  return bytes;
}

}  // namespace katra::router::routing::task_sense
