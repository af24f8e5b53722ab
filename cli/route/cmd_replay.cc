// katra route replay: what the recorded decisions would have been, and cost, under another
// configuration.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <unordered_map>

#include "cli/exit_codes.h"
#include "cli/program.h"
#include "cli/route/commands.h"
#include "cli/route/learning_files.h"
#include "cli/route/replay_view.h"
#include "cli/sessions/gateway_process.h"
#include "core/json_text.h"
#include "core/text.h"
#include "router/config/plano/load.h"
#include "router/gateway/capture/capture_files.h"
#include "router/gateway/observe/prices.h"

namespace katra::cli {
namespace {

using router::RouterConfig;
using router::routing::replay::RecordedText;
using store::UsageRecord;
namespace replay = router::routing::replay;
namespace cost = router::routing::cost;

constexpr int kPage = 10'000;

struct ReplayOptions {
  std::string since = "7d";
  std::string config;
  std::string persona;
  bool json = false;
};

bool IsYaml(const std::string& path) {
  const std::string lower = ToLowerAscii(path);
  return lower.ends_with(".yaml") || lower.ends_with(".yml");
}

// The configuration of the home, with `file` instead of its personas.json or its config.yaml.
Result<RouterConfig> LoadTried(const Context& context, const std::string& file) {
  router::LoadOptions options{.home = context.home()};
  std::string yaml = GatewayConfig(context);
  if (IsYaml(file)) {
    yaml = file;
  } else if (!file.empty()) {
    options.personas_file = file;
  }
  auto loaded = router::plano::Load(options, yaml);
  if (!loaded) return tl::unexpected<Error>(loaded.error());
  return std::move(loaded->config);
}

// By the times at which they were made.
Result<std::vector<UsageRecord>> ReadRecords(const ReplayOptions& options, WallTime since,
                                             Context& context) {
  const Result<store::UsageStore*> store = context.OpenStore();
  if (!store) return tl::unexpected<Error>(store.error());
  store::UsageFilter filter;
  filter.persona = options.persona;
  filter.since = since;
  filter.limit = kPage;
  filter.by_id = true;
  std::vector<UsageRecord> all;
  for (size_t read = kPage; read == kPage;) {
    auto page = (*store)->LatestUsage(filter, context.Call());
    if (!page) return Pass(std::move(page));
    read = page->size();
    for (UsageRecord& record : *page) {
      filter.after_id = std::max(filter.after_id, record.id);
      all.push_back(std::move(record));
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const UsageRecord& one, const UsageRecord& other) {
    return one.at < other.at;
  });
  return all;
}

using Texts = std::unordered_map<std::string, RecordedText>;

// What was recorded of the prompts of `records`, by request.
Texts ReadTexts(const Context& context, const std::vector<UsageRecord>& records) {
  Texts wanted;
  for (const UsageRecord& record : records) wanted[record.request_id];
  Texts texts;
  const auto files = router::gateway::ListCaptures(router::gateway::CaptureFolder(context.home()));
  for (const std::string& path : files) {
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
      auto text = replay::ReadRecordedText(line);
      if (!text || wanted.count(text->request_id) == 0) continue;
      std::string id = text->request_id;
      texts[std::move(id)] = std::move(*text);
    }
  }
  return texts;
}

cost::TermsOf TermsOf(const router::gateway::Prices& prices) {
  return [&prices](std::string_view model) {
    cost::ModelTerms terms;
    const size_t slash = std::min(model.find('/'), model.size());
    const std::string provider(model.substr(0, slash));
    const std::string name(model.substr(std::min(slash + 1, model.size())));
    if (const auto price = prices.Of(provider, name)) {
      terms.prices = {price->input, price->output, price->cache_read, price->cache_write};
    }
    return terms;
  };
}

int Replay(const ReplayOptions& options, Context& context) {
  const Result<WallTime> since = SinceTime(options.since, context);
  if (!since) return context.PrintError(since.error());
  ReplayScope scope{"", *since, context.clock().Now()};
  if (!options.config.empty()) {
    scope.config = (std::filesystem::path(context.working_folder()) / options.config)
                       .lexically_normal()
                       .string();
    if (!std::filesystem::exists(scope.config)) {
      return context.PrintError(
          {ErrorCode::kNotFound,
           "there is no file " + scope.config + ": --config takes a personas.json or a config.yaml",
           {},
           false});
    }
  }
  const auto present = LoadTried(context, {});
  if (!present) return context.PrintError(present.error());
  const auto tried = LoadTried(context, scope.config);
  if (!tried) return context.PrintError(tried.error());
  router::gateway::Prices prices;
  if (auto read = prices.ReadFile(context.home() + "/router/prices.json"); !read) {
    return context.PrintError(read.error());
  }
  auto taught = ReadTaught(context);
  if (!taught) return context.PrintError(taught.error());
  auto events = ReadLearnt(context);
  if (!events) return context.PrintError(events.error());
  const auto records = ReadRecords(options, *since, context);
  if (!records) return context.PrintError(records.error());
  const Texts texts = ReadTexts(context, *records);

  const cost::TermsOf terms = TermsOf(prices);
  replay::Decider decider({*tried, *present}, std::move(*taught), std::move(*events), terms);
  replay::Replay all(decider, terms);
  for (const UsageRecord& record : *records) {
    const auto text = texts.find(record.request_id);
    all.Add(record, text == texts.end() ? nullptr : &text->second);
  }
  const replay::Report report = all.Finish();
  if (options.json) {
    context.out() << EscapeJsonText(ReplayJson(report, scope)) << "\n";
  } else if (report.requests == 0) {
    context.out() << "Nothing was asked through the gateway since then.\n";
  } else {
    context.out() << ReplayText(report, scope, PageFor(context.terminal()));
  }
  return report.requests == 0 ? kExitNothing : kExitOk;
}

}  // namespace

void AddRouteReplay(CLI::App& route, Program& program) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command = route.add_subcommand(
      "replay",
      "say what recorded requests would have cost under another configuration\n"
      "Also says how often another model would have been asked. Nothing is sent to anybody.");
  command
      ->add_option("--since", options->since,
                   "only since then: a time, a date, yesterday, last week, or a span such as 7d")
      ->type_name("TIME")
      ->capture_default_str();
  command
      ->add_option("--config", options->config,
                   "a personas.json, or a Plano config.yaml; default: the present configuration, "
                   "against what really happened")
      ->type_name("FILE");
  command->add_option("--persona", options->persona, "only requests of this persona")
      ->type_name("NAME");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([&program, options] {
    program.Run([options](Context& context) { return Replay(*options, context); });
  });
}

}  // namespace katra::cli
