#include "cli/clients/opencode_plugin.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "cli/clients/opencode_plugin.gen.h"

namespace katra::cli {
namespace {

void Replace(std::string* text, const std::string& word, const std::string& value) {
  if (const size_t at = text->find(word); at != std::string::npos) {
    text->replace(at, word.size(), value);
  }
}

}  // namespace

std::string OpenCodePluginPath(const std::string& home) {
  return home + "/clients/opencode/katra.js";
}

std::string OpenCodePlugin(const std::string& katra, const std::string& home) {
  nlohmann::json environment = nlohmann::json::object();
  if (!home.empty()) environment["KATRA_HOME"] = home;
  std::string text(opencode_plugin::EmbeddedFiles().front().text);
  Replace(&text, "KATRA_PROGRAM", nlohmann::json(katra).dump());
  Replace(&text, "KATRA_ENVIRONMENT", environment.dump());
  return text;
}

std::string FileUrl(const std::string& path) {
  constexpr const char* kHex = "0123456789ABCDEF";
  constexpr const char* kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
  std::string url = "file://";
  for (const char character : path) {
    if (std::string_view(kPlain).find(character) != std::string_view::npos) {
      url += character;
    } else {
      const auto byte = static_cast<unsigned char>(character);
      url += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return url;
}

}  // namespace katra::cli
