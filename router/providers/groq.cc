// Groq: Chat Completions; some model names contain a slash.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Groq() {
  Provider p;
  p.name = "groq";
  p.title = "Groq";
  p.api_key_env = "GROQ_API_KEY";
  p.chat_base_url = "https://api.groq.com/openai/v1";
  p.interface = Interface::kChat;
  p.plain_base_url = p.chat_base_url;
  p.default_model = "openai/gpt-oss-120b";
  p.model_form = ModelForm::kAny;
  p.models = {"openai/gpt-oss-120b"};
  p.quirks.reasoning_request = ReasoningRequest::kEffort;
  p.quirks.reasoning_models = {"gpt-oss"};  // others refuse the field
  p.quirks.refused_members = {"logit_bias", "logprobs", "top_logprobs"};
  p.windows = {{"llama-3.3-70b-versatile", {131072, 0}},
               {"llama-3.1-8b-instant", {131072, 0}},
               {"openai/gpt-oss-120b", {131072, 0}},
               {"groq/compound-mini", {131072, 0}},
               {"openai/gpt-oss-20b", {131072, 0}},
               {"qwen/qwen3.6-27b", {131072, 0}},
               {"qwen/qwen3.8-27b", {131042, 0}},
               {"groq/compound", {131072, 0}},
               {"allam-2-7b", {4096, 0}}};
  return p;
}

}  // namespace katra::router::providers
