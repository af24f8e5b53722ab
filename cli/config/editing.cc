// Edits a copy, checks it, and replaces the file.
#include "cli/config/editing.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <istream>
#include <ostream>
#include <vector>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/exit_codes.h"
#include "core/files.h"
#include "core/text.h"
#include "router/config/config.h"
#include "router/config/example.h"
#include "router/config/own_file.h"
#include "store/home.h"

namespace katra::cli::config {
namespace {

constexpr size_t kMaxFileBytes = size_t{4} * 1024 * 1024;
constexpr const char* kNewConf =
    "# KEY=value lines, read and never run. Keys of providers do not belong here.\n"
    "#DEFAULT_PROVIDER=anthropic\n"
    "#OPENAI_ENDPOINT=https://api.openai.com/v1\n"
    "#OPENAI_MODEL=gpt-5\n";

// Runs the user's editor as git does: through the shell, because $EDITOR may have arguments. The
// path is a separate argument and never part of the command's text.
Status RunEditor(const Context& context, const std::string& path) {
  std::string editor = context.Variable("VISUAL");
  if (editor.empty()) editor = context.Variable("EDITOR");
  if (editor.empty()) editor = "vi";
  const std::string script = editor + " \"$1\"";
  std::vector<std::string> variables;
  for (const auto& [name, value] : context.environment()) variables.push_back(name + "=" + value);
  std::vector<char*> environment;
  environment.reserve(variables.size() + 1);
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  std::array<std::string, 5> words = {"sh", "-c", script, "katra", path};
  std::array<char*, 6> arguments = {words[0].data(), words[1].data(), words[2].data(),
                                    words[3].data(), words[4].data(), nullptr};
  pid_t child = 0;
  const int failed =
      posix_spawn(&child, "/bin/sh", nullptr, nullptr, arguments.data(), environment.data());
  if (failed != 0) {
    return Fail(ErrorCode::kUnavailable,
                std::string("cannot run /bin/sh: ") + std::strerror(failed));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return Fail(ErrorCode::kInternal, "the editor was lost");
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return Fail(ErrorCode::kCancelled,
              "the editor \"" + OneLine(editor, 80) +
                  "\" failed, so nothing was changed; set EDITOR to another if it "
                  "cannot be started");
}

// Replaces the copy's name in a message by the file's.
std::string Renamed(std::string message, const std::string& copy, const std::string& path) {
  for (auto at = message.find(copy); at != std::string::npos; at = message.find(copy, at)) {
    message.replace(at, copy.size(), path);
    at += path.size();
  }
  return message;
}

class Session {
 public:
  Session(ConfigFile file, Context& context)
      : file_(file),
        context_(context),
        path_(PathOf(file, context.home())),
        copy_(path_ + ".edited") {}

  int Run() {
    if (auto begun = Begin(); !begun) return context_.PrintError(begun.error());
    while (true) {
      if (auto edited = RunEditor(context_, copy_); !edited) {
        // What was refused before is the user's work, and nowhere else.
        if (refused_) {
          context_.err() << "What you wrote before is still in " << copy_ << "\n";
        } else {
          unlink(copy_.c_str());
        }
        return context_.PrintError(edited.error());
      }
      auto text = ReadFile(copy_, kMaxFileBytes);
      if (!text) return context_.PrintError(text.error());
      if (before_ == *text) {
        unlink(copy_.c_str());
        context_.out() << "Nothing was changed.\n";
        return kExitOk;
      }
      const Status fits = Check();
      if (fits) return Finish(*text);
      refused_ = true;
      context_.PrintError(fits.error());
      if (!WantsToGoOn()) {
        context_.err() << path_ << " is as it was. What you wrote is in " << copy_ << "\n";
        return ExitCodeOf(fits.error());
      }
    }
  }

 private:
  Status Begin() {
    if (context_.home().empty()) {
      return Fail(ErrorCode::kFailedPrecondition,
                  "HOME is not set, so Katra's folder is unknown: set KATRA_HOME");
    }
    if (auto placed = router::PlaceExample(context_.home()); !placed) return placed;
    if (auto made = store::EnsureHome(context_.home()); !made) return made;
    if (file_ == ConfigFile::kPersonas) {
      if (auto made = EnsurePrivateFolder(context_.home() + "/router"); !made) return made;
    }
    auto before = router::ReadOwnFile(path_, kMaxFileBytes);
    if (!before) return Pass(std::move(before));
    before_ = std::move(*before);
    auto left = router::ReadOwnFile(copy_, kMaxFileBytes);
    if (!left) return Pass(std::move(left));
    if (*left) {
      refused_ = true;
      context_.err() << "Going on with what was left in " << copy_ << "\n";
      return {};
    }
    const std::string fresh =
        file_ == ConfigFile::kPersonas ? std::string(router::ExampleText()) : std::string(kNewConf);
    return WriteFileAtomically(copy_, before_.value_or(fresh));
  }

  [[nodiscard]] Status Check() const {
    router::LoadOptions options;
    options.home = context_.home();
    (file_ == ConfigFile::kPersonas ? options.personas_file : options.conf_file) = copy_;
    auto loaded = router::Load(options);
    if (!loaded) {
      return Fail(loaded.error().code, Renamed(loaded.error().message, copy_, path_), path_);
    }
    for (const router::ConfigWarning& warning : loaded->warnings) {
      context_.Warn(Renamed(router::DescribeWarning(warning), copy_, path_));
    }
    return {};
  }

  [[nodiscard]] bool WantsToGoOn() const {
    if (!context_.terminal().in || !context_.terminal().err) return false;
    context_.err() << "Edit it again? [Y/n] " << std::flush;
    std::string answer;
    if (!std::getline(context_.in(), answer)) return false;
    return answer.empty() || answer[0] == 'y' || answer[0] == 'Y';
  }

  int Finish(const std::string& text) {
    auto now = router::ReadOwnFile(path_, kMaxFileBytes);
    if (!now) return context_.PrintError(now.error());
    if (*now != before_) {
      return context_.PrintError({ErrorCode::kFailedPrecondition,
                                  path_ + " was changed meanwhile; what you wrote is in " + copy_ +
                                      ": compare the two, then run `katra config edit` again",
                                  path_, false});
    }
    if (auto written = WriteFileAtomically(path_, text); !written) {
      return context_.PrintError(written.error());
    }
    unlink(copy_.c_str());
    context_.out() << "Wrote " << path_ << "\n";
    return kExitOk;
  }

  ConfigFile file_;
  Context& context_;
  std::string path_;
  std::string copy_;
  std::optional<std::string> before_;
  bool refused_ = false;  // the copy holds what a check has refused, now or the last time
};

}  // namespace

std::string PathOf(ConfigFile file, const std::string& home) {
  return home + (file == ConfigFile::kPersonas ? "/router/personas.json" : "/providers.conf");
}

int Edit(ConfigFile file, Context& context) { return Session(file, context).Run(); }

}  // namespace katra::cli::config
