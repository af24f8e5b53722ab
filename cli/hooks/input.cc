#include "cli/hooks/input.h"

#include <nlohmann/json.hpp>

namespace katra::cli {
namespace {

std::string Text(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<std::string> Edited(const nlohmann::json& object) {
  std::vector<std::string> files;
  const auto arguments = object.find("tool_input");
  if (arguments == object.end() || !arguments->is_object()) return files;
  for (const char* name : {"file_path", "notebook_path"}) {
    std::string file = Text(*arguments, name);
    if (!file.empty()) files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

HookInput ParseHookInput(std::string_view text) {
  HookInput input;
  const nlohmann::json object = nlohmann::json::parse(text, nullptr, false);
  if (!object.is_object()) return input;
  input.session_id = Text(object, "session_id");
  input.working_folder = Text(object, "cwd");
  const auto workspace = object.find("workspace");
  if (workspace != object.end() && workspace->is_object()) {
    input.project_folder = Text(*workspace, "project_dir");
  }
  input.source = Text(object, "source");
  input.notification_type = Text(object, "notification_type");
  input.reason = Text(object, "reason");
  const auto active = object.find("stop_hook_active");
  input.stop_hook_active = active != object.end() && active->is_boolean() && active->get<bool>();
  input.edited = Edited(object);
  input.of_subagent = !Text(object, "agent_id").empty();
  return input;
}

}  // namespace katra::cli
