#include "cli/config/importing.h"

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <vector>

#include "cli/config/editing.h"
#include "cli/exit_codes.h"
#include "core/files.h"
#include "core/json_text.h"
#include "core/text.h"
#include "router/claude_code_router/import.h"
#include "router/config/config.h"
#include "router/config/plano/file.h"
#include "router/config/plano/load.h"
#include "router/config/plano/yaml_source.h"
#include "store/home.h"

namespace katra::cli::config {
namespace {

using nlohmann::ordered_json;

constexpr size_t kMaxFileBytes = size_t{4} * 1024 * 1024;

struct Outcome {
  ordered_json document;
  std::vector<router::ConfigWarning> warnings;
};

bool IsYaml(const std::string& path, const std::string& text) {
  if (path.ends_with(".yaml") || path.ends_with(".yml")) return true;
  return !path.ends_with(".json") && !Trim(text).starts_with('{');
}

// What Plano's file says and personas.json has other words for.
void Complete(const router::plano::PlanoFile& file, ordered_json& document) {
  for (const auto& [name, built_in] : file.overlay.like) {
    const router::Provider& base = *router::FindBuiltIn(built_in);
    ordered_json& provider = document["providers"][name];
    provider["api_base_url"] = router::BaseUrlOf(base, base.interface);
    provider["interface"] = router::ToString(base.interface);
  }
  const std::string& standing = file.overlay.standing_default;
  if (!standing.empty()) document["routing_rules"]["default"] = standing;
}

Result<Outcome> ReadPlano(const std::string& text, const std::string& path,
                          const Context& context) {
  const std::string beside = (std::filesystem::path(path).parent_path() / ".env").string();
  const auto env = ReadFile(beside, kMaxFileBytes);
  const auto of_file = router::plano::ParseEnvFile(env ? *env : std::string());
  const auto file = router::plano::ReadPlanoFile(
      text, path, [&](const std::string& name) -> std::optional<std::string> {
        const std::string value = context.Variable(name);
        const auto found = of_file.find(name);
        if (!value.empty()) return value;
        return found == of_file.end() ? std::nullopt : std::make_optional(found->second);
      });
  if (!file) return tl::unexpected<Error>(file.error());
  Outcome result{{{"version", "1.0"}}, file->overlay.warnings};
  result.document.update(*file->document);
  Complete(*file, result.document);
  return result;
}

Result<Outcome> ReadAny(const std::string& text, const std::string& path, const Context& context) {
  if (IsYaml(path, text)) return ReadPlano(text, path, context);
  const auto imported = router::claude_code_router::ImportConfig(text, path);
  if (!imported) return tl::unexpected<Error>(imported.error());
  return Outcome{*imported->document, imported->warnings};
}

// Mends the file where only its indentation is wrong; the old one is kept beside it.
Status Mend(const std::string& path, std::string& text, const Context& context) {
  const auto mended = router::plano::MendIndentation(text);
  if (!mended) return {};
  const std::string kept = path + ".before-fix";
  if (auto written = WriteFileAtomically(kept, text); !written) return written;
  if (auto written = WriteFileAtomically(path, mended->text); !written) return written;
  text = mended->text;
  for (const auto& line : mended->lines) {
    context.Warn(path + ":" + std::to_string(line.line) + ": moved from column " +
                 std::to_string(line.column) + " to " + std::to_string(line.wanted) +
                 "; the old file is " + kept);
  }
  return {};
}

Status Place(const std::string& text, const std::string& path, const Context& context) {
  if (access(path.c_str(), F_OK) == 0) {
    return Fail(ErrorCode::kAlreadyExists,
                "there is already a " + path +
                    ", which is kept: run this without --write, and copy what you want with `" +
                    context.program() + " config edit`");
  }
  if (auto home = store::EnsureHome(context.home()); !home) return Pass(std::move(home));
  if (auto folder = EnsurePrivateFolder(context.home() + "/router"); !folder) return folder;
  return WriteFileAtomically(path, text);
}

}  // namespace

int Import(const ImportOptions& options, Context& context) {
  const std::string path =
      (std::filesystem::path(context.working_folder()) / options.file).lexically_normal().string();
  auto text = ReadFile(path, kMaxFileBytes);
  if (!text) return context.PrintError(text.error());
  if (options.fix && IsYaml(path, *text)) {
    if (auto mended = Mend(path, *text, context); !mended)
      return context.PrintError(mended.error());
  }
  const auto result = ReadAny(*text, path, context);
  if (!result) return context.PrintError(result.error());
  for (const router::ConfigWarning& warning : result->warnings) {
    context.Warn(router::DescribeWarning(warning));
  }
  const std::string json = JsonText(result->document, 2) + "\n";
  if (!options.write) {
    context.out() << json;
    return kExitOk;
  }
  if (context.home().empty()) {
    return context.PrintError({ErrorCode::kFailedPrecondition,
                               "HOME is not set, so Katra's folder is unknown: set KATRA_HOME", "",
                               false});
  }
  const std::string personas = PathOf(ConfigFile::kPersonas, context.home());
  if (auto placed = Place(json, personas, context); !placed) {
    return context.PrintError(placed.error());
  }
  const auto loaded = router::Load({context.home()});
  if (!loaded) {
    unlink(personas.c_str());
    return context.PrintError(loaded.error());
  }
  context.out() << "Written to " << OneLine(personas, 4096) << ".\n";
  return kExitOk;
}

}  // namespace katra::cli::config
