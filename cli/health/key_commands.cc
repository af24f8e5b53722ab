// Checks the commands that print keys: runs each as the gateway does, and checks and discards its
// output.
#include <algorithm>

#include "cli/health/check.h"
#include "cli/sessions/plan.h"
#include "cli/sessions/programs.h"
#include "cli/sessions/subprocess.h"
#include "core/text.h"
#include "router/cloud/aws_credentials.h"
#include "router/cloud/request_shape.h"
#include "router/credentials/key_output.h"

namespace katra::cli {

Result<router::credentials::KeyOutput> RunKeyCommand(const router::Provider& provider,
                                                     const Context& context) {
  const router::KeyCommand& command = provider.key_command;
  const auto failed = [&](const std::string& what, const std::string& shown = {}) {
    return tl::unexpected<Error>(router::credentials::KeyCommandError(provider.name, what, shown));
  };
  ProcessSpec spec;
  const std::string& word = command.words.front();
  spec.program = word.find('/') == std::string::npos ? FindProgram(context, word) : word;
  if (spec.program.empty())
    return failed("cannot be started: no `" + OneLine(word, 80) + "` in PATH");
  spec.arguments.assign(command.words.begin() + 1, command.words.end());
  spec.environment = OwnEnvironment(context.environment());
  spec.folder = context.user_home();
  const auto run = RunProcess(spec, command.timeout);
  if (!run) {
    return failed(run.error().code == ErrorCode::kDeadlineExceeded
                      ? "did not end in time and was stopped"
                      : "cannot be started");
  }
  const std::string shown = router::credentials::ShownStderr(run->err, run->out);
  if (run->exit_code != 0) {
    return failed("ended with exit code " + std::to_string(run->exit_code), shown);
  }
  auto output = router::credentials::ReadKeyOutput(run->out, context.clock().Now());
  if (!output) return failed(output.error().message, shown);
  return output;
}

namespace {

// Built-in providers have commands even if nobody uses the provider.
bool IsUsed(const router::RouterConfig& config, const router::Provider& provider) {
  const auto said = config.OriginOf("providers." + provider.name).kind;
  if (said != router::OriginKind::kDefault || config.default_provider == provider.name) return true;
  const auto names = [&](const router::Target& target) { return target.provider == provider.name; };
  return std::any_of(config.personas.begin(), config.personas.end(), [&](const auto& persona) {
    return persona.provider == provider.name ||
           std::any_of(persona.fallbacks.begin(), persona.fallbacks.end(), names);
  });
}

// Keys in the environment take precedence over a command, if the platform knows them.
bool HasOwnVariables(const router::Provider& provider, const Context& context) {
  if (provider.platform != router::Platform::kBedrock || provider.credential_envs.empty()) {
    return false;
  }
  const auto variable = [&](const std::string& name) { return context.Variable(name); };
  return !router::cloud::AwsFromVariables(variable).empty();
}

// Whether the output is a credential in the format of the provider's platform.
Status CheckForm(const router::Provider& provider, const router::credentials::KeyOutput& output) {
  if (provider.platform != router::Platform::kBedrock) return {};
  auto read = router::cloud::ReadAwsCredentials(output.key.empty() ? output.text : output.key);
  if (!read) return Pass(std::move(read));
  return {};
}

}  // namespace

Findings CheckPlatforms(const router::RouterConfig& config) {
  Findings findings;
  for (const router::Provider& provider : config.providers) {
    if (provider.platform == router::Platform::kNone || !IsUsed(config, provider)) continue;
    const std::string missing = router::cloud::MissingPart(provider);
    if (missing.empty()) continue;
    findings.push_back({Health::kWarning, provider.name, missing,
                        "requests to " + provider.name + " fail until then", 0});
  }
  return findings;
}

Findings CheckKeyCommands(const router::RouterConfig& config, const Context& context) {
  Findings findings;
  for (const router::Provider& provider : config.providers) {
    if (provider.key_command.empty() || !IsUsed(config, provider)) continue;
    if (HasOwnVariables(provider, context)) {
      findings.push_back({Health::kGood, "key of " + provider.name,
                          "AWS credentials are in the environment", "", 0});
      continue;
    }
    const std::string subject = "key of " + provider.name;
    const auto output = RunKeyCommand(provider, context);
    if (!output) {
      findings.push_back({Health::kWarning, subject, output.error().message,
                          "fix the command; requests to " + provider.name + " fail until then", 0});
      continue;
    }
    if (const Status form = CheckForm(provider, *output); !form) {
      findings.push_back({Health::kWarning, subject, form.error().message,
                          "fix the command; requests to " + provider.name + " fail until then", 0});
      continue;
    }
    std::string text = "its api_key_command works";
    const WallTime now = context.clock().Now();
    if (output->expires_at && *output->expires_at <= now) {
      findings.push_back(
          {Health::kWarning, subject,
           "its api_key_command prints a key that expired at " + FormatRfc3339(*output->expires_at),
           "log in again where the command gets it from", 0});
      continue;
    }
    if (output->expires_at)
      text += "; this key is good until " + FormatRfc3339(*output->expires_at);
    findings.push_back({Health::kGood, subject, text, {}, 0});
  }
  return findings;
}

}  // namespace katra::cli
