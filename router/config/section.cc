#include "router/config/section.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "router/config/scenarios.h"

namespace katra::router {

using nlohmann::json;

Section::Section(const JsonSource& source, RouterConfig& config, Findings& findings,
                 std::string pointer)
    : source_(source), config_(config), findings_(findings), pointer_(std::move(pointer)) {
  const json::json_pointer place(pointer_);
  if (source_.document->contains(place)) value_ = &source_.document->at(place);
}

const json& Section::value() const {
  static const json kEmpty = json::object();
  return value_ == nullptr ? kEmpty : *value_;
}

Section Section::Below(std::string_view name) const {
  return {source_, config_, findings_, pointer_ + "/" + PointerToken(name)};
}

const json* Section::Find(std::string_view name) const {
  const auto found = value().find(name);
  return found == value().end() ? nullptr : &*found;
}

bool Section::Text(std::string_view name, std::string* out) {
  const json* member = Find(name);
  if (member == nullptr) return false;
  *out = member->get<std::string>();
  Mark(name);
  return true;
}

void Section::Mark(std::string_view name) {
  const std::string pointer = name.empty() ? pointer_ : pointer_ + "/" + PointerToken(name);
  const std::string path = ShowJsonPath(pointer, *source_.document);
  std::string key = path.size() > 2 ? path.substr(2) : path;
  // A provider's name is lower case in the model, whatever the file says.
  if (key.starts_with("providers.")) key = ToLowerAscii(key);
  config_.origins[key] = {OriginKind::kPersonasFile, findings_.file(), LineOf(source_, pointer),
                          PathOf(source_, pointer)};
}

void Section::Error(const std::string& below, const std::string& message) {
  const std::string pointer = pointer_ + below;
  findings_.AddError(LineOf(source_, pointer), PathOf(source_, pointer), message);
}
void Section::Warn(const std::string& below, const std::string& message) {
  const std::string pointer = pointer_ + below;
  findings_.AddWarning(LineOf(source_, pointer), PathOf(source_, pointer), message);
}

bool Section::ProviderName(std::string_view name, std::string* out) {
  const auto said = name.empty() ? std::string() : "/" + std::string(name);
  const json* member = Find(name);
  if (member == nullptr) return false;
  const auto provider = config_.RequireProvider(member->get<std::string>());
  if (!provider) {
    Error(said, provider.error().message);
    return false;
  }
  *out = (*provider)->name;
  Mark(name);
  return true;
}

void Section::ReadTarget(std::string_view name, const std::string& own_provider,
                         std::optional<Target>* out) {
  const json* member = Find(name);
  if (member == nullptr) return;
  *out = ToTarget("/" + std::string(name), member->get<std::string>(), own_provider);
  Mark(name);
}

void Section::ReadTargets(std::string_view name, const std::string& own_provider,
                          std::vector<Target>* out) {
  const json* member = Find(name);
  if (member == nullptr) return;
  ReadTargetList("/" + std::string(name), *member, own_provider, out);
  Mark(name);
}

void Section::ReadTargetList(const std::string& below, const json& list,
                             const std::string& own_provider, std::vector<Target>* out) {
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string place = below + "/" + std::to_string(i);
    const auto target = ToTarget(place, list[i].get<std::string>(), own_provider);
    if (!target) continue;
    if (std::find(out->begin(), out->end(), *target) != out->end()) {
      Warn(place, "is already in this list");
    } else {
      out->push_back(*target);
    }
  }
}

void Section::ReadRoutes(const std::string& own_provider, Routes* routes) {
  for (const ScenarioName& scenario : kScenarioNames) {
    ReadTarget(scenario.name, own_provider, &(routes->*scenario.target));
  }
}

void Section::ReadLimits(Limits* limits) {
  for (const LimitName& limit : kLimitNames) {
    const json* member = Find(limit.name);
    if (member == nullptr) continue;
    limit.of(*limits) = member->get<int64_t>();
    Mark(limit.name);
  }
}

void Section::CheckModel(const std::string& below, const Provider& provider,
                         const std::string& model) {
  if (auto fits = CheckModelForm(provider, model); !fits) {
    return Error(below, fits.error().message);
  }
  const bool listed =
      provider.models.empty() || provider.built_in ||
      std::find(provider.models.begin(), provider.models.end(), model) != provider.models.end();
  if (!listed) {
    Warn(below, "model \"" + OneLine(model, 80) + "\" is not among the models of \"" +
                    provider.name + "\": " + OneLine(Join(provider.models, ", "), 200) +
                    DidYouMean(model, provider.models));
  }
}

std::optional<Target> Section::ToTarget(const std::string& below, const std::string& text,
                                        const std::string& own_provider) {
  const auto target = ParseTarget(config_, text, own_provider);
  if (!target) {
    Error(below, target.error().message);
    return std::nullopt;
  }
  const Provider* own = config_.FindProvider(own_provider);
  if (own != nullptr && own->model_form == ModelForm::kVendorSlash &&
      text.find(',') == std::string::npos && target->provider != own->name) {
    Warn(below, "\"" + OneLine(text, 80) + "\" is read as the provider \"" + target->provider +
                    "\"; write \"" + own->name + "," + OneLine(text, 80) + "\" for that model at " +
                    own->title);
  }
  CheckModel(below, *config_.FindProvider(target->provider), target->model);
  Target read = *target;
  read.bare = text.find(',') == std::string::npos && !NamesProvider(text);
  return read;
}

bool Section::NamesProvider(const std::string& text) const {
  const auto slash = text.find('/');
  return slash != std::string::npos && config_.FindProvider(text.substr(0, slash)) != nullptr;
}

}  // namespace katra::router
