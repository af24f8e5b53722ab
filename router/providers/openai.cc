// OpenAI: Chat Completions only; no Messages endpoint.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider OpenAi() {
  Provider p;
  p.name = "openai";
  p.title = "OpenAI";
  p.api_key_env = "OPENAI_API_KEY";
  p.chat_base_url = "https://api.openai.com/v1";
  p.interface = Interface::kChat;
  p.plain_base_url = "https://api.openai.com/v1";
  p.plain_speaks_messages = false;
  p.default_model = "gpt-5";
  p.model_form = ModelForm::kBare;
  p.models = {"gpt-5", "gpt-5-mini", "gpt-4-turbo"};
  // It answers 400 to a max_tokens above these; clients ask for more of models that they do not
  // know.
  p.model_limits = {{"gpt-3.5", 4096},       {"gpt-4", 4096},         {"gpt-4.1", 32768},
                    {"gpt-4.5", 16384},      {"gpt-4o", 16384},       {"gpt-4o-2024-05-13", 4096},
                    {"chatgpt-4o", 16384},   {"gpt-5", 128000},       {"gpt-5-chat", 16384},
                    {"gpt-5.1-chat", 16384}, {"gpt-5.2-chat", 16384}, {"gpt-5-pro", 272000},
                    {"o1", 100000},          {"o1-mini", 65536},      {"o1-preview", 32768},
                    {"o3", 100000},          {"o4", 100000}};
  p.quirks.max_tokens_field = MaxTokensField::kByModel;
  p.quirks.reasoning_request = ReasoningRequest::kEffort;
  p.quirks.efforts = {"minimal", "low", "medium", "high"};
  p.quirks.web_search = WebSearch::kOptions;
  p.quirks.service_tier = true;
  p.quirks.prompt_cache_key = true;
  p.quirks.pdfs = true;
  return p;
}

}  // namespace katra::router::providers
