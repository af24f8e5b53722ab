#include "router/config/plano/routes.h"

#include <algorithm>
#include <map>
#include <vector>

#include "core/text.h"
#include "router/config/endpoint.h"

namespace katra::router::plano {
namespace {

using nlohmann::ordered_json;

constexpr Known kPreferenceMembers[] = {
    {"name"}, {"description"}, {"models"}, {"selection_policy"}};
constexpr Known kInlineMembers[] = {{"name"}, {"description"}};
constexpr Known kPolicyMembers[] = {{"prefer"}};
constexpr Known kAliasMembers[] = {{"target"}};
constexpr std::string_view kPreferWords[] = {"cheapest", "fastest", "none"};

std::string Unknown(std::string_view name, const Entries& entries) {
  const std::vector<std::string> names = entries.Names();
  return "\"" + OneLine(name, 80) +
         "\" is no model of this file; it has: " + OneLine(Join(names, ", "), 400) +
         DidYouMean(name, names);
}

// Collects routes by name, in the order of the file.
class Preferences {
 public:
  Preferences(const YamlNode& root, const Entries& entries, Report& report, Draft& draft)
      : root_(root), entries_(entries), report_(report), draft_(draft) {}

  void ReadTop(const YamlNode& list) {
    const std::string path = "$.routing_preferences";
    if (!report_.Expect(&list, YamlKind::kList, path)) return;
    for (size_t i = 0; i < list.items.size(); ++i) {
      ReadOne(list.items[i], path + "[" + std::to_string(i) + "]");
    }
  }

  void ReadInline(const Entry& entry) {
    const YamlMember* member = entry.node->FindMember("routing_preferences");
    if (member == nullptr || member->value().kind == YamlKind::kNull) return;
    const YamlNode& value = member->value();
    const std::string path = entry.path + ".routing_preferences";
    if (entry.wildcard()) {
      return report_.Error(member->place, path,
                           "\"" + OneLine(entry.full, 80) +
                               "\" stands for all models of the provider; a preference needs one");
    }
    if (const YamlNode* version = root_.Find("version");
        version != nullptr && version->text == "v0.4.0") {
      report_.Warn(member->place, path,
                   "Plano ignores preferences inside an entry in a file of version v0.4.0; Katra "
                   "uses them. Move them to the top-level routing_preferences, with models");
    }
    if (value.kind == YamlKind::kMap) {
      WarnMapping(value, path);
      return ReadInlineOne(entry, value, path);
    }
    if (!report_.Expect(&value, YamlKind::kList, path)) return;
    for (size_t i = 0; i < value.items.size(); ++i) {
      ReadInlineOne(entry, value.items[i], path + "[" + std::to_string(i) + "]");
    }
  }

  void Write() {
    if (routes_.empty()) return;
    ordered_json list = ordered_json::array();
    for (size_t i = 0; i < routes_.size(); ++i) {
      const std::string pointer = "/routing_preferences/" + std::to_string(i);
      const Route& route = routes_[i];
      list.push_back(route.json);
      draft_.Note(pointer, route.place, route.path);
      draft_.Note(pointer + "/name", route.place, route.path + ".name");
    }
    draft_.Set("/routing_preferences", std::move(list), routes_.front().place,
               root_.Find("routing_preferences") == nullptr ? routes_.front().path
                                                            : "$.routing_preferences");
  }

 private:
  struct Route {
    std::string name;
    YamlPlace place;
    std::string path;
    bool top = false;
    ordered_json json;
  };

  Route* FindRoute(const std::string& name) {
    const auto found = std::find_if(routes_.begin(), routes_.end(), [&](const Route& one) {
      return ToLowerAscii(one.name) == ToLowerAscii(name);
    });
    return found == routes_.end() ? nullptr : &*found;
  }

  // The guides write one preference as a map, where a list is meant.
  void WarnMapping(const YamlNode& value, const std::string& path) {
    const std::string indent(static_cast<size_t>(std::max(value.place.column - 1, 0)), ' ');
    std::string mended;
    for (const YamlMember& member : value.members) {
      mended += "\n" + indent + (mended.empty() ? "- " : "  ") + OneLine(member.name, 80) + ": " +
                OneLine(member.value().text, 200);
    }
    report_.Warn(
        value.place, path,
        "is one map where a list is meant, and read as a list of one. The mended lines:" + mended);
  }

