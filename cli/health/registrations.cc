// Lists where the server is registered, and checks that it is this installation's.
#include "cli/clients/client_folders.h"
#include "cli/clients/user_file.h"
#include "cli/health/check.h"
#include "cli/sessions/programs.h"

namespace katra::cli {
namespace {

Finding CheckClient(const Client& client, const std::string& server, const Context& context) {
  const std::string subject = client.title + "'s file";
  const Result<UserFile> file = ReadUserFile(client.user_file);
  if (!file) return {Health::kNote, subject, file.error().message, "", 0};
  const Result<std::string> without = EditRegistration(client, file->text, nullptr);
  if (!without) {
    return {Health::kWarning, subject, client.user_file + ": " + without.error().message,
            "fix the file", 0};
  }
  const std::string install = context.program() + " install --client " + client.name;
  if (*without == file->text) {
    return {Health::kNote, subject, "the server is not registered",
            "only needed without `" + context.program() + " start`: " + install, 0};
  }
  if (file->text.find(server) == std::string::npos) {
    return {Health::kWarning, subject,
            "another Katra's server is registered in " + client.user_file, install, 0};
  }
  return {Health::kGood, subject, "registered in " + client.user_file, {}, 0};
}

}  // namespace

Findings CheckRegistrations(const Context& context) {
  Findings findings;
  if (context.user_home().empty()) return findings;
  const std::string server = FindOwnProgram(context, "katra_mcp_server");
  for (const Client& client : Clients(FoldersOf(context))) {
    if (IsThere(client, context)) findings.push_back(CheckClient(client, server, context));
  }
  return findings;
}

}  // namespace katra::cli
