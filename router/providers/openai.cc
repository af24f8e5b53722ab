// OpenAI: Chat Completions and Responses; no Messages endpoint.
#include "router/providers/built_ins.h"

namespace katra::router::providers {
namespace {

void SetInterfaces(Provider& p) {
  // Models that Chat Completions refuses with tools and reasoning together, or altogether:
  // "Function tools with reasoning_effort are not supported for gpt-5.6 in /v1/chat/completions.
  // […] use /v1/responses" (G3). Chat-only models do not reason.
  for (const char* models : {"gpt-5.*", "gpt-6*", "gpt-5-pro*", "gpt-5-codex*", "codex-*",
                             "o1-pro*", "o3-pro*", "o3-deep-research*", "o4-mini-deep-research*"}) {
    p.known_interfaces.push_back({models, Interface::kResponses});
  }
  for (const char* models : {"gpt-5.1-chat*", "gpt-5.2-chat*", "gpt-5.3-chat*"}) {
    p.known_interfaces.push_back({models, Interface::kChat});
  }
}

void SetEfforts(Provider& p) {
  const std::vector<std::string> up_to_high = {"low", "medium", "high"};
  const std::vector<std::string> up_to_xhigh = {"low", "medium", "high", "xhigh"};
  p.model_efforts = {{"gpt-5*", {"minimal", "low", "medium", "high"}},
                     {"gpt-5-codex*", up_to_high},
                     {"gpt-5-pro*", {"high"}},
                     {"gpt-5.*", {"none", "low", "medium", "high", "xhigh"}},
                     {"gpt-5.1*", {"none", "low", "medium", "high"}},
                     {"gpt-5.1-codex*", up_to_high},
                     {"gpt-6*", {"none", "low", "medium", "high", "xhigh"}},
                     {"codex-*", up_to_high},
                     {"o1*", up_to_high},
                     {"o3*", up_to_high},
                     {"o4*", up_to_high}};
  for (const char* models : {"gpt-5.1-codex-max*", "gpt-5.2-codex*", "gpt-5.3-codex*"}) {
    p.model_efforts.push_back({models, up_to_xhigh});
  }
  for (const char* models : {"gpt-5.2-pro*", "gpt-5.4-pro*", "gpt-5.5-pro*"}) {
    p.model_efforts.push_back({models, {"medium", "high", "xhigh"}});
  }
}

void SetWindows(Provider& p) {
  p.windows = {{"gpt-5.2-chat-latest", {128000, 0}},
               {"gpt-5.3-chat-latest", {128000, 0}},
               {"gpt-5.3-codex-spark", {128000, 100000}},
               {"gpt-4o-2024-05-13", {128000, 0}},
               {"gpt-4o-2024-08-06", {128000, 0}},
               {"gpt-4o-2024-11-20", {128000, 0}},
               {"gpt-3.5-turbo", {16385, 0}},
               {"gpt-5.3-codex", {400000, 272000}},
               {"gpt-5.6-terra", {1050000, 922000}},
               {"gpt-4.1-mini", {1047576, 0}},
               {"gpt-4.1-nano", {1047576, 0}},
               {"gpt-5.4-mini", {400000, 272000}},
               {"gpt-5.4-nano", {400000, 272000}},
               {"gpt-5.6-luna", {1050000, 922000}},
               {"gpt-4-turbo", {128000, 0}},
               {"gpt-4o-mini", {128000, 0}},
               {"gpt-5.2-pro", {400000, 272000}},
               {"gpt-5.4-pro", {1050000, 922000}},
               {"gpt-5.5-pro", {1050000, 922000}},
               {"gpt-5.6-sol", {1050000, 922000}},
               {"gpt-6-astra", {1050000, 922000}},
               {"gpt-5-mini", {400000, 272000}},
               {"gpt-5-nano", {400000, 272000}},
               {"gpt-6-luna", {1050000, 922000}},
               {"gpt-5-pro", {400000, 272000}},
               {"gpt-6-sol", {1050000, 922000}},
               {"gpt-4.1", {1047576, 0}},
               {"gpt-5.1", {400000, 272000}},
               {"gpt-5.2", {400000, 272000}},
               {"gpt-5.4", {1050000, 922000}},
               {"gpt-5.5", {1050000, 922000}},
               {"gpt-5.6", {1050000, 922000}},
               {"o3-mini", {200000, 0}},
               {"o4-mini", {200000, 0}},
               {"gpt-4o", {128000, 0}},
               {"o1-pro", {200000, 0}},
               {"o3-pro", {200000, 0}},
               {"gpt-4", {8192, 0}},
               {"gpt-5", {400000, 272000}},
               {"o1", {200000, 0}},
               {"o3", {200000, 0}}};
}

}  // namespace

Provider OpenAi() {
  Provider p;
  p.name = "openai";
  p.title = "OpenAI";
  p.api_key_env = "OPENAI_API_KEY";
  p.chat_base_url = "https://api.openai.com/v1";
  p.interface = Interface::kChat;
  SetInterfaces(p);
  SetEfforts(p);
  p.plain_base_url = "https://api.openai.com/v1";
  p.plain_speaks_messages = false;
  p.default_model = "gpt-5";
  p.model_form = ModelForm::kBare;
  p.models = {"gpt-5", "gpt-5-mini", "gpt-4-turbo"};
  // It answers 400 to a larger max_tokens; clients ask for more with models that they do not know.
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
  p.responses_quirks.max_tokens_field = MaxTokensField::kByModel;
  p.responses_quirks.web_search = WebSearch::kOptions;
  p.responses_quirks.service_tier = true;
  SetWindows(p);
  return p;
}

Provider ChatGptPlan() {
  Provider p;
  p.name = "openai";
  p.title = "OpenAI (the ChatGPT plan)";
  // The address that Codex uses with a ChatGPT login. Codex knows its models, so requests are not
  // adapted to what is known about the API's models.
  p.chat_base_url = "https://chatgpt.com/backend-api/codex";
  p.interface = Interface::kResponses;
  p.model_form = ModelForm::kBare;
  TakeCodexHeaders(p);
  return p;
}

void TakeCodexHeaders(Provider& provider) {
  provider.client_headers = {
      "chatgpt-account-id", "originator",      "user-agent",          "version",
      "openai-beta",        "session-id",      "session_id",          "thread-id",
      "thread_id",          "conversation_id", "x-client-request-id", "x-codex-*",
      "x-openai-*",         "x-oai-*",         "x-responsesapi-*",    "accept"};
}

}  // namespace katra::router::providers
