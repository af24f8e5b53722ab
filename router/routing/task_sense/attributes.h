// What a request to a coding agent can be about. The order is that of the weights file: append
// only, and raise its version.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace katra::router::routing::task_sense {

enum class Attribute : uint8_t {
  kWriteCode,
  kFixBug,
  kExplain,
  kReview,
  kWriteTests,
  kWriteProse,
  kOperate,
  kDesign,
  kEdit,
  kRefactor,
  kPerformance,
  kSecurity,
  kData,
  kFrontend,
  kFindCode,
  kResearch,
  kTranslate,
  kAlgorithm,
  kGit,
  kUpgrade,
  kRun,
  kSummarize,
  kMl,
  kNotSoftware,
  kSmallTalk,
  kFollowUp,  // it needs the turn before to be understood; in addition to the others
};

inline constexpr size_t kAttributes = 26;
// All but kFollowUp: they are mutually exclusive, and their probabilities add up to one.
inline constexpr size_t kTasks = kAttributes - 1;

constexpr size_t Index(Attribute attribute) { return static_cast<size_t>(attribute); }

// As the corpus names them, e.g. "write_code".
std::string_view Name(Attribute attribute);
std::optional<Attribute> AttributeNamed(std::string_view name);

}  // namespace katra::router::routing::task_sense
