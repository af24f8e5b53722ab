// NVIDIA's API catalogue: Chat Completions. Its models come and go.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Nvidia() {
  Provider p;
  p.name = "nvidia";
  p.title = "NVIDIA";
  p.api_key_env = "NVIDIA_API_KEY";
  p.chat_base_url = "https://integrate.api.nvidia.com/v1";
  p.interface = Interface::kChat;
  p.plain_base_url = p.chat_base_url;
  p.default_model = "nvidia/llama-3.1-nemotron-70b-instruct";
  p.model_form = ModelForm::kAny;
  p.models = {"nvidia/llama-3.1-nemotron-70b-instruct"};
  p.quirks.max_user_id_characters = 0;
  return p;
}

}  // namespace katra::router::providers
