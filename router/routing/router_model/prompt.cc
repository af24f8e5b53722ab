#include "router/routing/router_model/prompt.h"

#include <algorithm>
#include <utility>

#include "core/json_write.h"
#include "core/text.h"

namespace katra::router::routing::router_model {
namespace {

constexpr size_t kBytesPerToken = 4;
constexpr size_t kMostOrchestratorTurns = 16;
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

bool IsUser(const Turn& turn) { return turn.role == "user"; }

std::vector<const Turn*> Filter(const std::vector<Turn>& turns) {
  std::vector<const Turn*> kept;
  for (const Turn& turn : turns) {
    if (!turn.text.empty() && (IsUser(turn) || turn.role == "assistant")) kept.push_back(&turn);
  }
  return kept;
}

// `[{"name":"…","description":"…"}]`, or a line for each with spaces and empty parameters.
std::string RoutesText(Family family, const std::vector<Route>& routes) {
  std::string out;
  const bool lines = family == Family::kOrchestrator;
  if (!lines) out += '[';
  for (size_t i = 0; i < routes.size(); ++i) {
    if (i > 0) out += lines ? '\n' : ',';
    out += lines ? "{\"name\": " : "{\"name\":";
    AppendJsonString(out, routes[i].name);
    out += lines ? ", \"description\": " : ",\"description\":";
    AppendJsonString(out, routes[i].description);
    if (lines) out += R"(, "parameters": {"type": "object", "properties": {}, "required": []})";
    out += '}';
  }
  if (!lines) out += ']';
  return out;
}

// Compact, or indented by 4.
std::string ConversationText(Family family, const std::vector<Turn>& turns) {
  if (turns.empty()) return "[]";
  const bool indented = family == Family::kOrchestrator;
  std::string out = "[";
  for (size_t i = 0; i < turns.size(); ++i) {
    if (i > 0) out += ',';
    out += indented ? "\n    {\n        \"role\": " : "{\"role\":";
    AppendJsonString(out, turns[i].role);
    out += indented ? ",\n        \"content\": " : ",\"content\":";
    AppendJsonString(out, turns[i].text);
    out += indented ? "\n    }" : "}";
  }
  out += indented ? "\n]" : "]";
  return out;
}

}  // namespace

size_t BudgetTokens(Family family) { return family == Family::kArchRouter ? 2048 : 8192; }

std::string TrimMiddle(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  if (max_bytes <= kEllipsis.size()) return std::string(TruncateUtf8(text, max_bytes));
  const size_t keep = max_bytes - kEllipsis.size();
  const size_t head_bytes = keep * 60 / 100;
  size_t tail_at = text.size() - (keep - head_bytes);
  while (tail_at < text.size() && (static_cast<unsigned char>(text[tail_at]) & 0xC0U) == 0x80U) {
    ++tail_at;
  }
  std::string out(TruncateUtf8(text, head_bytes));
  out += kEllipsis;
  out += text.substr(tail_at);
  return out;
}

std::vector<Turn> SelectTurns(Family family, const std::vector<Turn>& turns,
                              size_t template_bytes) {
  std::vector<const Turn*> kept = Filter(turns);
  const bool orchestrator = family == Family::kOrchestrator;
  if (orchestrator && kept.size() > kMostOrchestratorTurns) {
    kept.erase(kept.begin(), kept.end() - static_cast<std::ptrdiff_t>(kMostOrchestratorTurns));
  }
  const size_t budget = BudgetTokens(family);
  size_t tokens = template_bytes / kBytesPerToken;
  std::vector<Turn> selected;  // newest first
  for (auto turn = kept.rbegin(); turn != kept.rend(); ++turn) {
    const size_t more = (*turn)->text.size() / kBytesPerToken;
    if (tokens + more <= budget) {
      tokens += more;
      selected.push_back(**turn);
      continue;
    }
    // What the user says is what counts: it stays, whole or as much of it as there is room for.
    if (IsUser(**turn) && !orchestrator) selected.push_back(**turn);
    if (IsUser(**turn) && orchestrator && tokens < budget) {
      selected.push_back(
          {(*turn)->role, TrimMiddle((*turn)->text, (budget - tokens) * kBytesPerToken)});
    }
    break;
  }
  if (selected.empty() && !kept.empty()) selected.push_back(*kept.back());
  std::reverse(selected.begin(), selected.end());
  return selected;
}

std::string BuildPrompt(Family family, const PromptTemplate& words,
                        const std::vector<Route>& routes, const std::vector<Turn>& turns) {
  return words.Fill(RoutesText(family, routes),
                    ConversationText(family, SelectTurns(family, turns, words.text().size())));
}

}  // namespace katra::router::routing::router_model
