// Reads a provider's platform from personas.json and derives its addresses: those of Amazon
// Bedrock, Google Vertex and GitHub Copilot contain region and project.
#pragma once

#include <array>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "router/providers/provider.h"

namespace katra::router {

// The members of a provider in personas.json that are read here.
inline constexpr std::array<std::string_view, 6> kPlatformMembers = {
    "platform", "region", "project", "aws_profile", "github_api_url", "betas"};

// Reads them from a provider's object, which fits the schema, before its address and key are read.
// A provider that is not built in first becomes a copy of the platform's built-in provider. `error`
// receives the member and what is wrong.
void ReadPlatform(
    const nlohmann::json& object, Provider& provider,
    const std::function<void(std::string_view member, const std::string& what)>& error);

using Variable = std::function<std::string(const char* name)>;

// Sets region and project from the environment if they are not configured, and the addresses
// derived from them if none are configured. Reads no key.
void CompletePlatform(Provider& provider, const Variable& variable);

// The built-in provider for a platform ("bedrock", "vertex", "copilot") and format. nullptr if the
// platform does not offer the format. `interface` empty: the platform's preferred one.
[[nodiscard]] const Provider* PlatformTemplate(const std::string& platform,
                                               const std::string& interface);

// "bedrock", "vertex", "copilot"; empty for kNone.
[[nodiscard]] std::string PlatformName(Platform platform);

// The AWS region in an address ("bedrock-runtime.eu-west-1.amazonaws.com").
[[nodiscard]] std::string RegionOfHost(std::string_view url);

}  // namespace katra::router
