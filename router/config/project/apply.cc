// Reads a project's file, and chooses what it names among what the user allows.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/json_schema.h"
#include "core/text.h"
#include "router/config/findings.h"
#include "router/config/json_source.h"
#include "router/config/project/project_file.h"
#include "router/config/scenarios.h"
#include "router/config/schemas.gen.h"
#include "router/config/session.h"

namespace katra::router::project {
namespace {

using nlohmann::json;

std::string NameOf(const Target& target) { return target.provider + "/" + target.model; }

Result<std::shared_ptr<const JsonSchema>> Schema() {
  for (const auto& file : schemas::EmbeddedFiles()) {
    if (file.name == "project-routing-v1.json") return JsonSchema::Compile(json::parse(file.text));
  }
  return Fail(ErrorCode::kInternal, "the schema of projects is not part of this build");
}

void AddViolations(const JsonSource& source, const JsonSchema& schema, Findings& findings) {
  for (const SchemaViolation& violation : schema.Validate(*source.document, 100)) {
    std::string place = violation.path;
    std::string message = "expected " + violation.expected + ", found " + violation.found;
    if (violation.keyword == "additionalProperties") {
      const json member = json::parse(violation.found, nullptr, false);
      if (member.is_string()) place += "/" + PointerToken(member.get<std::string>());
      message = OneLine(violation.found, 80) + " cannot be set by a project; expected " +
                violation.expected +
                ". Providers, addresses, keys and commands belong in your own personas.json";
    }
    findings.AddError(LineOf(source, place), PathOf(source, place), message);
  }
}

// The models that the user's files name for the persona: what a project may choose among.
std::vector<Target> AllowedModels(const RouterConfig& config, const PersonaConfig& persona) {
  std::vector<Target> all;
  const auto add = [&all](const Target& target) {
    if (target.model.empty() || target.provider.empty()) return;
    if (std::find(all.begin(), all.end(), target) == all.end()) all.push_back(target);
  };
  add(SessionTarget(config, persona));
  const Routes& routes = persona.routing;
  for (const std::optional<Target>* target :
       {&routes.background, &routes.think, &routes.long_context, &routes.web_search, &routes.image,
        &routes.subagent}) {
    if (*target) add(**target);
  }
  for (const RoutePreference& route : persona.preferences) {
    for (const Target& target : route.models) add(target);
  }
  for (const Target& target : persona.fallbacks) add(target);
  for (const ModelAlias& alias : config.aliases) add(alias.target);
  return all;
}

class Reader {
 public:
  Reader(const RouterConfig& config, const JsonSource& source, PersonaConfig& persona,
         Findings& findings)
      : config_(config), source_(source), persona_(persona), findings_(findings) {}

  void Read() {
    const std::vector<Target> allowed = AllowedModels(config_, persona_);
    ReadRouting(allowed);
    ReadRoutes();
  }

 private:
  void Error(const std::string& pointer, const std::string& message) {
    findings_.AddError(LineOf(source_, pointer), PathOf(source_, pointer), message);
  }

  // nullopt: an error was added. `whose`: whose models `allowed` are.
  std::optional<Target> Choose(const std::string& pointer, const std::string& text,
                               const std::vector<Target>& allowed, const std::string& whose) {
    std::optional<Target> target;
    if (const Target* alias = config_.FindAlias(text)) {
      target = *alias;
    } else if (auto parsed = ParseTarget(config_, text, persona_.provider)) {
      target = std::move(*parsed);
    }
    if (target && std::find(allowed.begin(), allowed.end(), *target) != allowed.end()) {
      return target;
    }
    std::vector<std::string> names;
    for (const Target& one : allowed) names.push_back(NameOf(one));
    std::string near = DidYouMean(text, names);
    if (near.empty()) near = DidYouMean(persona_.provider + "/" + text, names);
    Error(pointer, "\"" + OneLine(text, 120) + "\" is not " + whose +
                       (names.empty() ? "; there are none" : "; allowed: " + Join(names, ", ")) +
                       near);
    return std::nullopt;
  }

