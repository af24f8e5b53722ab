// Gemini, through its OpenAI-compatible endpoint. Tool calls carry thought signatures (R44).
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Gemini() {
  Provider p;
  p.name = "gemini";
  p.title = "Gemini";
  p.api_key_env = "GEMINI_API_KEY";
  p.chat_base_url = "https://generativelanguage.googleapis.com/v1beta/openai";
  p.interface = Interface::kChat;
  p.plain_base_url = p.chat_base_url;
  p.default_model = "gemini-2.5-pro";
  p.model_form = ModelForm::kBare;
  p.models = {"gemini-2.5-pro", "gemini-2.5-flash"};
  p.quirks.schema_dialect = SchemaDialect::kGemini;
  p.quirks.reasoning_request = ReasoningRequest::kEffort;
  p.quirks.reasoning_history = ReasoningHistory::kThoughtSignature;
  p.quirks.reasoning_models = {"gemini-2.5", "gemini-3"};
  p.quirks.parallel_tool_calls = false;
  p.quirks.max_user_id_characters = 0;
  p.windows = {{"gemini-2.5-computer-use-preview-10-2025", {128000, 0}},
               {"gemini-3.1-pro-preview-customtools", {1048576, 0}},
               {"gemini-3.1-flash-lite-preview", {1048576, 0}},
               {"gemini-flash-lite-latest", {1048576, 0}},
               {"gemini-3-flash-preview", {1048576, 0}},
               {"gemini-3.1-pro-preview", {1048576, 0}},
               {"gemini-2.5-flash-lite", {1048576, 0}},
               {"gemini-3.1-flash-lite", {1048576, 0}},
               {"gemini-3.5-flash-lite", {1048576, 0}},
               {"gemini-flash-latest", {1048576, 0}},
               {"gemma-4-26b-a4b-it", {262144, 0}},
               {"gemini-2.5-flash", {1048576, 0}},
               {"gemini-3.5-flash", {1048576, 0}},
               {"gemini-3.6-flash", {1048576, 0}},
               {"gemini-3.7-flash", {1048576, 0}},
               {"gemini-3.8-flash", {1048576, 0}},
               {"gemini-2.5-pro", {1048576, 0}},
               {"gemma-4-31b-it", {262144, 0}}};
  return p;
}

}  // namespace katra::router::providers
