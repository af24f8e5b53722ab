// Which thinking and sampling parameters Claude models accept, at any provider: a table by family
// and version, from Anthropic's migration guides.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace katra::router {

// When `thinking: {"type": "disabled"}` is accepted.
enum class ThinkingOff {
  kAlways,
  kUpToHighEffort,  // not with a higher effort
  kNever,           // the model always thinks; disabling is a 400
};

struct ClaudeTraits {
  bool adaptive = true;               // accepts thinking "adaptive" and output_config.effort
  bool budget = false;                // accepts thinking "enabled" with budget_tokens
  bool sampling = false;              // accepts temperature, top_p and top_k; else a 400
  bool temperature_or_top_p = false;  // but not both at once
  bool thinks_by_default = true;
  ThinkingOff off = ThinkingOff::kAlways;
  std::vector<std::string_view> efforts;  // values of output_config.effort, ascending
};

// Looks a model up by name, with or without a vendor prefix, dates and suffixes: "claude-sonnet-5",
// "anthropic/claude-4.7-opus", "us.anthropic.claude-opus-4-8-v1:0". nullopt: not a Claude model, or
// its name has no version.
[[nodiscard]] std::optional<ClaudeTraits> TraitsOfClaude(std::string_view model);

// The wanted effort if the model supports it, else the next lower one, else the lowest. Empty if
// `wanted` is not an effort.
[[nodiscard]] std::string FitEffort(std::string_view wanted, const ClaudeTraits& traits);

}  // namespace katra::router