  void ReadRouting(const std::vector<Target>& allowed) {
    const auto routing = source_.document->find("routing");
    if (routing == source_.document->end()) return;
    Routes& routes = persona_.routing;
    for (const ScenarioName& scenario : kScenarioNames) {
      const std::string name(scenario.name);
      const auto value = routing->find(name);
      if (value == routing->end()) continue;
      auto chosen = Choose("/routing/" + name, value->get<std::string>(), allowed,
                           "one of the models that your own files name for " + persona_.name);
      if (!chosen) continue;
      routes.*scenario.target = std::move(chosen);
      persona_.project.scenarios.push_back(name);
    }
  }

  void ReadRoutes() {
    const auto routes = source_.document->find("routes");
    if (routes == source_.document->end()) return;
    std::vector<RoutePreference> kept;
    for (size_t i = 0; i < routes->size(); ++i) {
      ReadRoute("/routes/" + std::to_string(i), (*routes)[i], &kept);
    }
    persona_.preferences = std::move(kept);
    persona_.project.routes = true;
  }

  void ReadRoute(const std::string& pointer, const json& entry,
                 std::vector<RoutePreference>* kept) {
    const auto name = entry.at("name").get<std::string>();
    const auto is = [&name](const RoutePreference& route) {
      return ToLowerAscii(route.name) == ToLowerAscii(name);
    };
    if (std::any_of(kept->begin(), kept->end(), is)) {
      return Error(pointer + "/name", "the route \"" + OneLine(name, 80) + "\" is listed twice");
    }
    const auto found = std::find_if(persona_.preferences.begin(), persona_.preferences.end(), is);
    if (found == persona_.preferences.end()) return ReportMissing(pointer, name);
    RoutePreference route = *found;
    if (const auto models = entry.find("models"); models != entry.end()) {
      route.models.clear();
      for (size_t i = 0; i < models->size(); ++i) {
        auto chosen =
            Choose(pointer + "/models/" + std::to_string(i), (*models)[i].get<std::string>(),
                   found->models, "one of your models for the route \"" + found->name + "\"");
        if (chosen) route.models.push_back(std::move(*chosen));
      }
    }
    if (const auto prefer = entry.find("prefer"); prefer != entry.end()) {
      route.prefer = ParsePrefer(prefer->get<std::string>()).value_or(Prefer::kNone);
    }
    kept->push_back(std::move(route));
  }

  // A route that only other personas have is no mistake: the file is for all of them.
  void ReportMissing(const std::string& pointer, const std::string& name) {
    std::vector<std::string> known;
    const auto add = [&known](const std::vector<RoutePreference>& routes) {
      for (const RoutePreference& route : routes) known.push_back(route.name);
    };
    add(config_.preferences);
    for (const PersonaConfig& persona : config_.personas) add(persona.preferences);
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    const bool elsewhere = std::any_of(
        known.begin(), known.end(),
        [&name](const std::string& other) { return ToLowerAscii(other) == ToLowerAscii(name); });
    if (elsewhere) return;
    Error(pointer + "/name",
          "\"" + OneLine(name, 80) + "\" is not one of your routing_preferences" +
              (known.empty() ? "; there are none" : "; there are: " + Join(known, ", ")) +
              DidYouMean(name, known));
  }

  const RouterConfig& config_;
  const JsonSource& source_;
  PersonaConfig& persona_;
  Findings& findings_;
};

}  // namespace

Result<PersonaConfig> ApplyProjectFile(const RouterConfig& config, const ProjectFile& file,
                                       const PersonaConfig& persona) {
  PersonaConfig own = persona;
  if (file.path.empty()) return own;
  const auto schema = Schema();
  if (!schema) return tl::unexpected<Error>(schema.error());
  const auto source = ParseJsonSource(file.text, file.path);
  if (!source) return tl::unexpected<Error>(source.error());
  Findings findings(file.path);
  AddViolations(*source, **schema, findings);
  if (findings.ok()) Reader(config, *source, own, findings).Read();
  if (auto status = findings.ToStatus(); !status) return Pass(std::move(status));
  own.project.file = file.path;
  return own;
}

}  // namespace katra::router::project
