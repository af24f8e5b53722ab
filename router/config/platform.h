// What personas.json says of a provider's platform, and what follows from it: the addresses of
// Amazon Bedrock, Google Vertex and GitHub Copilot have their region and project in them.
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

// Reads them from a provider's object, which fits the schema; before its address and key are read.
// A provider of another name than the built-in ones becomes a copy of the platform's own first.
// `error` is told the member and what is wrong.
void ReadPlatform(
    const nlohmann::json& object, Provider& provider,
    const std::function<void(std::string_view member, const std::string& what)>& error);

using Variable = std::function<std::string(const char* name)>;

// Fills in region and project from the environment where the configuration does not say them, and
// the addresses that follow from them, where none is configured. No key is read.
void CompletePlatform(Provider& provider, const Variable& variable);

// A built-in provider of that platform ("bedrock", "vertex", "copilot") and format to start from.
// nullptr: the platform does not speak it. `interface` empty: its own first one.
[[nodiscard]] const Provider* PlatformTemplate(const std::string& platform,
                                               const std::string& interface);

// "bedrock", "vertex", "copilot"; empty for kNone.
[[nodiscard]] std::string PlatformName(Platform platform);

// The region of AWS that an address of its own names ("bedrock-runtime.eu-west-1.amazonaws.com").
[[nodiscard]] std::string RegionOfHost(std::string_view url);

}  // namespace katra::router
