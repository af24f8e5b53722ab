// The provider entries of a Plano config.yaml: the providers of Katra that they become, and the
// names of their models. Reads no file and no variable itself.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/config/plano/report.h"

namespace katra::router::plano {

// Returns the value of a variable; nullopt: it is not set.
using Variables = std::function<std::optional<std::string>(const std::string& name)>;

// One entry: a model, or all models of a provider.
struct Entry {
  const YamlNode* node = nullptr;  // borrowed from the file's tree
  std::string path;                // "$.llm_providers[0]"
  std::string name;                // `name`; empty: none
  std::string full;                // "openai/gpt-5", as it is written
  std::string prefix;              // "openai"
  std::string model;               // "gpt-5"; "*": all
  std::string base_url;            // resolved; empty: the provider's own
  std::string key_env;             // the variable of access_key; empty: none
  std::string interface;           // of base_url: "openai" or "anthropic"
  bool is_default = false;
  bool pass_login = false;
  std::string provider;  // its name in Katra
  // The built-in provider, if this is a second entry of it with another key; empty: none.
  std::string like;

  [[nodiscard]] bool wildcard() const { return model == "*"; }
  // Whether the model is only a router model.
  [[nodiscard]] bool routes_only() const { return prefix == "plano"; }
};

// What a name in a preference, an alias or an override refers to.
struct Resolved {
  const Entry* entry = nullptr;  // nullptr: nothing
  std::string model;
  bool ambiguous = false;  // several entries have a model of this name; the first is taken

  [[nodiscard]] std::string target() const { return entry->provider + "," + model; }
};

class Entries {
 public:
  // Reads the list at `path`. Every error is reported.
  Entries(const YamlNode& list, const std::string& path, const Variables& variables,
          Report& report);

  [[nodiscard]] const std::vector<Entry>& all() const { return all_; }
  // The entry with `default: true`; nullptr: none.
  [[nodiscard]] const Entry* Default() const;
  // The first entry that is a single model and may serve requests; nullptr: none.
  [[nodiscard]] const Entry* First() const;
  // By full name, by `name`, by a wildcard, or by the model alone.
  [[nodiscard]] Resolved Resolve(std::string_view name) const;
  // All names that Resolve() accepts.
  [[nodiscard]] std::vector<std::string> Names() const;

 private:
  void Read(const YamlNode& node, const std::string& path, const Variables& variables,
            Report& report);
  bool ReadModel(Entry& entry, Report& report);
  void ReadAddress(Entry& entry, const Variables& variables, Report& report);
  void ReadKey(Entry& entry, const Variables& variables, Report& report);
  void CheckTwice(const Entry& entry, Report& report) const;
  void NameProviders(Report& report);

  std::vector<Entry> all_;
};

}  // namespace katra::router::plano
