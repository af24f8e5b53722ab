// The list of built-in providers, and look-ups in it.
#include "router/providers/built_ins.h"

#include <algorithm>

#include "core/text.h"

// Each is made by a function in its own file of this folder.
#define KATRA_PROVIDERS(PROVIDER) \
  PROVIDER(Anthropic)             \
  PROVIDER(OpenAi)                \
  PROVIDER(DeepSeek)              \
  PROVIDER(OpenRouter)            \
  PROVIDER(Gemini)                \
  PROVIDER(Grok)                  \
  PROVIDER(Mistral)               \
  PROVIDER(Groq)                  \
  PROVIDER(Moonshot)              \
  PROVIDER(Zai)                   \
  PROVIDER(MiniMax)               \
  PROVIDER(Ollama)                \
  PROVIDER(LlamaCpp)              \
  PROVIDER(Vllm)                  \
  PROVIDER(LmStudio)              \
  PROVIDER(Cerebras)              \
  PROVIDER(DashScope)             \
  PROVIDER(DigitalOcean)          \
  PROVIDER(Fireworks)             \
  PROVIDER(Nvidia)                \
  PROVIDER(SiliconFlow)           \
  PROVIDER(Together)              \
  PROVIDER(Vercel)                \
  PROVIDER(Volcengine)            \
  PROVIDER(Xai)                   \
  PROVIDER(Xiaomi)                \
  PROVIDER(Bedrock)               \
  PROVIDER(Vertex)                \
  PROVIDER(VertexGemini)          \
  PROVIDER(Copilot)

namespace katra::router {

namespace providers {
#define KATRA_DECLARE_PROVIDER(name) Provider name();
KATRA_PROVIDERS(KATRA_DECLARE_PROVIDER)
#undef KATRA_DECLARE_PROVIDER
}  // namespace providers

const std::vector<Provider>& BuiltIns() {
  static const std::vector<Provider> all = [] {
    std::vector<Provider> made;
#define KATRA_ADD_PROVIDER(name) made.push_back(providers::name());
    KATRA_PROVIDERS(KATRA_ADD_PROVIDER)
#undef KATRA_ADD_PROVIDER
    for (Provider& provider : made) provider.built_in = true;
    return made;
  }();
  return all;
}

const Provider* FindBuiltIn(std::string_view name) {
  const std::string wanted = ToLowerAscii(name);
  const std::vector<Provider>& all = BuiltIns();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Provider& known) { return known.name == wanted; });
  return found == all.end() ? nullptr : &*found;
}

std::vector<std::string> CommonClientHeaders() { return {"anthropic-version", "anthropic-beta"}; }

bool TakesClientHeader(const Provider& provider, std::string_view name) {
  const std::string wanted = ToLowerAscii(name);
  return std::any_of(
      provider.client_headers.begin(), provider.client_headers.end(), [&](std::string_view known) {
        return known.ends_with('*') ? wanted.starts_with(known.substr(0, known.size() - 1))
                                    : wanted == known;
      });
}

Status CheckModelForm(const Provider& provider, std::string_view model) {
  const auto wrong = [&](const std::string& what) {
    return Fail(ErrorCode::kInvalidArgument, "model \"" + OneLine(model, 80) + "\" " + what);
  };
  const std::string title = provider.title.empty() ? provider.name : provider.title;
  if (Trim(model).empty() || Trim(model) != model) {
    return wrong("has no name or blanks around it; write it as " + title + " does");
  }
  if (OneLine(model, model.size()) != model || model.size() > 200) {
    return wrong("is not a model's name: it has control characters or more than 200 bytes");
  }
  if (model.find(',') != std::string_view::npos) {
    return wrong("holds a comma; that form is for \"provider,model\" in routing and fallbacks");
  }
  const auto slash = model.find('/');
  if (provider.model_form == ModelForm::kVendorSlash &&
      (slash == std::string_view::npos || slash == 0 || slash + 1 == model.size())) {
    return wrong("has the wrong form for " + title + ": its models are vendor/name, for example " +
                 provider.default_model);
  }
  if (provider.model_form == ModelForm::kBare && slash != std::string_view::npos) {
    return wrong("has the wrong form for " + title + ": its models have no prefix; write \"" +
                 OneLine(model.substr(model.rfind('/') + 1), 80) +
                 "\", or choose the provider openrouter");
  }
  return {};
}

int64_t MaxOutputTokens(const Provider& provider, std::string_view model) {
  if (provider.max_output_tokens > 0) return provider.max_output_tokens;
  const std::string name = ToLowerAscii(model.substr(model.rfind('/') + 1));
  const ModelLimit* best = nullptr;
  for (const ModelLimit& limit : provider.model_limits) {
    if (name.rfind(limit.prefix, 0) != 0) continue;
    if (best == nullptr || limit.prefix.size() > best->prefix.size()) best = &limit;
  }
  return best == nullptr ? 0 : best->max_output_tokens;
}

namespace {

// "-2025-08-07", "-latest", "-preview", or nothing: names of the same model.
bool IsForm(std::string_view rest) {
  return rest.empty() || rest == "-latest" || rest == "-preview" ||
         (rest.front() == '-' && rest.find_first_not_of("-0123456789") == std::string_view::npos &&
          rest.size() > 4);
}

ContextWindow WindowIn(const Provider& provider, std::string_view name) {
  for (const ModelWindow& known : provider.windows) {
    if (name.starts_with(known.model) && IsForm(name.substr(known.model.size()))) {
      return known.window;
    }
  }
  return {};
}

// Vendors in OpenRouter's model names that have another name here.
std::string_view ProviderOfVendor(std::string_view vendor) {
  if (vendor == "google") return "gemini";
  if (vendor == "x-ai") return "grok";
  if (vendor == "mistralai") return "mistral";
  if (vendor == "moonshotai") return "moonshot";
  if (vendor == "z-ai") return "zai";
  return vendor;
}

}  // namespace

ContextWindow KnownWindow(const Provider& provider, std::string_view model) {
  if (provider.max_context_tokens > 0) return {provider.max_context_tokens, 0};
  const std::string name = ToLowerAscii(model);
  if (const ContextWindow own = WindowIn(provider, name); own.tokens > 0) return own;
  const auto slash = name.find('/');
  if (slash == std::string::npos) return {};
  const Provider* const maker =
      FindBuiltIn(ProviderOfVendor(std::string_view(name).substr(0, slash)));
  return maker == nullptr ? ContextWindow{}
                          : WindowIn(*maker, std::string_view(name).substr(slash + 1));
}

bool IsProviderName(std::string_view name) {
  const auto is_alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= 64 && is_alnum(name[0]) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.'; });
}

std::string ConfPrefix(std::string_view provider_name) {
  std::string prefix(provider_name);
  for (char& c : prefix) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == '-' || c == '.') c = '_';
  }
  return prefix;
}

}  // namespace katra::router
