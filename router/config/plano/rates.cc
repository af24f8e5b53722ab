#include "router/config/plano/rates.h"

#include <string>

#include "core/text.h"

namespace katra::router::plano {
namespace {

using nlohmann::ordered_json;

constexpr Known kMembers[] = {{"model"}, {"selector"}, {"limit"}};
constexpr Known kSelectorMembers[] = {{"key"}, {"value"}};
constexpr Known kLimitMembers[] = {{"tokens"}, {"unit"}};
constexpr std::string_view kUnits[] = {"second", "minute", "hour", "day"};
constexpr double kMostTokens = 1e12;

// The limit in our terms: {"model": …, "tokens_per_hour": …}. null: an error was reported.
ordered_json ReadOne(const YamlNode& node, const std::string& path, const Entries& entries,
                     Report& report) {
  if (!report.Expect(&node, YamlKind::kMap, path)) return nullptr;
  report.CheckMembers(node, path, kMembers);
  const YamlNode* model = node.Find("model");
  const YamlNode* limit = node.Find("limit");
  if (model == nullptr || limit == nullptr) {
    report.Error(node.place, path,
                 model == nullptr ? "has no model that it limits"
                                  : "has no limit: {tokens: 1000, unit: minute}");
    return nullptr;
  }
  if (const YamlNode* selector = node.Find("selector");
      report.Expect(selector, YamlKind::kMap, path + ".selector")) {
    report.CheckMembers(*selector, path + ".selector", kSelectorMembers);
    report.Warn(selector->place, path + ".selector",
                "is not used: the limit counts for all requests to the model together, whatever "
                "their headers are");
  }
  if (!report.Expect(model, YamlKind::kScalar, path + ".model")) return nullptr;
  const Resolved found = entries.Resolve(model->text);
  if (found.entry == nullptr) {
    const std::vector<std::string> names = entries.Names();
    report.Error(model->place, path + ".model",
                 "\"" + OneLine(model->text, 80) + "\" is no model of this file; it has: " +
                     OneLine(Join(names, ", "), 400) + DidYouMean(model->text, names));
    return nullptr;
  }
  const std::string at = path + ".limit";
  if (!report.Expect(limit, YamlKind::kMap, at)) return nullptr;
  report.CheckMembers(*limit, at, kLimitMembers);
  const auto tokens = report.Number(*limit, "tokens", at, 1, kMostTokens);
  const YamlNode* unit = limit->Find("unit");
  if (limit->Find("tokens") == nullptr || unit == nullptr) {
    report.Error(limit->place, at, "needs tokens and a unit: second, minute, hour or day");
    return nullptr;
  }
  if (!report.Expect(unit, YamlKind::kScalar, at + ".unit")) return nullptr;
  if (!report.OneOf(*unit, at + ".unit", kUnits) || !tokens) return nullptr;
  ordered_json read;
  read["model"] = found.target();
  read["tokens_per_" + unit->text] = static_cast<int64_t>(*tokens);
  return read;
}

}  // namespace

void ReadRateLimits(const YamlNode& root, const Entries& entries, Report& report, Draft& draft) {
  const YamlNode* limits = root.Find("ratelimits");
  const std::string path = "$.ratelimits";
  if (!report.Expect(limits, YamlKind::kList, path)) return;
  ordered_json list = ordered_json::array();
  for (size_t i = 0; i < limits->items.size(); ++i) {
    const std::string place = path + "[" + std::to_string(i) + "]";
    ordered_json read = ReadOne(limits->items[i], place, entries, report);
    if (read.is_null()) continue;
    draft.Note("/router/rate_limits/" + std::to_string(list.size()), limits->items[i].place, place);
    list.push_back(std::move(read));
  }
  if (!list.empty()) draft.Set("/router/rate_limits", std::move(list), limits->place, path);
}

}  // namespace katra::router::plano
