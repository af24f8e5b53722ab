// Checks that the programs exist, are recent enough, and belong to one installation.
#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include "cli/clients/agent.h"
#include "cli/health/check.h"
#include "cli/sessions/programs.h"
#include "cli/sessions/subprocess.h"
#include "core/error_map.h"
#include "core/text.h"

namespace katra::cli {
namespace {

constexpr std::chrono::seconds kVersionPatience{10};

// The first "N.N.N" in a text; zeros if there is none.
std::array<int, 3> VersionIn(const std::string& text) {
  for (size_t start = text.find_first_of("0123456789"); start != std::string::npos;
       start = text.find_first_of("0123456789", start + 1)) {
    std::array<int, 3> version{};
    const char* at = text.data() + start;
    const char* const end = text.data() + text.size();
    size_t parts = 0;
    for (; parts < version.size(); ++parts) {
      const auto [next, error] = std::from_chars(at, end, version[parts]);
      if (error != std::errc()) break;
      at = next;
      if (parts + 1 < version.size() && (at == end || *at != '.')) break;
      ++at;
    }
    if (parts == version.size()) return version;
  }
  return {};
}

std::string Show(const std::array<int, 3>& version) {
  return std::to_string(version[0]) + "." + std::to_string(version[1]) + "." +
         std::to_string(version[2]);
}

Finding CheckClient(const Agent& agent, const Context& context) {
  const std::string program = FindProgram(context, agent.program);
  const std::string install = "npm install -g " + agent.package;
  if (program.empty()) {
    return {Health::kNote, agent.title, "not installed", "to use it: " + install, 0};
  }
  const Result<ProcessOutcome> run =
      RunProcess({program, {"--version"}, context.environment(), {}}, kVersionPatience);
  if (!run && run.error().code == ErrorCode::kDeadlineExceeded) {
    return {Health::kNote, agent.title,
            program + " did not print its version within " +
                std::to_string(kVersionPatience.count()) + " s",
            "if the machine is not busy, try `" + agent.program + " --version`", 0};
  }
  if (!run || run->exit_code != 0) {
    return {Health::kWarning, agent.title, program + " does not print its version",
            "try `" + agent.program + " --version`; install it again: " + install, 0};
  }
  const std::array<int, 3> version = VersionIn(run->out);
  if (!agent.minimum_version.empty() && version < VersionIn(agent.minimum_version)) {
    return {Health::kWarning, agent.title,
            Show(version) + " is too old: its hooks and options need " + agent.minimum_version,
            install + "@latest", 0};
  }
  return {Health::kGood, agent.title, Show(version) + " at " + program, {}, 0};
}

Finding CheckServer(const Context& context) {
  const std::string server = FindOwnProgram(context, "katra_mcp_server");
  if (server.empty()) {
    return {Health::kBad, "server", "katra_mcp_server was not found next to katra or in PATH",
            "install Katra's programs into one folder",
            NamesOf(ErrorCode::kFailedPrecondition).exit_code};
  }
  const Result<ProcessOutcome> run =
      RunProcess({server, {"--version"}, context.environment(), {}}, kVersionPatience);
  const std::string expected = "katra_mcp_server " + context.version();
  if (!run || Trim(run->out) != expected) {
    return {Health::kWarning, "server",
            server + " is of another version (" + (run ? OneLine(Trim(run->out), 100) : "") +
                ", not " + expected + ")",
            "install both from one package", 0};
  }
  return {Health::kGood, "server", server, {}, 0};
}

// Another katra that a shell would find first.
Finding CheckInstallations(const Context& context) {
  std::vector<std::string> found;
  std::error_code failed;
  std::vector<std::string> folders = Split(context.Variable("PATH"), ':');
  folders.push_back(std::filesystem::path(context.executable()).parent_path().string());
  for (const std::string& folder : folders) {
    if (folder.empty()) continue;
    const std::string program = FindProgram(context, folder + "/katra");
    if (program.empty()) continue;
    const std::string real = std::filesystem::canonical(program, failed).string();
    if (!failed && std::find(found.begin(), found.end(), real) == found.end()) {
      found.push_back(real);
    }
  }
  if (found.size() > 1) {
    return {Health::kWarning, "installation", "there are several: " + Join(found, ", "),
            "keep one of them", 0};
  }
  return {Health::kGood, "installation", context.executable(), {}, 0};
}

}  // namespace

Findings CheckPrograms(const Context& context) {
  Findings findings = {CheckInstallations(context), CheckServer(context)};
  const std::string tmux = FindProgram(context, "tmux");
  if (tmux.empty()) {
    findings.push_back({Health::kWarning, "tmux", "not installed: no background sessions",
                        "sudo apt-get install tmux (Debian, Ubuntu), brew install tmux (macOS)",
                        0});
  } else {
    findings.push_back({Health::kGood, "tmux", tmux, {}, 0});
  }
  bool any = false;
  for (const Agent& agent : Agents()) {
    findings.push_back(CheckClient(agent, context));
    any = any || findings.back().health != Health::kNote;
  }
  if (!any) {
    findings.push_back({Health::kWarning, "clients", "no coding agent is installed",
                        "npm install -g " + ClaudeCode().package, 0});
  }
  return findings;
}

}  // namespace katra::cli
