#include "cli/sessions/small_model.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/text.h"

namespace katra::cli {
namespace {

struct Maker {
  std::string_view begins;
  std::string_view provider;
};

// How makers' models are named.
constexpr std::array<Maker, 14> kMakers = {{{"gpt-", "openai"},
                                            {"o1", "openai"},
                                            {"o3", "openai"},
                                            {"o4", "openai"},
                                            {"codex-", "openai"},
                                            {"deepseek-", "deepseek"},
                                            {"gemini-", "gemini"},
                                            {"grok-", "grok"},
                                            {"mistral-", "mistral"},
                                            {"codestral-", "mistral"},
                                            {"devstral-", "mistral"},
                                            {"kimi-", "moonshot"},
                                            {"glm-", "zai"},
                                            {"minimax-", "minimax"}}};

// The user's own providers first, then by the maker's names, then the built-in ones.
std::vector<std::string> ProvidersWith(const router::RouterConfig& config,
                                       const std::string& model) {
  std::vector<std::string> own;
  std::vector<std::string> built_in;
  for (const router::Provider& provider : config.providers) {
    const auto& all = provider.models;
    if (provider.default_model != model && std::find(all.begin(), all.end(), model) == all.end()) {
      continue;
    }
    const bool said =
        config.OriginOf("providers." + provider.name).kind != router::OriginKind::kDefault;
    (said ? own : built_in).push_back(provider.name);
  }
  if (!own.empty()) return own;
  const std::string lower = ToLowerAscii(model);
  for (const Maker& maker : kMakers) {
    if (lower.starts_with(maker.begins)) return {std::string(maker.provider)};
  }
  return built_in;
}

}  // namespace

Result<std::string> ModelSelector(const router::RouterConfig& config, std::string_view name) {
  const std::string model(Trim(name));
  if (config.FindAlias(model) != nullptr) return model;
  if (model.find_first_of("/,") != std::string::npos) {
    auto target = router::ParseTarget(config, model, "");
    if (!target) return Pass(std::move(target));
    return target->provider + "," + target->model;
  }
  if (ToLowerAscii(model).find("claude") != std::string::npos) return model;
  const std::vector<std::string> found = ProvidersWith(config, model);
  if (found.size() == 1) return found.front() + "," + model;
  std::vector<std::string> aliases;
  for (const router::ModelAlias& alias : config.aliases) aliases.push_back(alias.name);
  std::vector<std::string> providers;
  for (const router::Provider& provider : config.providers) providers.push_back(provider.name);
  return Fail(
      ErrorCode::kNotFound,
      "\"" + OneLine(model, 80) + "\" is a model of " +
          (found.empty() ? std::string("no provider that is known") : Join(found, " and ")) +
          ": write provider/model" +
          (aliases.empty() ? std::string()
                           : ", or an alias: " + OneLine(Join(aliases, ", "), 400)) +
          ". Providers: " + OneLine(Join(providers, ", "), 600));
}

}  // namespace katra::cli
