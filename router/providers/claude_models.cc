#include "router/providers/claude_models.h"

#include <algorithm>
#include <array>

#include "core/text.h"

namespace katra::router {
namespace {

constexpr std::array<std::string_view, 6> kEfforts = {"minimal", "low",   "medium",
                                                      "high",    "xhigh", "max"};

struct Row {
  std::string_view family;  // empty: any
  int from_version;         // 4.7 is 407
  ClaudeTraits traits;
};

const std::vector<std::string_view>& AllEfforts() {
  static const std::vector<std::string_view> efforts = {"low", "medium", "high", "xhigh", "max"};
  return efforts;
}

// The first matching row applies.
const std::vector<Row>& Rows() {
  static const std::vector<Row> rows = [] {
    ClaudeTraits today;
    today.efforts = AllEfforts();
    ClaudeTraits always = today;  // always thinks
    always.off = ThinkingOff::kNever;
    ClaudeTraits opus5 = today;
    opus5.off = ThinkingOff::kUpToHighEffort;
    ClaudeTraits v47 = today;
    v47.thinks_by_default = false;
    ClaudeTraits v46 = v47;
    v46.budget = v46.sampling = v46.temperature_or_top_p = true;
    v46.efforts = {"low", "medium", "high", "max"};
    ClaudeTraits v45 = v46;
    v45.adaptive = false;
    v45.efforts.clear();
    ClaudeTraits opus45 = v45;
    opus45.efforts = {"low", "medium", "high"};
    ClaudeTraits older = v45;
    older.temperature_or_top_p = false;
    ClaudeTraits oldest = older;  // no thinking at all
    oldest.budget = false;
    return std::vector<Row>{{"fable", 0, always},  {"mythos", 0, always}, {"opus", 500, opus5},
                            {"", 500, today},      {"", 407, v47},        {"", 406, v46},
                            {"opus", 405, opus45}, {"", 405, v45},        {"opus", 401, v45},
                            {"", 307, older},      {"", 0, oldest}};
  }();
  return rows;
}

// The version numbers in a name, ignoring dates.
std::optional<int> VersionOf(const std::vector<std::string>& words) {
  std::optional<int> version;
  bool has_minor = false;
  for (const std::string& word : words) {
    const bool number =
        !word.empty() && word.size() <= 2 &&
        std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!number) {
      if (version) break;  // "4-7" are adjacent
      continue;
    }
    if (!version) {
      version = std::stoi(word) * 100;
    } else if (!has_minor) {
      *version += std::stoi(word);
      has_minor = true;
    }
  }
  return version;
}

}  // namespace

std::optional<ClaudeTraits> TraitsOfClaude(std::string_view model) {
  std::string name = ToLowerAscii(model);
  const size_t begin = name.rfind("claude");
  if (begin == std::string::npos) return std::nullopt;
  name.erase(0, begin);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.' || c == '@' || c == ':' || c == '_'; },
      '-');
  const std::vector<std::string> words = Split(name, '-');
  const auto named = [&](std::string_view family) {
    return family.empty() || std::find(words.begin(), words.end(), family) != words.end();
  };
  const bool always_new = named("fable") || named("mythos");
  const std::optional<int> version = VersionOf(words);
  if (!version && !always_new) return std::nullopt;
  for (const Row& row : Rows()) {
    if (named(row.family) && version.value_or(0) >= row.from_version) return row.traits;
  }
  return std::nullopt;
}

std::string FitEffort(std::string_view wanted, const ClaudeTraits& traits) {
  const auto* const found = std::find(kEfforts.begin(), kEfforts.end(), wanted);
  if (found == kEfforts.end() || traits.efforts.empty()) return {};
  std::string_view fits = traits.efforts.front();
  for (const std::string_view effort : traits.efforts) {
    if (std::find(kEfforts.begin(), kEfforts.end(), effort) <= found) fits = effort;
  }
  return std::string(fits);
}

}  // namespace katra::router
