#include "router/config/plano/providers.h"

#include <algorithm>
#include <array>
#include <map>

#include "core/text.h"
#include "router/config/endpoint.h"
#include "router/providers/provider.h"

namespace katra::router::plano {
namespace {

// How a prefix of Plano's model names is served here.
struct Prefix {
  std::string_view plano;
  std::string_view ours;          // a built-in provider; empty: one of its own
  std::string_view path;          // of a base_url without a path; empty: "/v1"
  bool needs_address = false;     // its entries need a base_url
  std::string_view address = {};  // of a provider that is not built in
};

constexpr std::array<Prefix, 22> kPrefixes = {{
    {"deepseek", "deepseek", ""},
    {"groq", "groq", "/openai/v1"},
    {"mistral", "mistral", ""},
    {"openai", "openai", ""},
    {"xiaomi", "xiaomi", ""},
    {"gemini", "gemini", "/v1beta/openai"},
    {"anthropic", "anthropic", ""},
    {"together_ai", "together", ""},
    {"xai", "xai", ""},
    {"moonshotai", "moonshot", ""},
    {"zhipu", "", "/api/paas/v4", false, "https://open.bigmodel.cn/api/paas/v4"},
    {"digitalocean", "digitalocean", ""},
    {"vercel", "vercel", ""},
    {"openrouter", "openrouter", ""},
    {"edenai", "", "", true},
    {"chatgpt", "", "", false},
    {"azure_openai", "azure", "", true},
    {"ollama", "ollama", "", true},
    {"qwen", "dashscope", "/compatible-mode/v1", true},
    {"amazon_bedrock", "", "", true},
    {"plano", "", "", true},
    {"arch", "", "", true},
}};

constexpr std::string_view kInterfaces[] = {
    "plano",   "deepseek",     "groq",   "mistral",    "openai", "xiaomi",    "gemini",
    "chatgpt", "digitalocean", "vercel", "openrouter", "edenai", "moonshotai"};

constexpr Known kMembers[] = {{"name"},
                              {"model"},
                              {"access_key"},
                              {"default"},
                              {"base_url"},
                              {"passthrough_auth"},
                              {"http_host"},
                              {"provider_interface"},
                              {"headers", "Katra sends no headers of its own to a provider"},
                              {"routing_preferences"}};

const Prefix* FindPrefix(std::string_view name) {
  const auto* found = std::find_if(kPrefixes.begin(), kPrefixes.end(),
                                   [&](const Prefix& one) { return one.plano == name; });
  return found == kPrefixes.end() ? nullptr : found;
}

bool IsVariable(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && name.size() <= 128 && is_letter(name[0]) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

// "$NAME" or "${NAME}" -> "NAME"; empty: it is no reference.
std::string Reference(std::string_view text) {
  if (!text.starts_with('$')) return {};
  text.remove_prefix(1);
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  return IsVariable(text) ? std::string(text) : std::string();
}

// The host of an address, with its port.
std::string_view HostOf(std::string_view url) {
  const size_t begin = url.find("://");
  if (begin == std::string_view::npos) return {};
  url.remove_prefix(begin + 3);
  return url.substr(0, url.find('/'));
}

std::string WithPath(std::string url, std::string_view path) {
  while (url.ends_with('/')) url.pop_back();
  const size_t host = url.find("://");
  const bool bare = host != std::string::npos && url.find('/', host + 3) == std::string::npos;
  return bare ? url + std::string(path) : url;
}

std::string AsProviderName(std::string_view text) {
  std::string name;
  for (const char c : ToLowerAscii(text)) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
    name += plain ? c : '-';
  }
  while (!name.empty() && std::string_view(".-_").find(name.front()) != std::string_view::npos) {
    name.erase(0, 1);
  }
  name.resize(std::min<size_t>(name.size(), 64));
  return name;
}

std::string AllPrefixes() {
  std::vector<std::string> names;
  for (const Prefix& one : kPrefixes) names.emplace_back(one.plano);
  return Join(names, ", ");
}

std::vector<std::string> PrefixNames() {
  std::vector<std::string> names;
  for (const Prefix& one : kPrefixes) names.emplace_back(one.plano);
  return names;
}

// Entries with the same of these are one provider.
std::string GroupOf(const Entry& entry) {
  return entry.prefix + '\n' + entry.base_url + '\n' + entry.key_env + '\n' +
         (entry.pass_login ? "login" : "");
}

}  // namespace

Entries::Entries(const YamlNode& list, const std::string& path, const Variables& variables,
                 Report& report) {
  if (!report.Expect(&list, YamlKind::kList, path)) return;
  if (list.items.empty()) {
    report.Error(list.place, path, "is empty: at least one entry with a model is needed");
  }
  for (size_t i = 0; i < list.items.size(); ++i) {
    Read(list.items[i], path + "[" + std::to_string(i) + "]", variables, report);
  }
  NameProviders(report);
}

void Entries::Read(const YamlNode& node, const std::string& path, const Variables& variables,
                   Report& report) {
  if (!report.Expect(&node, YamlKind::kMap, path)) return;
  report.CheckMembers(node, path, kMembers);
  Entry entry;
  entry.node = &node;
  entry.path = path;
  entry.name = report.Text(node, "name", path);
  entry.full = report.Text(node, "model", path);
  if (!ReadModel(entry, report)) return;
  entry.is_default = report.Boolean(node, "default", path).value_or(false);
  entry.pass_login = report.Boolean(node, "passthrough_auth", path).value_or(false);
  ReadAddress(entry, variables, report);
  ReadKey(entry, variables, report);
  if (entry.wildcard() && entry.is_default) {
    report.Error(node.Find("default")->place, path + ".default",
                 "\"" + OneLine(entry.full, 80) +
                     "\" stands for all models of the provider; the default is one model");
  }
  CheckTwice(entry, report);
  all_.push_back(std::move(entry));
}

bool Entries::ReadModel(Entry& entry, Report& report) {
  const YamlNode* model = entry.node->Find("model");
  const std::string place = entry.path + ".model";
  if (model == nullptr) {
    report.Error(entry.node->place, entry.path,
                 "has no model: write provider/model, such as openai/gpt-5");
    return false;
  }
  const size_t slash = entry.full.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == entry.full.size()) {
    if (model->kind == YamlKind::kScalar) {
      report.Error(
          model->place, place,
          "invalid model name \"" + OneLine(entry.full, 80) +
              "\": write the provider before it, such as openai/" +
              (entry.full.empty() || slash != std::string::npos ? "gpt-5"
                                                                : OneLine(entry.full, 80)));
    }
    return false;
  }
  entry.prefix = entry.full.substr(0, slash);
  entry.model = entry.full.substr(slash + 1);
  if (entry.model.find('*') != std::string::npos && !entry.wildcard()) {
    report.Error(model->place, place, "a wildcard is provider/*, with nothing else after the /");
    return false;
  }
  const Prefix* prefix = FindPrefix(entry.prefix);
  const YamlNode* interface = entry.node->Find("provider_interface");
  const std::string interface_place = entry.path + ".provider_interface";
  if (entry.prefix == "chatgpt") {
    report.Error(model->place, place,
                 "models of a ChatGPT plan are asked with Codex's own login, not by a provider "
                 "entry: remove it, and start the session with `katra start --client codex "
                 "--own-login`");
    return false;
  }
  if (interface != nullptr && report.Expect(interface, YamlKind::kScalar, interface_place)) {
    if (prefix != nullptr && !entry.routes_only()) {
      report.Error(interface->place, interface_place,
                   "\"" + entry.prefix +
                       "\" is a known provider, whose interface is known: remove this line");
    } else {
      static_cast<void>(report.OneOf(*interface, interface_place, kInterfaces));
    }
  }
  if (prefix == nullptr && (interface == nullptr || entry.node->Find("base_url") == nullptr)) {
    report.Error(model->place, place,
                 "\"" + OneLine(entry.prefix, 60) +
                     "\" is not a known provider, so the entry needs base_url and "
                     "provider_interface; known: " +
                     AllPrefixes() + DidYouMean(entry.prefix, PrefixNames()));
    return false;
  }
  const Provider* built_in = prefix == nullptr ? nullptr : FindBuiltIn(prefix->ours);
  if (built_in != nullptr && !entry.wildcard()) {
    if (auto fits = CheckModelForm(*built_in, entry.model); !fits) {
      report.Error(model->place, place, fits.error().message);
    }
  }
  return true;
}

