// Reads the gateway's configuration, prices and prompts again while it runs.
#include "core/error_map.h"
#include "router/config/persona_names.h"
#include "router/config/plano/load.h"
#include "router/gateway/server/gateway.h"
#include "router/gateway/server/notices.h"

namespace katra::router::gateway {

void Gateway::ReadPrices() {
  Prices prices;
  if (auto read = prices.ReadFile(settings_.home + "/router/prices.json"); !read) {
    // Old prices are better than none.
    deps_.logger.Warning("the new prices are invalid; keeping the old ones: " +
                         read.error().message);
    return;
  }
  prices_ = std::move(prices);
}

Status Gateway::Reload() {
  auto read = ReadConfiguration();
  plan_limits_.Clear();  // the user may have bought more
  answers_.Clear();      // the user may have changed what an answer depends on
  Audit({"config.reload", read ? "ok" : "refused", "", "",
         read ? "" : NamesOf(read.error().code).name});
  return read;
}

Status Gateway::ReadConfiguration() {
  auto loaded = plano::Load({settings_.home, settings_.personas_file}, settings_.config_file);
  if (loaded) {
    // Names of the old configuration were checked when the process started.
    const auto known = [this](const std::string& name) { return config_->FindPersona(name); };
    if (auto names = CheckPersonaNames(loaded->config, known); !names) {
      loaded = Pass(std::move(names));
    }
  }
  if (!loaded) {
    deps_.logger.LogError("the new configuration is invalid; keeping the old one: " +
                          loaded.error().message);
    return Pass(std::move(loaded));
  }
  for (const std::string& notice : NoticesOf(loaded->config)) deps_.logger.Warning(notice);
  config_ = std::make_shared<const RouterConfig>(std::move(loaded->config));
  keys_.PutFile(std::move(loaded->file_variables));
  ReadPrices();
  budgets_.Configure(config_);
  rates_.Configure(config_->rate_limits);
  router_model_.prompts().Read(settings_.home + "/router/prompts", deps_.logger);
  deps_.logger.Info("the configuration was read again");
  return {};
}

}  // namespace katra::router::gateway
