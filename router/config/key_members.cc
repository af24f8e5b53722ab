#include "router/config/key_members.h"

#include <nlohmann/json.hpp>

namespace katra::router {

using nlohmann::json;

bool ReadKeyEnvs(Section& section, std::string* first, std::vector<std::string>* more) {
  const json* said = section.Find("api_key_env");
  if (said == nullptr) return false;
  more->clear();
  if (said->is_string()) return section.Text("api_key_env", first);
  auto all = said->get<std::vector<std::string>>();
  *first = all.front();
  more->assign(all.begin() + 1, all.end());
  section.Mark("api_key_env");
  return true;
}

void ReadKeyCommand(Section& section, Provider& provider) {
  KeyCommand& command = provider.key_command;
  if (const json* said = section.Find("api_key_command")) {
    if (said->is_string()) {
      command.words = {"/bin/sh", "-c", said->get<std::string>()};
    } else {
      command.words = said->get<std::vector<std::string>>();
    }
    section.Mark("api_key_command");
    if (command.words.front().empty()) {
      section.Error("/api_key_command", "begins with an empty word: name the program to run");
    }
    if (section.Find("api_key_env") != nullptr && !provider.api_key_env.empty()) {
      section.Error("/api_key_command",
                    "the key comes from one place: give either api_key_command or api_key_env");
    }
    provider.api_key_env.clear();
    provider.more_key_envs.clear();
  }
  for (const auto& [name, span] : {std::pair{"api_key_timeout_s", &command.timeout},
                                   std::pair{"api_key_lifetime_s", &command.lifetime}}) {
    const json* seconds = section.Find(name);
    if (seconds == nullptr) continue;
    *span = std::chrono::seconds(seconds->get<int64_t>());
    section.Mark(name);
    if (command.empty()) {
      section.Error(std::string("/") + name, "needs api_key_command, which is not set");
    }
  }
}

void BecomeAzure(Provider& provider) {
  provider.azure = true;
  provider.quirks.max_tokens_field = MaxTokensField::kMaxCompletionTokens;
  provider.quirks.reasoning_request = ReasoningRequest::kEffort;
  provider.quirks.efforts = {"minimal", "low", "medium", "high"};
  provider.quirks.reasoning_models = {"gpt-5", "gpt-6", "gpt5", "gpt6", "o1", "o3", "o4"};
  provider.quirks.prompt_cache_key = true;
}

Auth AzureAuth(const Provider& provider) {
  if (!provider.key_command.empty()) return Auth::kBearer;
  return provider.interface == Interface::kMessages ? Auth::kXApiKey : Auth::kApiKey;
}

}  // namespace katra::router
