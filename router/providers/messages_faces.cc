#include "router/providers/messages_faces.h"

#include <array>
#include <string_view>

namespace katra::router {
namespace {

struct Row {
  std::string_view provider;
  bool system_role;
  bool json_user_id;
};
constexpr std::array<Row, 2> kRows = {{{"deepseek", true, true}, {"ollama", true, false}}};

}  // namespace

FaceRefusals RefusalsOf(const Provider& provider, bool anthropic) {
  FaceRefusals refusals;
  refusals.attribution = !anthropic;
  refusals.tool_choice = !provider.quirks.messages_tool_choice;
  for (const Row& row : kRows) {
    if (row.provider != provider.name) continue;
    refusals.system_role = row.system_role;
    refusals.json_user_id = row.json_user_id;
  }
  return refusals;
}

}  // namespace katra::router