  // The name and description; nullopt: it has no valid name.
  std::optional<Route> ReadHead(const YamlNode& node, const std::string& path,
                                std::span<const Known> members) {
    if (!report_.Expect(&node, YamlKind::kMap, path)) return std::nullopt;
    report_.CheckMembers(node, path, members);
    Route route;
    route.name = report_.Text(node, "name", path);
    route.place = node.place;
    route.path = path;
    const std::string description = report_.Text(node, "description", path);
    if (node.Find("name") == nullptr || (node.Find("name")->kind == YamlKind::kNull)) {
      report_.Error(node.place, path, "has no name");
      return std::nullopt;
    }
    if (ToLowerAscii(route.name) == "other") {
      report_.Error(node.Find("name")->place, path + ".name",
                    "\"other\" stands for requests that match no route; choose another name");
      return std::nullopt;
    }
    if (route.name.size() > 100 || description.size() > 2000) {
      report_.Error(node.place, path,
                    "is too long: a name has at most 100 bytes, a description 2,000");
      return std::nullopt;
    }
    route.json["name"] = route.name;
    if (!description.empty()) route.json["description"] = description;
    return route;
  }

  void ReadOne(const YamlNode& node, const std::string& path) {
    auto route = ReadHead(node, path, kPreferenceMembers);
    if (!route) return;
    route->top = true;
    if (FindRoute(route->name) != nullptr) {
      return report_.Error(node.Find("name")->place, path + ".name",
                           "another route is named \"" + OneLine(route->name, 80) +
                               "\"; case makes no difference; rename one");
    }
    ReadModels(node, path, route->json);
    ReadPolicy(node, path, route->json);
    routes_.push_back(std::move(*route));
  }

  void ReadModels(const YamlNode& node, const std::string& path, ordered_json& json) {
    json["models"] = ordered_json::array();
    const YamlNode* models = node.Find("models");
    const std::string place = path + ".models";
    if (models == nullptr || (models->kind == YamlKind::kList && models->items.empty())) {
      return report_.Error(models == nullptr ? node.place : models->place, place,
                           "at least one model is needed");
    }
    if (!report_.Expect(models, YamlKind::kList, place)) return;
    for (size_t i = 0; i < models->items.size(); ++i) {
      const YamlNode& model = models->items[i];
      const std::string at = place + "[" + std::to_string(i) + "]";
      if (!report_.Expect(&model, YamlKind::kScalar, at)) continue;
      const Resolved found = entries_.Resolve(model.text);
      if (found.entry == nullptr) {
        report_.Error(model.place, at, Unknown(model.text, entries_));
        continue;
      }
      WarnAmbiguous(found, model, at);
      const std::string target = found.target();
      if (std::find(json["models"].begin(), json["models"].end(), target) != json["models"].end()) {
        report_.Warn(model.place, at, "is already in this list");
      } else {
        json["models"].push_back(target);
      }
    }
  }

  void ReadPolicy(const YamlNode& node, const std::string& path, ordered_json& json) {
    const YamlNode* policy = node.Find("selection_policy");
    const std::string place = path + ".selection_policy";
    if (policy == nullptr || policy->kind == YamlKind::kNull) return;
    if (!report_.Expect(policy, YamlKind::kMap, place)) return;
    report_.CheckMembers(*policy, place, kPolicyMembers);
    const YamlNode* prefer = policy->Find("prefer");
    if (prefer == nullptr || !report_.Expect(prefer, YamlKind::kScalar, place + ".prefer")) return;
    if (!report_.OneOf(*prefer, place + ".prefer", kPreferWords)) return;
    const bool cheapest = prefer->text == "cheapest";
    if (prefer->text != "none" && !HasSource(cheapest ? "cost" : "latency")) {
      report_.Error(prefer->place, place + ".prefer",
                    "\"" + prefer->text + "\" needs an entry of type " +
                        (cheapest ? "cost" : "latency") + " in model_metrics_sources");
    }
    if (prefer->text != "none") json["prefer"] = prefer->text;
  }

  [[nodiscard]] bool HasSource(std::string_view type) const {
    const YamlNode* sources = root_.Find("model_metrics_sources");
    if (sources == nullptr) return false;
    return std::any_of(sources->items.begin(), sources->items.end(), [&](const YamlNode& source) {
      const YamlNode* found = source.Find("type");
      return found != nullptr && found->text == type;
    });
  }

  void ReadInlineOne(const Entry& entry, const YamlNode& node, const std::string& path) {
    auto route = ReadHead(node, path, kInlineMembers);
    if (!route) return;
    const std::string target = entry.provider + "," + entry.model;
    if (Route* same = FindRoute(route->name)) {
      if (same->top) {
        return report_.Warn(node.place, path,
                            "is not used: the top-level routing_preferences has a route of this "
                            "name");
      }
      auto& models = same->json["models"];
      if (std::find(models.begin(), models.end(), target) == models.end()) models.push_back(target);
      return;
    }
    route->json["models"] = {target};
    routes_.push_back(std::move(*route));
  }

