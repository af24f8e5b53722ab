// One object of personas.json: its members by name, each with its place, so that findings and
// origins name lines. For the readers of that file alone.
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

// All is borrowed.
class Section {
 public:
  Section(const JsonSource& source, RouterConfig& config, Findings& findings, std::string pointer);

  // An empty object when it is not there.
  [[nodiscard]] const nlohmann::json& value() const;
  [[nodiscard]] Section Below(std::string_view name) const;
  [[nodiscard]] const nlohmann::json* Find(std::string_view name) const;

  // Fills `out` and writes down the origin when the member is there.
  bool Text(std::string_view name, std::string* out);
  void Mark(std::string_view name);
  // `below`: a JSON Pointer below this object.
  void Error(const std::string& below, const std::string& message);
  void Warn(const std::string& below, const std::string& message);
  // The provider of that name, in the spelling of the model; an error otherwise.
  bool ProviderName(std::string_view name, std::string* out);
  void ReadTarget(std::string_view name, const std::string& own_provider,
                  std::optional<Target>* out);
  void ReadTargets(std::string_view name, const std::string& own_provider,
                   std::vector<Target>* out);
  void ReadRoutes(const std::string& own_provider, Routes* routes);
  // Over what `limits` holds already.
  void ReadLimits(Limits* limits);
  void CheckModel(const std::string& below, const Provider& provider, const std::string& model);

  [[nodiscard]] RouterConfig& config() const { return config_; }

 private:
  std::optional<Target> ToTarget(const std::string& below, const std::string& text,
                                 const std::string& own_provider);
  // Whether what stands before the first slash is a provider.
  [[nodiscard]] bool NamesProvider(const std::string& text) const;

  const JsonSource& source_;
  RouterConfig& config_;
  Findings& findings_;
  std::string pointer_;
  const nlohmann::json* value_ = nullptr;
};

}  // namespace katra::router
