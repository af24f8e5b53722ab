// Mistral: Chat Completions with ids of nine characters (R32) and no stream_options (R54).
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Mistral() {
  Provider p;
  p.name = "mistral";
  p.title = "Mistral";
  p.api_key_env = "MISTRAL_API_KEY";
  p.chat_base_url = "https://api.mistral.ai/v1";
  p.interface = Interface::kChat;
  p.plain_base_url = p.chat_base_url;
  p.default_model = "mistral-large-latest";
  p.model_form = ModelForm::kBare;
  p.models = {"mistral-large-latest", "codestral-latest"};
  p.quirks.tool_ids = ToolIdForm::kNineAlphanumeric;
  p.quirks.stream_usage = false;
  p.quirks.prefill_prefix = true;
  p.quirks.max_user_id_characters = 0;
  // It answers 422 to unknown members.
  p.quirks.refused_members = {
      "logit_bias",     "logprobs",           "top_logprobs", "store",
      "service_tier",   "verbosity",          "audio",        "prompt_cache_key",
      "stream_options", "web_search_options", "modalities"};
  p.quirks.seed_member = "random_seed";
  p.windows = {{"labs-devstral-small-2512", {256000, 0}},
               {"magistral-medium-latest", {128000, 0}},
               {"devstral-medium-latest", {262144, 0}},
               {"mistral-medium-latest", {262144, 0}},
               {"devstral-medium-2507", {128000, 0}},
               {"mistral-large-latest", {262144, 0}},
               {"mistral-small-latest", {256000, 0}},
               {"pixtral-large-latest", {128000, 0}},
               {"devstral-small-2505", {128000, 0}},
               {"devstral-small-2507", {128000, 0}},
               {"ministral-3b-latest", {128000, 0}},
               {"ministral-8b-latest", {128000, 0}},
               {"mistral-medium-2505", {131072, 0}},
               {"mistral-medium-2508", {262144, 0}},
               {"mistral-medium-2604", {262144, 0}},
               {"mistral-large-2411", {131072, 0}},
               {"mistral-large-2512", {262144, 0}},
               {"mistral-small-2506", {128000, 0}},
               {"mistral-small-2603", {256000, 0}},
               {"open-mixtral-8x22b", {64000, 0}},
               {"open-mistral-nemo", {128000, 0}},
               {"open-mixtral-8x7b", {32000, 0}},
               {"codestral-latest", {256000, 0}},
               {"devstral-latest", {262144, 0}},
               {"magistral-small", {128000, 0}},
               {"open-mistral-7b", {8000, 0}},
               {"devstral-2512", {262144, 0}},
               {"mistral-nemo", {128000, 0}},
               {"pixtral-12b", {128000, 0}}};
  return p;
}

}  // namespace katra::router::providers
