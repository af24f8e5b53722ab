// Z.ai, the maker of GLM: a Messages endpoint and Chat Completions.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Zai() {
  Provider p;
  p.name = "zai";
  p.title = "Z.ai";
  p.api_key_env = "ZAI_API_KEY";
  p.chat_base_url = "https://api.z.ai/api/paas/v4";
  p.messages_base_url = "https://api.z.ai/api/anthropic";
  p.interface = Interface::kMessages;
  p.plain_base_url = p.messages_base_url;
  p.plain_speaks_messages = true;
  p.default_model = "glm-4.6";
  p.model_form = ModelForm::kBare;
  p.auth = Auth::kBearer;
  p.models = {"glm-4.6", "glm-4.5-air"};
  p.quirks.reasoning_request = ReasoningRequest::kThinkingType;
  p.quirks.reasoning_history = ReasoningHistory::kReasoningContent;
  p.quirks.max_stop_sequences = 1;
  p.quirks.max_user_id_characters = 128;
  p.windows = {{"glm-4.6v-flash", {128000, 0}},  {"glm-4.7-flashx", {200000, 0}},
               {"glm-5.3-flashx", {1000000, 0}}, {"glm-4.5-flash", {131072, 0}},
               {"glm-4.7-flash", {200000, 0}},   {"glm-5.3-flash", {1000000, 0}},
               {"glm-5v-turbo", {200000, 0}},    {"glm-4.5-air", {131072, 0}},
               {"glm-5-turbo", {200000, 0}},     {"glm-4.5v", {64000, 0}},
               {"glm-4.6v", {128000, 0}},        {"glm-4.5", {131072, 0}},
               {"glm-4.6", {204800, 0}},         {"glm-4.7", {204800, 0}},
               {"glm-5.1", {200000, 0}},         {"glm-5.2", {1000000, 0}},
               {"glm-5.3", {1000000, 0}},        {"glm-5", {204800, 0}}};
  return p;
}

}  // namespace katra::router::providers
