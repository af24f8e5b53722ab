// DashScope, Alibaba's service for Qwen (international edition): a Messages endpoint and Chat
// Completions. Keys of the Chinese edition belong to dashscope.aliyuncs.com.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider DashScope() {
  Provider p;
  p.name = "dashscope";
  p.title = "DashScope";
  p.api_key_env = "DASHSCOPE_API_KEY";
  p.chat_base_url = "https://dashscope-intl.aliyuncs.com/compatible-mode/v1";
  p.messages_base_url = "https://dashscope-intl.aliyuncs.com/apps/anthropic";
  p.interface = Interface::kMessages;
  p.plain_base_url = p.messages_base_url;
  p.plain_speaks_messages = true;
  p.default_model = "qwen-plus";
  p.model_form = ModelForm::kAny;
  p.auth = Auth::kXApiKey;
  p.models = {"qwen-plus", "qwen3-plus"};
  return p;
}

}  // namespace katra::router::providers
