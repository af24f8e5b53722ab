// What a client is handed over for a session, and what of it a test looks at. Knows no client.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "cli/clients/agent.h"
#include "tests/support/cpp/catch.h"

namespace katra::cli::testing {

constexpr const char* kToken = "katra_secret-token";

inline Handover HandoverFor(const std::string& provider, const Connection& connection,
                            const std::string& asked_model = "") {
  Handover handover;
  handover.persona = "Sam";
  handover.provider = provider;
  handover.model = asked_model;
  handover.asked_model = asked_model;
  handover.home = "/home/sam/.katra";
  handover.katra = "/opt/ka tra/katra";
  handover.server = "/opt/ka tra/katra_mcp_server";
  handover.connection = connection;
  if (connection.route != RouteKind::kPlain) handover.token = kToken;
  return handover;
}

inline Connection Plain(const std::string& base_url = "", const std::string& key_env = "",
                        bool own_login = false) {
  return {RouteKind::kPlain, base_url, key_env, !key_env.empty(), own_login};
}
inline Connection Gateway(bool own_login = false) {
  return {RouteKind::kGateway, "http://127.0.0.1:12000", "", false, own_login};
}

// "NAME=value", "NAME=$FROM", "NAME unset", with "!" before what is secret; "NAME as it was". The
// last change of a variable counts.
inline std::string Changed(const AgentLaunch& launch, const std::string& name) {
  std::string found = name + " as it was";
  for (const EnvironmentChange& change : launch.environment) {
    if (change.name != name) continue;
    found = !change.from.empty() ? name + "=$" + change.from
            : change.value       ? name + "=" + *change.value
                                 : name + " unset";
    if (change.secret) found.insert(0, "!");
  }
  return found;
}

// Each of `expected` is what Changed says.
inline void CheckChanged(const AgentLaunch& launch, const std::vector<std::string>& expected) {
  for (const std::string& one : expected) {
    const size_t start = one.front() == '!' ? 1 : 0;
    CHECK(Changed(launch, one.substr(start, one.find_first_of("= ") - start)) == one);
  }
}

// The word after `option`; empty: it is not there.
inline std::string WordAfter(const AgentLaunch& launch, const std::string& option) {
  const auto found = std::find(launch.arguments.begin(), launch.arguments.end(), option);
  return found == launch.arguments.end() || std::next(found) == launch.arguments.end()
             ? std::string()
             : *std::next(found);
}

inline bool HasWord(const AgentLaunch& launch, const std::string& word) {
  return std::find(launch.arguments.begin(), launch.arguments.end(), word) !=
         launch.arguments.end();
}

// Arguments and settings are for everybody to see.
inline bool ShowsToken(const AgentLaunch& launch) {
  const auto shows = [](const std::string& text) { return text.find(kToken) != std::string::npos; };
  return shows(launch.settings) ||
         std::any_of(launch.arguments.begin(), launch.arguments.end(), shows);
}

}  // namespace katra::cli::testing
