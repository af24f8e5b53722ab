// One object of personas.json, with the position of each member, so that errors and origins have
// line numbers. Only for the readers of that file.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "router/config/config.h"
#include "router/config/findings.h"
#include "router/config/json_source.h"

namespace katra::router {

// Everything is borrowed.
class Section {
 public:
  Section(const JsonSource& source, RouterConfig& config, Findings& findings, std::string pointer);

  // The object; an empty one if it does not exist.
  [[nodiscard]] const nlohmann::json& value() const;
  [[nodiscard]] Section Below(std::string_view name) const;
  [[nodiscard]] const nlohmann::json* Find(std::string_view name) const;

  // If the member exists, sets `out`, records its origin and returns true.
  bool Text(std::string_view name, std::string* out);
  void Mark(std::string_view name);
  // `below`: a JSON Pointer below this object.
  void Error(const std::string& below, const std::string& message);
  void Warn(const std::string& below, const std::string& message);
  // Reads a provider's name, normalised to the model's spelling; adds an error if there is no such
  // provider.
  bool ProviderName(std::string_view name, std::string* out);
  void ReadTarget(std::string_view name, const std::string& own_provider,
                  std::optional<Target>* out);
  void ReadTargets(std::string_view name, const std::string& own_provider,
                   std::vector<Target>* out);
  // `list`: an array of texts at `below`.
  void ReadTargetList(const std::string& below, const nlohmann::json& list,
                      const std::string& own_provider, std::vector<Target>* out);
  // nullopt: an error was added.
  std::optional<Target> ToTarget(const std::string& below, const std::string& text,
                                 const std::string& own_provider);
  void ReadRoutes(const std::string& own_provider, Routes* routes);
  // Overrides the values in `limits` that the file sets.
  void ReadLimits(Limits* limits);
  void CheckModel(const std::string& below, const Provider& provider, const std::string& model);

  [[nodiscard]] RouterConfig& config() const { return config_; }

 private:
  // Whether the text before the first slash is a provider.
  [[nodiscard]] bool NamesProvider(const std::string& text) const;

  const JsonSource& source_;
  RouterConfig& config_;
  Findings& findings_;
  std::string pointer_;
  const nlohmann::json* value_ = nullptr;
};

}  // namespace katra::router
