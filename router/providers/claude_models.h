// What Claude models take of thinking and sampling, whoever serves them: data by family and
// version, from Anthropic's migration guides.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katra::router {

// Where `thinking: {"type": "disabled"}` is taken.
enum class ThinkingOff {
  kAlways,
  kUpToHighEffort,  // not beside a higher one
  kNever,           // the model always thinks: a 400
};

struct ClaudeTraits {
  bool adaptive = true;               // takes thinking "adaptive" and output_config.effort
  bool budget = false;                // takes thinking "enabled" with budget_tokens
  bool sampling = false;              // takes temperature, top_p and top_k; else a 400
  bool temperature_or_top_p = false;  // but not both of these
  bool thinks_by_default = true;
  ThinkingOff off = ThinkingOff::kAlways;
  std::vector<std::string_view> efforts;  // of output_config.effort, in ascending order
};

// Of a model by its name, with or without a vendor in front, dates and endings behind:
// "claude-sonnet-5", "anthropic/claude-4.7-opus", "us.anthropic.claude-opus-4-8-v1:0". Nothing: it
// is no Claude model, or its version is not in its name.
[[nodiscard]] std::optional<ClaudeTraits> TraitsOfClaude(std::string_view model);

// Of the efforts that a model knows the wanted one, else the next lower, else the lowest. Empty:
// `wanted` is no effort.
[[nodiscard]] std::string FitEffort(std::string_view wanted, const ClaudeTraits& traits);

}  // namespace katra::router
