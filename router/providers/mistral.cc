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
  return p;
}

}  // namespace katra::router::providers
