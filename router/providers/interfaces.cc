// Looks up a model's API and reasoning efforts in the tables of its provider.
#include "core/text.h"
#include "router/providers/provider.h"

namespace katra::router {
namespace {

// How specifically `models` matches `name`: the number of matching bytes; 0 if it does not match.
size_t Fit(std::string_view models, std::string_view name) {
  if (!models.ends_with('*')) return models == name ? name.size() + 2 : 0;
  models.remove_suffix(1);
  return name.starts_with(models) ? models.size() + 1 : 0;
}

template <typename Entry>
const Entry* Find(const std::vector<Entry>& entries, std::string_view name) {
  const Entry* best = nullptr;
  size_t best_fit = 0;
  for (const Entry& entry : entries) {
    const size_t fit = Fit(entry.models, name);
    if (fit <= best_fit) continue;
    best = &entry;
    best_fit = fit;
  }
  return best;
}

}  // namespace

const char* ToString(Interface interface) {
  switch (interface) {
    case Interface::kMessages:
      return "anthropic";
    case Interface::kChat:
      return "openai";
    case Interface::kResponses:
      return "responses";
  }
  return "";
}

Interface InterfaceOf(const Provider& provider, std::string_view model) {
  if (provider.model_interfaces.empty() && provider.known_interfaces.empty()) {
    return provider.interface;
  }
  const std::string name = ToLowerAscii(model);
  const ModelInterface* entry = Find(provider.model_interfaces, name);
  if (entry == nullptr) {
    entry = Find(provider.known_interfaces, std::string_view(name).substr(name.rfind('/') + 1));
  }
  return entry == nullptr ? provider.interface : entry->interface;
}

const std::string& BaseUrlOf(const Provider& provider, Interface interface) {
  return interface == Interface::kMessages ? provider.messages_base_url : provider.chat_base_url;
}

Quirks ResponsesQuirks() {
  Quirks quirks;
  quirks.reasoning_request = ReasoningRequest::kEffort;
  quirks.prompt_cache_key = true;
  quirks.pdfs = true;
  quirks.inline_system = true;
  quirks.max_stop_sequences = 0;
  // Lists all efforts: the error of a model that does not support one is more helpful than silently
  // less effort than requested.
  quirks.efforts = {"minimal", "low", "medium", "high", "xhigh"};
  return quirks;
}

const Quirks& QuirksOf(const Provider& provider, Interface interface) {
  return interface == Interface::kResponses ? provider.responses_quirks : provider.quirks;
}

const std::vector<std::string>& EffortsOf(const Provider& provider, std::string_view model) {
  const std::vector<std::string>& usual = QuirksOf(provider, InterfaceOf(provider, model)).efforts;
  if (provider.model_efforts.empty()) return usual;
  const std::string name = ToLowerAscii(model.substr(model.rfind('/') + 1));
  const ModelEfforts* entry = Find(provider.model_efforts, name);
  return entry == nullptr ? usual : entry->efforts;
}

}  // namespace katra::router
