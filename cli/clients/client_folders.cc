#include "cli/clients/client_folders.h"

#include <filesystem>

#include "cli/sessions/programs.h"
#include "core/text.h"

namespace katra::cli {

UserFolders FoldersOf(const Context& context) {
  UserFolders folders;
  folders.home = context.user_home();
  folders.config = context.Variable("XDG_CONFIG_HOME");
  if (folders.config.empty()) folders.config = folders.home + "/.config";
  folders.codex = context.Variable("CODEX_HOME");
  if (folders.codex.empty()) folders.codex = folders.home + "/.codex";
  folders.claude = context.Variable("CLAUDE_CONFIG_DIR");
  if (folders.claude.empty()) folders.claude = folders.home + "/.claude";
#ifdef __APPLE__
  folders.vs_code = folders.home + "/Library/Application Support/Code/User";
#else
  folders.vs_code = folders.config + "/Code/User";
#endif
  return folders;
}

bool IsThere(const Client& client, const Context& context) {
  std::error_code failed;
  return !FindProgram(context, client.program).empty() ||
         (!client.folder.empty() && std::filesystem::is_directory(client.folder, failed));
}

Result<Client> FindClient(const std::string& name, const Context& context) {
  const std::string wanted = ToLowerAscii(name);
  std::vector<std::string> known;
  for (Client& client : Clients(FoldersOf(context))) {
    if (client.name == wanted) return std::move(client);
    known.push_back(client.name);
  }
  const std::vector<std::string> near = NearestMatches(wanted, known);
  return Fail(ErrorCode::kNotFound,
              "\"" + OneLine(name, 128) + "\" is not a client that Katra knows" +
                  (near.empty() ? "." : "; did you mean " + near.front() + "?") + " Known are " +
                  Join(known, ", ") + ".");
}

}  // namespace katra::cli
