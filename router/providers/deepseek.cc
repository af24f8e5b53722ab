// DeepSeek: its own Messages endpoint, and Chat Completions.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider DeepSeek() {
  Provider p;
  p.name = "deepseek";
  p.title = "DeepSeek";
  p.api_key_env = "DEEPSEEK_API_KEY";
  p.chat_base_url = "https://api.deepseek.com";
  p.messages_base_url = "https://api.deepseek.com/anthropic";
  p.interface = Interface::kMessages;
  p.plain_base_url = "https://api.deepseek.com";
  p.plain_speaks_messages = false;  // its Messages endpoint is below /anthropic
  p.default_model = "deepseek-v4-pro";
  p.model_form = ModelForm::kBare;
  p.auth = Auth::kXApiKey;
  p.models = {"deepseek-v4-pro", "deepseek-v4-flash"};
  p.quirks.reasoning_request = ReasoningRequest::kThinkingType;
  p.quirks.reasoning_history = ReasoningHistory::kReasoningContent;
  p.quirks.efforts = {"high", "max"};
  p.quirks.prefill_prefix = true;
  p.quirks.images = false;
  p.quirks.json_schema_output = false;
  p.windows = {{"deepseek-v4-flash-vision-exp", {1000000, 0}},
               {"deepseek-v4-flash", {1000000, 0}},
               {"deepseek-v4-pro", {1000000, 0}},
               {"deepseek-flash", {1000000, 0}}};
  return p;
}

}  // namespace katra::router::providers
