#include "cli/route/stats_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>

#include "cli/route/decision_view.h"
#include "cli/route/fit_table.h"
#include "core/json_write.h"
#include "core/text.h"
#include "core/text_width.h"

namespace katra::cli {
namespace {

using store::RouteSum;

constexpr size_t kPlainWidth = 80;
constexpr size_t kMaxLabel = 40;
constexpr size_t kNoteColumns = 20;
constexpr size_t kLeastBar = 4;

std::string ModelText(const RouteSum& one) {
  return one.sum.key == "/" ? "(nobody)" : OneLine(one.sum.key, 200);
}

std::string RouteHeading(const RouteSum& one) {
  return one.route.empty() ? "(no route)" : OneLine(one.route, 200);
}

// The share of the prompts that came from caches, where providers reported it.
std::optional<double> CacheShare(const store::UsageSum& sum) {
  if (sum.cache_told_prompt_tokens <= 0) return std::nullopt;
  return static_cast<double>(sum.cache_read_tokens) /
         static_cast<double>(sum.cache_told_prompt_tokens);
}

bool CostIsUnknown(const store::UsageSum& sum) {
  return sum.unpriced > 0 && sum.cost_usd_micros == 0;
}

std::string CacheText(const store::UsageSum& sum) {
  const auto share = CacheShare(sum);
  if (!share) return sum.requests > sum.errors ? "?" : "-";
  return std::to_string(std::lround(*share * 100)) + "%" + (sum.cache_untold > 0 ? "~" : "");
}

std::string SumCost(const store::UsageSum& sum) {
  if (CostIsUnknown(sum)) return "$?";
  return DollarText(sum.cost_usd_micros) + (sum.unpriced > 0 ? "+" : "");
}

int64_t PromptTokens(const store::UsageSum& sum) {
  return sum.input_tokens + sum.cache_read_tokens + sum.cache_write_tokens;
}

enum Column : size_t {
  kModel,
  kAnswers,
  kFailed,
  kFirst50,
  kFirst95,
  kTime50,
  kTime95,
  kIn,
  kOut,
  kCache,
  kCost
};

FitTable OneTable(const std::vector<RouteSum>& sums) {
  FitTable table;
  table.columns = {{"model"},           {"answers", true},  {"failed", true}, {"first p50", true},
                   {"first p95", true}, {"time p50", true}, {"p95", true},    {"in", true},
                   {"out", true},       {"cache", true},    {"cost", true}};
  for (const RouteSum& one : sums) {
    table.rows.push_back({ModelText(one), std::to_string(one.sum.requests - one.sum.errors),
                          std::to_string(one.sum.errors), MillisText(one.first_byte.p50_ms),
                          MillisText(one.first_byte.p95_ms), MillisText(one.duration.p50_ms),
                          MillisText(one.duration.p95_ms), ShortCount(PromptTokens(one.sum)),
                          ShortCount(one.sum.output_tokens), CacheText(one.sum), SumCost(one.sum)});
  }
  table.steps = {{kFirst95, 0}, {kModel, 32}, {kFirst50, 0}, {kModel, 20}, {kIn, 0},    {kOut, 0},
                 {kCache, 0},   {kModel, 12}, {kTime95, 0},  {kModel, 8},  {kTime50, 0}};
  return table;
}

// A column that is left out of one route's table is left out of all, and all are as wide.
std::string SplitByRoute(const std::vector<RouteSum>& sums, const std::string& rendered,
                         const Page& page) {
  const std::vector<std::string> lines = Split(rendered, '\n');
  std::string out = lines.front() + "\n";
  for (size_t i = 0; i < sums.size(); ++i) {
    if (i == 0 || sums[i].route != sums[i - 1].route) {
      const std::string heading =
          page.width > 0 ? CutToWidth(RouteHeading(sums[i]), page.width) : RouteHeading(sums[i]);
      out += page.colours ? "\x1b[36m" + heading + "\x1b[0m\n" : heading + "\n";
    }
    out += lines[i + 1] + "\n";
  }
  return out;
}

const char* LookOfStat(size_t column, const std::string& cell) {
  if (column == kFailed && cell != "0") return "\x1b[1m";
  return cell == "-" || cell == "?" || cell == "0" ? kFaintLook : "";
}

// ---- bars ----

// `share` of `columns`, in eighths of a column.
std::string Bar(double share, size_t columns) {
  static constexpr std::array<const char*, 8> kParts = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  auto eighths = static_cast<size_t>(std::lround(share * static_cast<double>(columns) * 8));
  if (share > 0) eighths = std::max<size_t>(eighths, 1);
  std::string bar;
  for (size_t i = 0; i < eighths / 8; ++i) bar += "█";
  return bar + kParts[eighths % 8];
}

struct Measure {
  const char* title;
  std::function<std::optional<double>(const RouteSum&)> value;
  std::function<std::string(const RouteSum&)> note;
};

std::vector<Measure> Measures() {
  return {
      {"Answers",
       [](const RouteSum& one) { return static_cast<double>(one.sum.requests - one.sum.errors); },
       [](const RouteSum& one) {
         return std::to_string(one.sum.requests - one.sum.errors) +
                (one.sum.errors > 0 ? ", " + std::to_string(one.sum.errors) + " failed" : "");
       }},
      {"Time of an answer: half of them took at most",
       [](const RouteSum& one) -> std::optional<double> {
         if (!one.duration.p50_ms) return std::nullopt;
         return static_cast<double>(*one.duration.p50_ms);
       },
       [](const RouteSum& one) {
         return MillisText(one.duration.p50_ms) + " (p95 " + MillisText(one.duration.p95_ms) + ")";
       }},
      {"Cost",
       [](const RouteSum& one) -> std::optional<double> {
         if (CostIsUnknown(one.sum)) return std::nullopt;
         return static_cast<double>(one.sum.cost_usd_micros);
       },
       [](const RouteSum& one) { return SumCost(one.sum); }}};
}

std::string Label(const RouteSum& one, bool by_route) {
  return by_route ? RouteHeading(one) + " · " + ModelText(one) : ModelText(one);
}

std::string Padded(const std::string& text, size_t columns) {
  const std::string cut = CutToWidth(text, columns);
  return cut + std::string(columns - std::min(columns, DisplayWidth(cut)), ' ');
}

}  // namespace

std::string StatsTable(const std::vector<RouteSum>& sums, bool by_route, const Page& page) {
  const std::string rendered = RenderFitted(OneTable(sums), page, LookOfStat);
  return by_route ? SplitByRoute(sums, rendered, page) : rendered;
}

std::string StatsBars(const std::vector<RouteSum>& sums, bool by_route, const Page& page) {
  const size_t width = page.width > 0 ? page.width : kPlainWidth;
  size_t label = 0;
  for (const RouteSum& one : sums) label = std::max(label, DisplayWidth(Label(one, by_route)));
  label = std::min({label, kMaxLabel, width / 3});
  const size_t taken = label + kNoteColumns + 2;
  const size_t columns = width > taken + kLeastBar ? width - taken : kLeastBar;
  std::string out;
  for (const Measure& measure : Measures()) {
    double most = 0;
    for (const RouteSum& one : sums) most = std::max(most, measure.value(one).value_or(0));
    out += std::string(out.empty() ? "" : "\n") + CutToWidth(measure.title, width) + "\n";
    for (const RouteSum& one : sums) {
      const double value = measure.value(one).value_or(0);
      const std::string bar = most > 0 ? Bar(value / most, columns) : std::string();
      out += Padded(Label(one, by_route), label) + " ";
      if (!bar.empty()) out += (page.colours ? "\x1b[94m" + bar + "\x1b[0m" : bar) + " ";
      const size_t drawn = label + 1 + (bar.empty() ? 0 : DisplayWidth(bar) + 1);
      out += CutToWidth(measure.note(one), width > drawn ? width - drawn : 0) + "\n";
    }
  }
  return out;
}

std::string StatsJson(const std::vector<RouteSum>& sums, bool by_route, WallTime since) {
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject().Key("by").String(by_route ? "route" : "model").Key("since");
  since == WallTime{} ? writer.Null() : writer.String(FormatRfc3339(since));
  writer.Key("stats").BeginArray();
  const auto number = [&](const char* key, std::optional<int64_t> value) {
    writer.Key(key);
    value ? writer.Integer(*value) : writer.Null();
  };
  for (const RouteSum& one : sums) {
    const store::UsageSum& sum = one.sum;
    writer.BeginObject();
    if (by_route) {
      writer.Key("route");
      one.route.empty() ? writer.Null() : writer.String(one.route);
    }
    writer.Key("model").String(sum.key).Key("requests").Integer(sum.requests);
    writer.Key("answers").Integer(sum.requests - sum.errors).Key("failures").Integer(sum.errors);
    number("first_byte_p50_ms", one.first_byte.p50_ms);
    number("first_byte_p95_ms", one.first_byte.p95_ms);
    number("duration_p50_ms", one.duration.p50_ms);
    number("duration_p95_ms", one.duration.p95_ms);
    writer.Key("input_tokens").Integer(sum.input_tokens);
    writer.Key("output_tokens").Integer(sum.output_tokens);
    writer.Key("cache_read_tokens").Integer(sum.cache_read_tokens);
    writer.Key("cache_write_tokens").Integer(sum.cache_write_tokens);
    writer.Key("cache_read_share");
    if (const auto share = CacheShare(sum)) {
      std::array<char, 32> text{};
      (void)std::snprintf(text.data(), text.size(), "%.4f", *share);
      writer.Raw(text.data());
    } else {
      writer.Null();
    }
    number("cost_usd_micros",
           CostIsUnknown(sum) ? std::nullopt : std::optional(sum.cost_usd_micros));
    writer.Key("requests_without_price").Integer(sum.unpriced).EndObject();
  }
  writer.EndArray().EndObject();
  return json;
}

}  // namespace katra::cli
