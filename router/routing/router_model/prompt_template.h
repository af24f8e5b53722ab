// The fixed words around the routes and the conversation in a router model's prompt. Each family of
// models was trained on one layout. docs/routing.md describes the layouts; the wording is Katra's
// own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace katra::router::routing::router_model {

enum class Family : uint8_t {
  kArchRouter,    // Arch-Router-1.5B: one route, {"route": "name"}
  kOrchestrator,  // Plano-Orchestrator: any number, {"route": ["name", …]}
};

// kOrchestrator if the model's name contains "orchestrator", in any case; else kArchRouter.
[[nodiscard]] Family FamilyOf(std::string_view model);

// "arch-router" or "plano-orchestrator".
[[nodiscard]] const char* ToString(Family family);

// A text that contains "{routes}" and "{conversation}" once each, in this order.
class PromptTemplate {
 public:
  // Katra's own words for `family`.
  [[nodiscard]] static const PromptTemplate& Of(Family family);

  // Another text, for example the one that a model was trained with. kInvalidArgument says which
  // placeholder is missing, doubled or out of order.
  [[nodiscard]] static Result<PromptTemplate> Parse(std::string text);

  // Placeholders in `routes` or `conversation` are not replaced.
  [[nodiscard]] std::string Fill(std::string_view routes, std::string_view conversation) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  PromptTemplate() = default;

  std::string text_;
  size_t routes_at_ = 0;
  size_t conversation_at_ = 0;
};

// Whether `text` is byte for byte the template that the makers of the family's models publish.
[[nodiscard]] bool IsPublished(Family family, std::string_view text);

}  // namespace katra::router::routing::router_model