  void WarnAmbiguous(const Resolved& found, const YamlNode& node, const std::string& path) {
    if (!found.ambiguous) return;
    report_.Warn(node.place, path,
                 "several providers have \"" + OneLine(node.text, 80) +
                     "\"; the first is meant: " + OneLine(found.entry->full, 80));
  }

  const YamlNode& root_;
  const Entries& entries_;
  Report& report_;
  Draft& draft_;
  std::vector<Route> routes_;
};

// The name of an entry is an alias for its model, and so is a model's own name at another provider
// than the default's. Names of Claude are left out if there are preferences: Claude Code always
// asks for one, and an alias goes before every preference.
void AddOwnNames(const Entries& entries, const Entry* standing, Draft& draft) {
  const bool routed = draft.Has("/routing_preferences");
  std::map<std::string, int> count;
  for (const Entry& entry : entries.all()) ++count[entry.model];
  const auto add = [&](const Entry& entry, const std::string& name) {
    const bool claude = ToLowerAscii(name).find("claude") != std::string::npos;
    const std::string pointer = "/model_aliases/" + PointerToken(name);
    if (name.find_first_of("/,*") != std::string::npos || (claude && routed)) return;
    if (draft.Has(pointer)) return;
    draft.Set(pointer, entry.provider + "," + entry.model, entry.node->place, entry.path);
  };
  for (const Entry& entry : entries.all()) {
    if (entry.wildcard() || entry.routes_only()) continue;
    const bool own = standing != nullptr && entry.provider == standing->provider;
    if (!entry.name.empty() && entry.name != entry.model) add(entry, entry.name);
    if (!own && count[entry.model] == 1) add(entry, entry.model);
  }
}

}  // namespace

void ReadAllPreferences(const YamlNode& root, const Entries& entries, Report& report,
                        Draft& draft) {
  Preferences preferences(root, entries, report, draft);
  if (const YamlNode* top = root.Find("routing_preferences")) preferences.ReadTop(*top);
  for (const Entry& entry : entries.all()) preferences.ReadInline(entry);
  preferences.Write();
}

void ReadAllAliases(const YamlNode& root, const Entries& entries, const Entry* standing,
                    Report& report, Draft& draft) {
  const YamlNode* aliases = root.Find("model_aliases");
  const std::string path = "$.model_aliases";
  if (report.Expect(aliases, YamlKind::kMap, path)) {
    for (const YamlMember& member : aliases->members) {
      const std::string place = path + "." + OneLine(member.name, 80);
      if (!report.Expect(&member.value(), YamlKind::kMap, place)) continue;
      report.CheckMembers(member.value(), place, kAliasMembers);
      const YamlNode* target = member.value().Find("target");
      if (target == nullptr) {
        report.Error(member.place, place, "has no target: the model that it stands for");
        continue;
      }
      if (!report.Expect(target, YamlKind::kScalar, place + ".target")) continue;
      const Resolved found = entries.Resolve(target->text);
      if (found.entry == nullptr) {
        const bool chain = aliases->Find(target->text) != nullptr;
        report.Error(target->place, place + ".target",
                     chain ? "\"" + OneLine(target->text, 80) +
                                 "\" is an alias itself; name the model that it stands for"
                           : Unknown(target->text, entries));
        continue;
      }
      if (member.name.find_first_of("/,") != std::string::npos || member.name.empty()) {
        report.Error(member.place, place,
                     "an alias has no / and no comma, which separate a provider from its model");
        continue;
      }
      draft.Set("/model_aliases/" + PointerToken(member.name), found.target(), member.place, place);
    }
  }
  AddOwnNames(entries, standing, draft);
}

void ReadRouterModel(const YamlNode& root, const Entries& entries, Report& report, Draft& draft) {
  const auto read = [&](const char* section, const char* member) {
    const YamlNode* node = root.Find(section);
    const YamlNode* name = node == nullptr ? nullptr : node->Find(member);
    const std::string path = std::string("$.") + section + "." + member;
    if (name == nullptr || !report.Expect(name, YamlKind::kScalar, path)) return;
    const Resolved found = entries.Resolve(name->text);
    const bool local = found.entry != nullptr && IsLoopback(found.entry->base_url);
    if (!local) {
      return report.Warn(
          name->place, path,
          std::string(found.entry == nullptr ? "is not used: no entry of this file has it"
                                             : "is not used: it is not on this computer") +
              ", and what you write would leave it. The local matcher decides. To ask a router "
              "model elsewhere, say so in personas.json: router.matcher and router.router_model");
    }
    draft.Set("/router/matcher", "model", name->place, path);
    draft.Set("/router/router_model", found.target(), name->place, path);
  };
  read("routing", "llm_provider");
  read("overrides", "llm_routing_model");
}

}  // namespace katra::router::plano
