// Moonshot, the maker of Kimi: a Messages endpoint and Chat Completions (R41, R55).
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Moonshot() {
  Provider p;
  p.name = "moonshot";
  p.title = "Moonshot";
  p.api_key_env = "MOONSHOT_API_KEY";
  p.chat_base_url = "https://api.moonshot.ai/v1";
  p.messages_base_url = "https://api.moonshot.ai/anthropic";
  p.interface = Interface::kMessages;
  p.plain_base_url = p.messages_base_url;
  p.plain_speaks_messages = true;
  p.default_model = "kimi-k3";
  p.model_form = ModelForm::kBare;
  p.auth = Auth::kBearer;
  p.models = {"kimi-k3"};
  p.quirks.reasoning_request = ReasoningRequest::kEffort;
  p.quirks.reasoning_history = ReasoningHistory::kReasoningContent;
  p.quirks.efforts = {"low", "high", "max"};
  p.quirks.fixed_sampling = true;
  p.windows = {{"kimi-k2.7-code-highspeed", {262144, 0}},
               {"kimi-k2.7-code", {262144, 0}},
               {"kimi-k2.6", {262144, 0}},
               {"kimi-k3", {1048576, 0}}};
  return p;
}

}  // namespace katra::router::providers
