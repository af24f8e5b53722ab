// `katra route explain`: one decision in words.
#include <array>
#include <cstdio>
#include <utility>
#include <vector>

#include "cli/output.h"
#include "cli/route/decision_view.h"
#include "core/text.h"

namespace katra::cli {
namespace {

constexpr size_t kNameColumns = 16;  // before the text of a line

using store::UsageAttempt;
using store::UsageRecord;

std::string Quoted(const std::string& text) { return "\"" + OneLine(text, 200) + "\""; }

std::string Probability(double score) {
  std::array<char, 16> text{};
  (void)std::snprintf(text.data(), text.size(), "%.2f", score);
  return text.data();
}

std::string MatchText(const UsageRecord& record) {
  std::string text;
  if (record.score) text = "probability " + Probability(*record.score);
  if (!record.matcher.empty()) {
    text += (text.empty() ? "" : ", ") + std::string("matcher ") + OneLine(record.matcher, 40);
  }
  return text.empty() ? text : " (" + text + ")";
}

std::string RuleText(const UsageRecord& record) {
  if (record.rule == "explicit") return "the request named provider and model";
  if (record.rule == "alias") return "the name is one of the user's aliases";
  if (record.rule == "tag") return "the subagent's prompt names its model";
  if (record.rule == "scenario") return "the scenario " + Quoted(record.route) + " applies";
  if (record.rule == "preference") {
    return "the request fits the route " + Quoted(record.route) + MatchText(record);
  }
  if (record.rule == "held") {
    std::string text = "the user's turn began with this model";
    if (!record.route.empty()) text += ", by the route " + Quoted(record.route);
    return text + MatchText(record);
  }
  if (record.rule == "default") {
    return "no route applied, so the model that was asked for, or the persona's own" +
           MatchText(record);
  }
  return record.rule.empty() ? "was not recorded" : OneLine(record.rule, 100);
}

std::string OutcomeText(const UsageAttempt& one) {
  const std::string time = " after " + MillisText(one.duration_ms);
  if (one.error.empty()) return "answered" + time;
  std::string text = "failed";
  if (one.status > 0) text += " with status " + std::to_string(one.status);
  return text + time + ": " + OneLine(one.error, 300);
}

std::string TokensText(const UsageRecord& record) {
  const int64_t prompt = record.input_tokens + record.cache_read_tokens + record.cache_write_tokens;
  std::string text = std::to_string(prompt) + " in";
  if (!record.cache_told) {
    text += " (cache reads were not reported)";
  } else if (prompt > 0) {
    text += " (" + std::to_string(record.cache_read_tokens * 100 / prompt) + "% from cache)";
  }
  text += ", " + std::to_string(record.output_tokens) + " out";
  if (record.estimated_tokens) {
    text += "; estimated before: " + std::to_string(*record.estimated_tokens) + " in";
  }
  return text;
}

std::string TurnText(const UsageRecord& record) {
  if (!record.continued) return "unknown: no rule depended on it";
  return *record.continued ? "goes on, such as after a tool call" : "begins with this request";
}

std::string TimeText(const UsageRecord& record) {
  std::string text = MillisText(record.duration_ms);
  if (record.first_byte_ms) text += "; the answer began after " + MillisText(record.first_byte_ms);
  return text;
}

std::string EndText(const UsageRecord& record) {
  std::string text = ChosenModel(record);
  if (!record.model.empty() && !record.asked_model.empty() && record.model != record.asked_model) {
    text += ", which reports itself as " + OneLine(record.model, 200);
  }
  if (!record.error.empty()) {
    text = "nobody: " + OneLine(record.error, 200) + " (status " + std::to_string(record.status) +
           "), last asked: " + text;
  }
  return text;
}

}  // namespace

std::string ExplainText(const UsageRecord& record, WallTime now) {
  std::string text = "Request " + OneLine(record.request_id, 200) + " of " +
                     OneLine(record.persona, 100) + ", " + FormatLocal(record.at, now) + "\n";
  const auto line = [&](std::string_view name, const std::string& value) {
    text +=
        "  " + std::string(name) + std::string(kNameColumns - 2 - name.size(), ' ') + value + "\n";
  };
  line("asked for", RequestedModel(record));
  line("answered by", EndText(record));
  line("rule", RuleText(record));
  if (!record.reason.empty()) line("reason", OneLine(record.reason, 300));
  for (size_t i = 0; i < record.tried.size(); ++i) {
    const UsageAttempt& one = record.tried[i];
    const std::string model = OneLine(one.provider + "/" + one.model, 200);
    line(i == 0 ? "tried" : "", std::to_string(i + 1) + ". " + model + " (" +
                                    OneLine(one.reason, 200) + "): " + OutcomeText(one));
  }
  if (record.attempts > static_cast<int>(record.tried.size()) && !record.tried.empty()) {
    line("", "and " + std::to_string(record.attempts - static_cast<int>(record.tried.size())) +
                 " more");
  }
  line("turn", TurnText(record));
  line("time", TimeText(record));
  line("tokens", TokensText(record));
  line("cost", CostText(record));
  return text;
}

std::string WrapExplained(const std::string& text, const Page& page) {
  const size_t columns = page.width > 2 * kNameColumns ? page.width - kNameColumns : 0;
  std::string out;
  for (const std::string& line : Split(text, '\n')) {
    if (line.size() <= kNameColumns || !line.starts_with("  ")) {
      out += line + (line.empty() ? "" : "\n");
      continue;
    }
    std::string begin = line.substr(0, kNameColumns);
    for (const std::string& part :
         WrapWords(std::string_view(line).substr(kNameColumns), columns)) {
      out += std::exchange(begin, std::string(kNameColumns, ' ')) + part + "\n";
    }
  }
  return out;
}

}  // namespace katra::cli
