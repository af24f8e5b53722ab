#include "router/gateway/proxy/router_prompts.h"

#include <utility>

#include "core/files.h"

namespace katra::router::gateway {

using routing::router_model::Family;
using routing::router_model::PromptTemplate;

void RouterPrompts::Read(const std::string& folder, Logger& logger) {
  constexpr size_t kMostBytes = size_t{64} * 1024;
  own_.clear();
  for (const Family family : {Family::kArchRouter, Family::kOrchestrator}) {
    const std::string path = folder + "/" + ToString(family) + ".txt";
    auto text = ReadFile(path, kMostBytes);
    if (!text) {
      if (text.error().code != ErrorCode::kNotFound) {
        logger.Warning(text.error().message + "; Katra's own prompt is used instead");
      }
      continue;
    }
    const bool published = routing::router_model::IsPublished(family, *text);
    auto parsed = PromptTemplate::Parse(std::move(*text));
    if (!parsed) {
      logger.Warning(path + ": " + parsed.error().message + "; Katra's own prompt is used instead");
      continue;
    }
    if (!published) {
      logger.Warning(path + " is used, but is not byte for byte the published prompt of " +
                     ToString(family) + " models");
    }
    own_.emplace(family, std::move(*parsed));
  }
}

const PromptTemplate& RouterPrompts::Of(Family family) const {
  const auto found = own_.find(family);
  return found == own_.end() ? PromptTemplate::Of(family) : found->second;
}

}  // namespace katra::router::gateway
