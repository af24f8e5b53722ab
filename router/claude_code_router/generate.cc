// Reads and writes the files; plan.cc decides, document.cc formats.
#include "router/claude_code_router/generate.h"

#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "core/text.h"
#include "router/claude_code_router/document.h"
#include "router/config/json_source.h"
#include "router/config/own_file.h"
#include "router/config/persona_names.h"

namespace katra::router::claude_code_router {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr size_t kMaxFileBytes = size_t{16} * 1024 * 1024;
constexpr const char* kScriptName = "katra-router.js";

std::string FolderOf(const std::string& path) { return fs::path(path).parent_path().string(); }

// Generates a key for CCR's own clients; it is useless outside this computer.
std::string MakeLocalKey(Random& random) {
  std::string key = "sk-katra-";
  for (int i = 0; i < 2; ++i) {
    uint64_t bits = random.Next();
    for (int digit = 0; digit < 16; ++digit, bits >>= 4) key += "0123456789abcdef"[bits & 15U];
  }
  return key;
}

// "config.json.katra-backup-20261121T140312Z", or with a number appended.
std::string BackupPath(const std::string& output, const Clock& clock) {
  std::string stamp;
  for (const char c : FormatRfc3339(clock.Now())) {
    if (c == '.') break;
    if (c != '-' && c != ':') stamp += c;
  }
  const std::string first = output + ".katra-backup-" + stamp + "Z";
  std::string path = first;
  for (int n = 2; fs::exists(fs::symlink_status(path)); ++n) path = first + "-" + std::to_string(n);
  return path;
}

// Parses the existing file, into which the plan is written.
Status ParseExisting(const std::string& text, const std::string& path, bool force,
                     ordered_json* document) {
  *document = ordered_json::object();
  if (force || Trim(text).empty()) return {};
  const char* const way_out = "; or let it be replaced as a whole with --force (a backup is kept)";
  const auto checked = ParseJsonSource(text, path);
  if (!checked) return Fail(checked.error().code, checked.error().message + way_out, path);
  *document = ordered_json::parse(text, nullptr, false);
  if (document->is_object()) return {};
  return Fail(ErrorCode::kInvalidArgument, path + ":1: expected a JSON object" + way_out, path);
}

// claude-code-router runs the script, so nobody else may be able to replace it. In a world-writable
// folder such as /tmp the sticky bit ensures that.
Status EnsureFolder(const std::string& folder) {
  std::error_code failed;
  if (fs::is_directory(folder, failed)) {
    const fs::perms mode = fs::status(folder, failed).permissions();
    const bool open =
        (mode & (fs::perms::group_write | fs::perms::others_write)) != fs::perms::none;
    if (!open || (mode & fs::perms::sticky_bit) != fs::perms::none) return {};
    return Fail(
        ErrorCode::kPermissionDenied,
        "\"" + folder + "\" can be changed by other users: run `chmod go-w '" + folder + "'`",
        folder);
  }
  fs::create_directories(fs::path(folder).parent_path(), failed);
  return EnsurePrivateFolder(folder);
}

Status CheckForScript(const std::string& script) {
  if (script.find('$') == std::string::npos) return {};
  return Fail(ErrorCode::kInvalidArgument,
              "\"" + script +
                  "\" holds \"$\", where claude-code-router puts environment variables: "
                  "choose another folder with --output",
              script);
}

Status WriteIfChanged(const std::string& path, const std::optional<std::string>& before,
                      const std::string& text, bool* wrote) {
  if (before == text) return {};
  *wrote = true;
  return WriteFileAtomically(path, text);
}

class Generator {
 public:
  Generator(const GenerateOptions& options, const IsSet& is_set, const Clock& clock, Random& random)
      : options_(options), is_set_(is_set), clock_(clock), random_(random) {}

  Result<Generated> Run() {
    auto plan = ReadPlan();
    if (!plan) return Pass(std::move(plan));
    done_.script = FolderOf(options_.output) + "/" + kScriptName;
    if (auto fits = CheckForScript(done_.script); !fits) return Pass(std::move(fits));
    if (options_.validate_only) return std::move(done_);
    if (auto written = Write(*plan); !written) return Pass(std::move(written));
    return std::move(done_);
  }

 private:
  Result<Plan> ReadPlan() {
    auto config = Load({options_.home, options_.personas_file, {}});
    if (!config) return Pass(std::move(config));
    const auto known = [](const std::string&) { return false; };
    if (auto names = CheckPersonaNames(*config, known); !names) return Pass(std::move(names));
    if (!config->has_personas_file) {
      const std::string example = options_.home + "/router/personas.json.example";
      return Fail(ErrorCode::kNotFound,
                  "there is no \"" + config->personas_path + "\": begin with the example, `cp " +
                      example + " " + config->personas_path + "`",
                  config->personas_path);
    }
    for (const ConfigWarning& warning : config->warnings) {
      done_.warnings.push_back(DescribeWarning(warning));
    }
    auto plan = MakePlan(*config, is_set_);
    if (!plan) return Pass(std::move(plan));
    done_.personas = config->personas.size();
    done_.providers = plan->upstreams.size();
    AddWarnings(std::move(plan->warnings));
    return std::move(*plan);
  }

  Status Write(const Plan& plan) {
    const std::string folder = FolderOf(options_.output);
    if (auto made = EnsureFolder(folder); !made) return made;
    auto before = ReadOwnFile(options_.output, kMaxFileBytes);
    if (!before) return Pass(std::move(before));
    auto script_before = ReadOwnFile(done_.script, kMaxFileBytes);
    if (!script_before) return Pass(std::move(script_before));
    ordered_json document;
    if (auto parsed =
            ParseExisting(before->value_or(""), options_.output, options_.force, &document);
        !parsed) {
      return parsed;
    }
    AddWarnings(WriteInto(document, plan, done_.script, MakeLocalKey(random_)));
    AddWarnings(Audit(document, is_set_));
    if (fs::exists(folder + "/config.sqlite")) {
      done_.warnings.push_back(
          "\"" + folder +
          "/config.sqlite\" is there: claude-code-router 3.x keeps its "
          "configuration in it, and reads config.json only when it is imported");
    }
    const std::string text =
        document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
    if (auto ok = WriteIfChanged(done_.script, *script_before, RenderScript(plan), &done_.wrote);
        !ok) {
      return ok;
    }
    if (*before && **before != text) {
      const std::string backup = BackupPath(options_.output, clock_);
      if (auto kept = WriteFileAtomically(backup, **before); !kept) return kept;
      done_.backup = backup;
    }
    return WriteIfChanged(options_.output, *before, text, &done_.wrote);
  }

  void AddWarnings(std::vector<std::string> more) {
    std::move(more.begin(), more.end(), std::back_inserter(done_.warnings));
  }

  const GenerateOptions& options_;
  const IsSet& is_set_;
  const Clock& clock_;
  Random& random_;
  Generated done_;
};

}  // namespace

Result<Generated> Generate(const GenerateOptions& options, const IsSet& is_set, const Clock& clock,
                           Random& random) {
  return Generator(options, is_set, clock, random).Run();
}

}  // namespace katra::router::claude_code_router
