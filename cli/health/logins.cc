// Checks the clients' own logins for sessions that use one through the gateway: whether there is
// one, when it expires, and whether another would conflict. Reads a login's expiry, and never keeps
// the login.
#include <algorithm>

#include "cli/clients/client_folders.h"
#include "cli/clients/toml_read.h"
#include "cli/health/check.h"
#include "cli/output.h"
#include "cli/sessions/plan.h"
#include "core/files.h"
#include "core/json_view.h"
#include "core/text.h"
#include "router/translate/signature.h"

namespace katra::cli {
namespace {

constexpr size_t kMaxBytes = 1024 * 1024;

// What a client's file says about its login.
struct KeptLogin {
  std::string path;
  bool there = false;       // the file exists
  bool in_keyring = false;  // the client may store it in a keyring instead
  bool readable = false;    // the file contains a login
  bool renewable = false;
  std::optional<WallTime> until;  // unset: not known
};

KeptLogin OfClaude(const Context& context) {
  KeptLogin login;
  std::string folder = context.Variable("CLAUDE_CONFIG_DIR");
  if (folder.empty()) folder = context.user_home() + "/.claude";
  login.path = folder + "/.credentials.json";
  const Result<std::string> text = ReadFile(login.path, kMaxBytes);
  login.there = text || text.error().code != ErrorCode::kNotFound;
  JsonDocument document;
  if (!text || !document.Parse(*text)) return login;
  const JsonView kept = document.Root()["claudeAiOauth"];
  login.readable = kept["accessToken"].IsString();
  login.renewable = !kept["refreshToken"].Text().empty();
  if (const auto millis = kept["expiresAt"].Integer()) login.until = FromUnixMillis(*millis);
  return login;
}

// The expiry of a JSON Web Token.
std::optional<WallTime> EndOfToken(const std::string& token) {
  const std::vector<std::string> parts = Split(token, '.');
  if (parts.size() != 3) return std::nullopt;
  const auto claims = router::translate::FromBase64Url(parts[1]);
  JsonDocument document;
  if (!claims || !document.Parse(*claims)) return std::nullopt;
  const auto seconds = document.Root()["exp"].Integer();
  if (!seconds || *seconds <= 0 || *seconds > (int64_t{1} << 40U)) return std::nullopt;
  return FromUnixMillis(*seconds * 1000);
}

bool KeepsInKeyring(const std::string& config) {
  const Result<std::string> text = ReadFile(config, kMaxBytes);
  if (!text) return false;
  const auto statements = ReadToml(*text);
  return statements &&
         std::any_of(statements->begin(), statements->end(), [](const TomlStatement& statement) {
           return statement.table.empty() &&
                  statement.key == std::vector<std::string>{"cli_auth_credentials_store"} &&
                  (statement.text == "keyring" || statement.text == "auto");
         });
}

KeptLogin OfCodex(const Context& context) {
  KeptLogin login;
  login.path = FoldersOf(context).codex + "/auth.json";
  const Result<std::string> text = ReadFile(login.path, kMaxBytes);
  login.there = text || text.error().code != ErrorCode::kNotFound;
  login.in_keyring = !login.there && KeepsInKeyring(FoldersOf(context).codex + "/config.toml");
  JsonDocument document;
  if (!text || !document.Parse(*text)) return login;
  const JsonView tokens = document.Root()["tokens"];
  login.readable = tokens["access_token"].IsString();
  login.renewable = !tokens["refresh_token"].Text().empty();
  login.until = EndOfToken(tokens["access_token"].Text());
  return login;
}

Finding Describe(const std::string& title, const std::string& how, const KeptLogin& login,
                 const Context& context) {
  const std::string subject = "login of " + title;
  const WallTime now = context.clock().Now();
  if (login.in_keyring) {
    return {Health::kNote, subject, "kept in the keyring: until when it lasts is not known", "", 0};
  }
  if (!login.there) {
#ifdef __APPLE__
    return {Health::kNote, subject, "kept in the keychain; its expiry is not known", "", 0};
#else
    return {Health::kWarning, subject, "no login: there is no " + login.path, "log in: " + how, 0};
#endif
  }
  if (!login.readable) {
    return {Health::kWarning, subject, login.path + " contains no readable login",
            "log in again: " + how, 0};
  }
  if (!login.until) {
    return {Health::kNote, subject, "there is one; its expiry is not known", "", 0};
  }
  const std::string moment = FormatLocal(*login.until, now);
  if (*login.until > now) {
    return {Health::kGood, subject, "lasts until " + moment, "", 0};
  }
  if (login.renewable) {
    return {Health::kNote, subject, "expired " + moment + "; " + title + " renews it by itself", "",
            0};
  }
  return {Health::kWarning, subject, "expired " + moment + " and cannot be renewed",
          "log in again: " + how, 0};
}

Finding Look(const Agent& agent, const Context& context) {
  if (agent.name == "codex") {
    return Describe(agent.title, "codex login", OfCodex(context), context);
  }
  if (!context.Variable("CLAUDE_CODE_OAUTH_TOKEN").empty()) {
    return {Health::kNote, "login of " + agent.title,
            "CLAUDE_CODE_OAUTH_TOKEN is set; its expiry is not known", "", 0};
  }
  return Describe(agent.title, "claude, then /login", OfClaude(context), context);
}

}  // namespace

Findings CheckLogins(const Context& context) {
  Findings findings;
  const Result<router::RouterConfig> config = LoadConfig(context);
  if (!config) return findings;  // reported by CheckProviders
  std::vector<std::string> looked;
  for (const router::PersonaConfig& persona : config->personas) {
    if (!persona.own_login) continue;
    LaunchRequest request;
    request.persona = persona.name;
    request.own_login = true;
    const Result<LaunchPlan> plan = MakePlan(request, context, *config);
    if (!plan) {
      findings.push_back({Health::kWarning, "login of " + persona.name, plan.error().message,
                          "see docs/subscription.md", 0});
      continue;
    }
    if (std::find(looked.begin(), looked.end(), plan->agent.name) != looked.end()) continue;
    looked.push_back(plan->agent.name);
    findings.push_back(Look(plan->agent, context));
  }
  return findings;
}

}  // namespace katra::cli