void Entries::ReadAddress(Entry& entry, const Variables& variables, Report& report) {
  const Prefix* prefix = FindPrefix(entry.prefix);
  const YamlNode* url = entry.node->Find("base_url");
  const std::string place = entry.path + ".base_url";
  std::string_view path = prefix == nullptr ? "" : prefix->path;
  if (prefix == nullptr) {
    const Prefix* kind = FindPrefix(report.Text(*entry.node, "provider_interface", entry.path));
    if (kind != nullptr) path = kind->path;
  }
  entry.interface = entry.prefix == "anthropic" ? "anthropic" : "openai";
  if (url == nullptr) {
    if (prefix != nullptr && prefix->needs_address) {
      report.Error(entry.node->Find("model")->place, entry.path,
                   "\"" + entry.prefix + "\" needs base_url, the address of its API");
    }
    if (prefix != nullptr) entry.base_url = prefix->address;
  } else if (report.Expect(url, YamlKind::kScalar, place)) {
    std::string text = url->text;
    if (const std::string variable = Reference(text); !variable.empty()) {
      const auto value = variables(variable);
      if (!value) {
        return report.Error(url->place, place,
                            "$" + variable +
                                " is not set, so the address is "
                                "unknown");
      }
      text = *value;
    }
    if (auto fits = CheckEndpoint(text); !fits) {
      return report.Error(url->place, place, fits.error().message);
    }
    if (text.starts_with("http://") && !IsLoopback(text)) {
      report.Warn(url->place, place, "keys and prompts go to this address unencrypted (http://)");
    }
    entry.base_url = WithPath(text, path);
  }
  const YamlNode* host = entry.node->Find("http_host");
  if (host != nullptr && report.Expect(host, YamlKind::kScalar, entry.path + ".http_host") &&
      host->text != HostOf(entry.base_url)) {
    report.Warn(host->place, entry.path + ".http_host",
                "is not used: a provider is asked under the host of its base_url");
  }
  if (entry.pass_login && !MayCarryLogin(entry.base_url, true) && !entry.base_url.empty()) {
    report.Error(entry.node->Find("passthrough_auth")->place, entry.path + ".passthrough_auth",
                 "a client's login goes over TLS only: give an https:// address as base_url, or "
                 "remove passthrough_auth");
  }
}

