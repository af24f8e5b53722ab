#include "cli/route/stats_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "cli/route/decision_view.h"
#include "cli/route/fit_table.h"
#include "cli/route/stats_measures.h"
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

// The share of the prompts that came from caches, where providers reported it.
std::optional<double> CacheShare(const store::UsageSum& sum) {
  if (sum.cache_told_prompt_tokens <= 0) return std::nullopt;
  return static_cast<double>(sum.cache_read_tokens) /
         static_cast<double>(sum.cache_told_prompt_tokens);
}

std::string CacheText(const store::UsageSum& sum) {
  const auto share = CacheShare(sum);
  if (!share) return sum.requests > sum.errors ? "?" : "-";
  return std::to_string(std::lround(*share * 100)) + "%" + (sum.cache_untold > 0 ? "~" : "");
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
  kRated,
  kCost
};

// "4/1": rated good and bad; "-": not rated.
std::string RatedText(const Rated& rated) {
  if (rated.good + rated.bad == 0) return "-";
  return std::to_string(rated.good) + "/" + std::to_string(rated.bad);
}

FitTable OneTable(const std::vector<RouteSum>& sums, const Ratings& ratings) {
  FitTable table;
  table.columns = {{"model"},           {"answers", true},  {"failed", true},   {"first p50", true},
                   {"first p95", true}, {"time p50", true}, {"p95", true},      {"in", true},
                   {"out", true},       {"cache", true},    {"good/bad", true}, {"cost", true}};
  for (const RouteSum& one : sums) {
    table.rows.push_back({StatsModel(one), std::to_string(one.sum.requests - one.sum.errors),
                          std::to_string(one.sum.errors), MillisText(one.first_byte.p50_ms),
                          MillisText(one.first_byte.p95_ms), MillisText(one.duration.p50_ms),
                          MillisText(one.duration.p95_ms), ShortCount(PromptTokens(one.sum)),
                          ShortCount(one.sum.output_tokens), CacheText(one.sum),
                          RatedText(ratings.Of(one.route, one.sum.key)), StatsCost(one.sum)});
  }
  table.steps = {{kFirst95, 0}, {kModel, 32}, {kFirst50, 0}, {kModel, 20},
                 {kIn, 0},      {kOut, 0},    {kCache, 0},   {kModel, 12},
                 {kRated, 0},   {kTime95, 0}, {kModel, 8},   {kTime50, 0}};
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
          page.width > 0 ? CutToWidth(StatsRoute(sums[i]), page.width) : StatsRoute(sums[i]);
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

std::string Padded(const std::string& text, size_t columns) {
  const std::string cut = CutToWidth(text, columns);
  return cut + std::string(columns - std::min(columns, DisplayWidth(cut)), ' ');
}

}  // namespace

std::string StatsTable(const std::vector<RouteSum>& sums, const Ratings& ratings, bool by_route,
                       const Page& page) {
  const std::string rendered = RenderFitted(OneTable(sums, ratings), page, LookOfStat);
  return by_route ? SplitByRoute(sums, rendered, page) : rendered;
}

std::string StatsBars(const std::vector<RouteSum>& sums, bool by_route, const Page& page) {
  const size_t width = page.width > 0 ? page.width : kPlainWidth;
  size_t label = 0;
  for (const RouteSum& one : sums) label = std::max(label, DisplayWidth(StatsLabel(one, by_route)));
  label = std::min({label, kMaxLabel, width / 3});
  const size_t taken = label + kNoteColumns + 2;
  const size_t columns = width > taken + kLeastBar ? width - taken : kLeastBar;
  std::string out;
  for (const Measure& measure : StatsMeasures()) {
    double most = 0;
    for (const RouteSum& one : sums) most = std::max(most, measure.value(one).value_or(0));
    out += std::string(out.empty() ? "" : "\n") + CutToWidth(measure.title, width) + "\n";
    for (const RouteSum& one : sums) {
      const double value = measure.value(one).value_or(0);
      const std::string bar = most > 0 ? Bar(value / most, columns) : std::string();
      out += Padded(StatsLabel(one, by_route), label) + " ";
      if (!bar.empty()) out += (page.colours ? "\x1b[94m" + bar + "\x1b[0m" : bar) + " ";
      const size_t drawn = label + 1 + (bar.empty() ? 0 : DisplayWidth(bar) + 1);
      out += CutToWidth(measure.note(one), width > drawn ? width - drawn : 0) + "\n";
    }
  }
  return out;
}

std::string StatsJson(const std::vector<RouteSum>& sums, const Ratings& ratings, bool by_route,
                      WallTime since) {
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
    writer.Key("requests_without_price").Integer(sum.unpriced);
    const Rated rated = ratings.Of(one.route, sum.key);
    writer.Key("rated_good").Integer(rated.good).Key("rated_bad").Integer(rated.bad).EndObject();
  }
  writer.EndArray().EndObject();
  return json;
}

}  // namespace katra::cli
