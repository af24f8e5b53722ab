#include "cli/clients/status_line.h"

#include <nlohmann/json.hpp>

#include "cli/clients/model_settings.h"
#include "core/files.h"

namespace katra::cli {
namespace {

constexpr size_t kMaxBytes = 16 * 1024 * 1024;

}  // namespace

std::string OwnStatusLine(const std::string& folder, const Context& context) {
  const std::vector<std::string> files = ClaudeSettingsFiles(folder, context);
  // Managed settings come first, and go before Katra's anyway.
  for (size_t i = 1; i < files.size(); ++i) {
    const Result<std::string> text = ReadFile(files[i], kMaxBytes);
    if (!text) continue;
    const auto settings = nlohmann::json::parse(*text, nullptr, false, true);
    if (!settings.is_object()) continue;
    const auto line = settings.find("statusLine");
    if (line == settings.end() || !line->is_object()) continue;
    const auto command = line->find("command");
    if (command == line->end() || !command->is_string()) continue;
    std::string own = command->get<std::string>();
    // Without this, Katra's command would run itself.
    return own.find("katra") != std::string::npos && own.find("statusline") != std::string::npos
               ? std::string()
               : own;
  }
  return {};
}

}  // namespace katra::cli
