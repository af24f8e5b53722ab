// katra usage: requests answered through the gateway, and their cost.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/output.h"
#include "cli/program.h"
#include "cli/sessions/plan_limits.h"
#include "core/json_text.h"
#include "core/json_write.h"
#include "core/text.h"
#include "core/time_words.h"

namespace katra::cli {
namespace {

struct UsageOptions {
  std::string by = "persona";
  std::string since;
  bool json = false;
};

const std::map<std::string, store::UsageGroup>& Groups() {
  static const std::map<std::string, store::UsageGroup> groups = {
      {"persona", store::UsageGroup::kPersona},
      {"provider", store::UsageGroup::kProvider},
      {"model", store::UsageGroup::kModel},
      {"day", store::UsageGroup::kDay},
      {"key", store::UsageGroup::kKey}};
  return groups;
}

// Unknown is not 0.
bool CostIsUnknown(const store::UsageSum& sum) {
  return sum.unpriced > 0 && sum.cost_usd_micros == 0;
}

std::string Dollars(const store::UsageSum& sum) {
  if (CostIsUnknown(sum)) return "?";
  if (sum.cost_usd_micros > 0 && sum.cost_usd_micros < 100) {
    return std::string("<0.0001") + (sum.unpriced > 0 ? "+" : "");
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", static_cast<double>(sum.cost_usd_micros) / 1e6);
  return std::string(text) + (sum.unpriced > 0 ? "+" : "");
}

// The share of the prompts that came from the providers' caches, where reported; nullopt if nobody
// reported it.
std::optional<double> CacheReadShare(const store::UsageSum& sum) {
  if (sum.cache_told_prompt_tokens <= 0) return std::nullopt;
  return static_cast<double>(sum.cache_read_tokens) /
         static_cast<double>(sum.cache_told_prompt_tokens);
}

std::string Percent(const store::UsageSum& sum) {
  const auto share = CacheReadShare(sum);
  if (!share) return "?";
  char text[32];
  std::snprintf(text, sizeof text, "%.0f%%", *share * 100);
  return std::string(text) + (sum.cache_untold > 0 ? "~" : "");
}

std::string Json(const std::vector<store::UsageSum>& sums, const std::string& by,
                 const std::vector<PlanLimit>& limits) {
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject().Key("by").String(by).Key("usage").BeginArray();
  for (const store::UsageSum& sum : sums) {
    writer.BeginObject().Key(by).String(sum.key).Key("requests").Integer(sum.requests);
    writer.Key("errors").Integer(sum.errors);
    writer.Key("input_tokens").Integer(sum.input_tokens);
    writer.Key("output_tokens").Integer(sum.output_tokens);
    writer.Key("cache_read_tokens").Integer(sum.cache_read_tokens);
    writer.Key("cache_write_tokens").Integer(sum.cache_write_tokens);
    writer.Key("cost_usd_micros");
    if (CostIsUnknown(sum)) {
      writer.Null();
    } else {
      writer.Integer(sum.cost_usd_micros);
    }
    writer.Key("requests_without_price").Integer(sum.unpriced);
    writer.Key("cache_read_share");
    if (const auto share = CacheReadShare(sum)) {
      char text[32];
      std::snprintf(text, sizeof text, "%.4f", *share);
      writer.Raw(text);
    } else {
      writer.Null();
    }
    writer.Key("requests_without_cache_figures").Integer(sum.cache_untold).EndObject();
  }
  writer.EndArray().Key("plan_limits");
  WritePlanLimits(limits, writer);
  writer.EndObject();
  return json;
}

int Usage(const UsageOptions& options, Context& context) {
  WallTime since{};
  if (!options.since.empty()) {
    auto parsed = ReadTime(options.since, context.clock().Now(), DayZone::kLocal);
    if (!parsed) return context.PrintError(parsed.error());
    since = *parsed;
  }
  const Result<store::UsageStore*> store = context.OpenStore();
  if (!store) return context.PrintError(store.error());
  const auto sums = (*store)->SumUsage(Groups().at(options.by), since, context.Call());
  if (!sums) return context.PrintError(sums.error());
  const std::vector<PlanLimit> limits = PlanLimits(context);
  if (options.json) {
    context.out() << EscapeJsonText(Json(*sums, options.by, limits)) << "\n";
    return kExitOk;
  }
  std::string resting;
  for (const PlanLimit& limit : limits) {
    resting += OneLine(limit.persona + " at " + limit.provider, 200) + ": " +
               DescribePlanLimit(limit, context.clock().Now()) + "\n";
  }
  if (sums->empty()) {
    context.out() << "Nothing was answered through the gateway"
                  << (options.since.empty() ? ".\n" : " since then.\n") << resting;
    return kExitNothing;
  }
  std::vector<std::vector<std::string>> rows;
  for (const store::UsageSum& sum : *sums) {
    rows.push_back({sum.key, std::to_string(sum.requests), std::to_string(sum.errors),
                    std::to_string(sum.input_tokens), std::to_string(sum.cache_read_tokens),
                    std::to_string(sum.cache_write_tokens), Percent(sum),
                    std::to_string(sum.output_tokens), Dollars(sum)});
  }
  context.out() << RenderTable({options.by, "requests", "errors", "input", "cache read",
                                "cache write", "cache read share", "output", "USD"},
                               rows, PageFor(context.terminal()));
  context.out() << resting;
  return kExitOk;
}

}  // namespace

void AddUsage(CLI::App& app, Program& program) {
  auto options = std::make_shared<UsageOptions>();
  CLI::App* command =
      app.add_subcommand("usage", "show which models answered through the gateway, and the cost");
  command->group(kRouterCommands);
  command->add_option("--by", options->by, "sum by persona (default), provider, model, day or key")
      ->type_name("WHAT")
      ->check(CLI::IsMember({"persona", "provider", "model", "day", "key"}));
  command
      ->add_option("--since", options->since,
                   "only since then: a time, a date, yesterday, last week, or a span such as 7d")
      ->type_name("TIME");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Usage(*options, context); });
  });
}

}  // namespace katra::cli