void Entries::ReadKey(Entry& entry, const Variables& variables, Report& report) {
  const YamlNode* key = entry.node->Find("access_key");
  const std::string place = entry.path + ".access_key";
  if (key == nullptr || key->kind == YamlKind::kNull) return;
  if (!report.Expect(key, YamlKind::kScalar, place) || key->text.empty()) return;
  entry.key_env = Reference(key->text);
  if (entry.key_env.empty()) {
    // Never shown: it may be a key.
    return report.Error(key->place, place,
                        "keys do not belong in this file: put the key into an environment "
                        "variable, or into a .env file beside this one, and write its name here, "
                        "such as $OPENAI_API_KEY");
  }
  const auto value = variables(entry.key_env);
  if (!value || value->empty()) {
    report.Warn(key->place, place,
                "$" + entry.key_env +
                    " is set neither in the environment nor in .env: requests "
                    "to this provider fail until it is");
  }
}

void Entries::CheckTwice(const Entry& entry, Report& report) const {
  for (const Entry& other : all_) {
    const std::string first = " (first on line " + std::to_string(other.node->place.line) + ")";
    if (!entry.name.empty() && other.name == entry.name) {
      report.Error(
          entry.node->Find("name")->place, entry.path + ".name",
          "another entry is named \"" + OneLine(entry.name, 80) + "\"" + first + "; rename one");
    }
    if (other.full == entry.full) {
      report.Error(entry.node->Find("model")->place, entry.path + ".model",
                   "\"" + OneLine(entry.full, 80) + "\" appears a second time" + first +
                       "; remove one of them");
    }
    if (entry.is_default && other.is_default) {
      report.Error(entry.node->Find("default")->place, entry.path + ".default",
                   "\"" + OneLine(other.full, 80) + "\" is the default already" + first +
                       "; there is one default");
    }
  }
}

void Entries::NameProviders(Report& report) {
  std::map<std::string, std::string> groups;   // group -> provider
  std::map<std::string, std::string> holders;  // provider -> group
  const auto give = [&](Entry& entry, const std::string& name) {
    groups[GroupOf(entry)] = name;
    holders[name] = GroupOf(entry);
  };
  const auto named = [](const Entry& entry) {
    const Prefix* prefix = FindPrefix(entry.prefix);
    return prefix == nullptr || prefix->ours.empty() ? AsProviderName(entry.prefix)
                                                     : std::string(prefix->ours);
  };
  // The provider's own name belongs to the entries at its own address, else to the first.
  for (const bool own_address : {true, false}) {
    for (Entry& entry : all_) {
      if (own_address && entry.node->Find("base_url") != nullptr) continue;
      if (groups.count(GroupOf(entry)) == 0 && holders.count(named(entry)) == 0) {
        give(entry, named(entry));
      }
    }
  }
  for (Entry& entry : all_) {
    std::string name = AsProviderName(entry.name);
    const std::string prefix = named(entry);
    const auto taken = [&] { return holders.count(name) != 0 || FindBuiltIn(name) != nullptr; };
    if (groups.count(GroupOf(entry)) == 0) {
      for (int number = 2; name.empty() || taken(); ++number) {
        name = prefix + "-" + std::to_string(number);
      }
      give(entry, name);
    }
    entry.provider = groups[GroupOf(entry)];
    if (entry.provider != prefix && entry.base_url.empty()) entry.like = prefix;
    if (!IsProviderName(entry.provider)) {
      report.Error(entry.node->Find("model")->place, entry.path + ".model",
                   "\"" + OneLine(entry.prefix, 60) +
                       "\" cannot name a provider: letters, digits, _, - and ., a letter or digit "
                       "first, at most 64 characters");
    }
  }
}

const Entry* Entries::Default() const {
  for (const Entry& entry : all_) {
    if (entry.is_default && !entry.wildcard()) return &entry;
  }
  return nullptr;
}

const Entry* Entries::First() const {
  for (const Entry& entry : all_) {
    if (!entry.wildcard() && !entry.routes_only()) return &entry;
  }
  return nullptr;
}

Resolved Entries::Resolve(std::string_view name) const {
  for (const Entry& entry : all_) {
    if (entry.full == name && !entry.wildcard()) return {&entry, entry.model};
  }
  for (const Entry& entry : all_) {
    if (entry.name == name && !entry.wildcard()) return {&entry, entry.model};
  }
  for (const Entry& entry : all_) {
    const std::string_view lead = std::string_view(entry.full).substr(0, entry.prefix.size() + 1);
    if (entry.wildcard() && name.starts_with(lead) && name.size() > lead.size() &&
        name.substr(lead.size()) != "*") {
      return {&entry, std::string(name.substr(lead.size()))};
    }
  }
  Resolved found;
  for (const Entry& entry : all_) {
    if (entry.model != name || entry.wildcard()) continue;
    if (found.entry == nullptr) {
      found.entry = &entry;
      found.model = entry.model;
    } else {
      found.ambiguous = true;
    }
  }
  return found;
}

std::vector<std::string> Entries::Names() const {
  std::vector<std::string> names;
  for (const Entry& entry : all_) names.push_back(entry.full);
  for (const Entry& entry : all_) {
    if (!entry.name.empty()) names.push_back(entry.name);
  }
  for (const Entry& entry : all_) {
    if (!entry.wildcard()) names.push_back(entry.model);
  }
  return names;
}

}  // namespace katra::router::plano
