#include "cli/sessions/git.h"

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "cli/sessions/programs.h"
#include "core/text.h"

namespace katra::cli {
namespace {

constexpr std::chrono::milliseconds kPatience{10'000};
// For writing all files of a repository.
constexpr std::chrono::minutes kCheckoutPatience{10};
// The commit that a work tree's branch is compared with. Every work tree of a repository can name
// the main one's HEAD in this way (gitrevisions, gitrepository-layout).
constexpr const char* kMainHead = "main-worktree/HEAD";

// Variables that point git at another repository; a git hook sets them for what it runs (`git
// rev-parse --local-env-vars`).
constexpr const char* kRepositoryVariables[] = {"GIT_DIR",
                                                "GIT_WORK_TREE",
                                                "GIT_INDEX_FILE",
                                                "GIT_OBJECT_DIRECTORY",
                                                "GIT_COMMON_DIR",
                                                "GIT_NAMESPACE",
                                                "GIT_INTERNAL_SUPER_PREFIX",
                                                "GIT_PREFIX",
                                                "GIT_GRAFT_FILE",
                                                "GIT_SHALLOW_FILE",
                                                "GIT_ALTERNATE_OBJECT_DIRECTORIES"};

std::string WithoutLineEnds(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

// Git's last line that is a reason, without its word for the kind.
std::string ReasonOf(const std::string& err) {
  for (const char* const kind : {"fatal: ", "error: "}) {
    const size_t at = err.find(kind);
    if (at == std::string::npos) continue;
    const size_t begin = at + std::string_view(kind).size();
    return OneLine(err.substr(begin, err.find('\n', begin) - begin), 300);
  }
  return OneLine(WithoutLineEnds(err), 300);
}

Error NoRepository(const std::string& folder) {
  return Fail(ErrorCode::kNotFound, OneLine(folder, 512) + " is in no git repository").value();
}

// A folder of our own that goes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code failed;
    std::string folder =
        (std::filesystem::temp_directory_path(failed) / "katra-diff-XXXXXX").string();
    if (!failed && mkdtemp(folder.data()) != nullptr) path_ = folder;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  // Empty: it could not be made.
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// The files that git does not know, without repositories that lie within this one, which `git
// ls-files` lists with a slash at the end. Names end in NUL.
std::string NewFiles(const std::string& others) {
  std::string files;
  for (const std::string& name : Split(others, '\0')) {
    if (!name.empty() && name.back() != '/') files.append(name).push_back('\0');
  }
  return files;
}

// Adds up the lines of `git diff --numstat`: "12\t3\tname", "-\t-\tname" for a binary file.
void AddUp(std::string_view text, Changes* changes) {
  changes->added_lines = changes->removed_lines = 0;
  for (const std::string& line : Split(text, '\n')) {
    const std::vector<std::string> fields = Split(line, '\t');
    if (fields.size() < 3) continue;
    int64_t number = 0;
    const auto read = [&](const std::string& field) {
      number = 0;
      std::from_chars(field.data(), field.data() + field.size(), number);
      return number;
    };
    *changes->added_lines += read(fields[0]);
    *changes->removed_lines += read(fields[1]);
  }
}

}  // namespace

Result<Git> Git::Find(const Context& context) {
  std::string program = FindProgram(context, "git");
  if (program.empty()) {
    return Fail(ErrorCode::kFailedPrecondition,
                "git is not installed: install it (Debian: apt install git)");
  }
  Environment environment = context.environment();
  for (const char* const name : kRepositoryVariables) environment.erase(name);
  environment["GIT_OPTIONAL_LOCKS"] = "0";
  return Git(std::move(program), std::move(environment));
}

ProcessSpec Git::Command(const std::string& folder, std::vector<std::string> arguments) const {
  ProcessSpec spec;
  spec.program = program_;
  spec.arguments = {"-C", folder, "-c", "core.fsmonitor=false"};
  spec.arguments.insert(spec.arguments.end(), std::make_move_iterator(arguments.begin()),
                        std::make_move_iterator(arguments.end()));
  spec.environment = environment_;
  return spec;
}

Result<std::string> Git::Ask(const std::string& folder, std::vector<std::string> arguments,
                             std::chrono::milliseconds patience) const {
  Result<ProcessOutcome> outcome = RunProcess(Command(folder, std::move(arguments)), patience);
  if (!outcome) return tl::unexpected<Error>(outcome.error());
  if (outcome->exit_code != 0) {
    return Fail(ErrorCode::kFailedPrecondition, "git: " + ReasonOf(outcome->err));
  }
  return WithoutLineEnds(std::move(outcome->out));
}

// The user's index stays as it is: new files are marked in a copy, which git compares instead.
struct Git::Comparison {
  std::string root;  // of the work tree
  std::string base;  // the commit to compare with; empty: there is none yet
  TemporaryFolder folder;
  Environment environment;
};

Result<std::unique_ptr<Git::Comparison>> Git::Compare(const std::string& folder,
                                                      std::chrono::milliseconds patience) const {
  const Result<std::string> places =
      Ask(folder, {"rev-parse", "--show-toplevel", "--git-path", "index"}, patience);
  if (!places) return tl::unexpected<Error>(NoRepository(folder));
  const size_t end = places->find('\n');
  if (end == std::string::npos) return tl::unexpected<Error>(NoRepository(folder));
  auto made = std::make_unique<Comparison>();
  made->root = places->substr(0, end);
  made->environment = environment_;
  const auto head = Ask(folder, {"rev-parse", "--verify", "--quiet", "HEAD"}, patience);
  if (!head) return made;
  const auto base = Ask(folder, {"merge-base", "HEAD", kMainHead}, patience);
  // Branches without a common commit: what is not committed is all that can be compared.
  made->base = base ? *base : *head;
  if (made->folder.path().empty()) return made;
  const std::string index = made->folder.path() + "/index";
  std::error_code failed;
  // Without an index, all files are new to the copy, and are compared all the same.
  std::filesystem::copy_file(std::filesystem::path(folder) / places->substr(end + 1), index,
                             failed);
  made->environment["GIT_INDEX_FILE"] = index;
  const auto others =
      Ask(made->root, {"ls-files", "-z", "--others", "--exclude-standard"}, patience);
  const std::string files = others ? NewFiles(*others) : std::string();
  if (files.empty()) return made;
  const std::string list = made->folder.path() + "/new";
  std::ofstream(list, std::ios::binary) << files;
  ProcessSpec add = Command(made->root, {"--literal-pathspecs", "add", "--intent-to-add",
                                         "--pathspec-from-file=" + list, "--pathspec-file-nul"});
  add.environment = made->environment;
  static_cast<void>(RunProcess(add, patience));
  return made;
}

Result<Changes> Git::ChangesIn(const std::string& folder,
                               std::chrono::milliseconds patience) const {
  const Result<std::unique_ptr<Comparison>> compared = Compare(folder, patience);
  if (!compared) return tl::unexpected<Error>(compared.error());
  const Comparison& with = **compared;
  Changes changes;
  const auto branch = Ask(folder, {"branch", "--show-current"}, patience);
  if (branch) changes.branch = *branch;
  if (with.base.empty()) return changes;
  if (changes.branch.empty()) {
    changes.branch = Ask(folder, {"rev-parse", "--short", "HEAD"}, patience).value_or("");
  }
  ProcessSpec count =
      Command(with.root, {"diff", "--numstat", "--no-ext-diff", "--no-textconv", with.base, "--"});
  count.environment = with.environment;
  const Result<ProcessOutcome> counted = RunProcess(count, patience);
  if (counted && counted->exit_code == 0) AddUp(counted->out, &changes);
  return changes;
}

Result<int> Git::Diff(const std::string& folder, const std::vector<std::string>& arguments) const {
  const Result<std::unique_ptr<Comparison>> compared = Compare(folder, kPatience);
  if (!compared) return tl::unexpected<Error>(compared.error());
  const Comparison& with = **compared;
  if (with.base.empty()) {
    return Fail(ErrorCode::kNotFound,
                "the repository of " + OneLine(folder, 512) + " has no commit to compare with yet");
  }
  ProcessSpec diff = Command(with.root, {"diff", with.base});
  diff.arguments.insert(diff.arguments.end(), arguments.begin(), arguments.end());
  diff.environment = with.environment;
  return RunInTerminal(diff);
}

Result<std::string> Git::Root(const std::string& folder) const {
  Result<std::string> root = Ask(folder, {"rev-parse", "--show-toplevel"}, kPatience);
  if (!root || root->empty()) return tl::unexpected<Error>(NoRepository(folder));
  return root;
}

Result<std::vector<WorkTree>> Git::WorkTrees(const std::string& folder) const {
  const auto listed = Ask(folder, {"worktree", "list", "--porcelain", "-z"}, kPatience);
  if (!listed) return tl::unexpected<Error>(NoRepository(folder));
  constexpr std::string_view kPath = "worktree ";
  constexpr std::string_view kBranch = "branch refs/heads/";
  std::vector<WorkTree> trees;
  for (const std::string& line : Split(*listed, '\0')) {
    if (line.rfind(kPath, 0) == 0) trees.push_back({line.substr(kPath.size()), {}});
    if (line.rfind(kBranch, 0) == 0 && !trees.empty()) {
      trees.back().branch = line.substr(kBranch.size());
    }
  }
  return trees;
}

Status Git::CheckBranchName(const std::string& branch) const {
  const Result<ProcessOutcome> checked =
      RunProcess(Command("/", {"check-ref-format", "--branch", branch}), kPatience);
  if (!checked) return tl::unexpected<Error>(checked.error());
  // "@{-1}" would name another branch.
  if (checked->exit_code == 0 && WithoutLineEnds(checked->out) == branch) return {};
  return Fail(ErrorCode::kInvalidArgument, "\"" + OneLine(branch, 200) +
                                               "\" cannot be a branch's name: use letters, digits, "
                                               "dots, hyphens and slashes, as in fix-login");
}

Status Git::AddWorkTree(const std::string& folder, const std::string& path,
                        const std::string& branch) const {
  if (!Ask(folder, {"rev-parse", "--verify", "--quiet", "HEAD"}, kPatience)) {
    return Fail(ErrorCode::kFailedPrecondition,
                "the repository of " + OneLine(folder, 512) +
                    " has no commit, so it can have no second work tree: commit something first");
  }
  const bool exists =
      Ask(folder, {"show-ref", "--verify", "--quiet", "refs/heads/" + branch}, kPatience)
          .has_value();
  std::vector<std::string> arguments = {"worktree", "add", "--quiet"};
  if (!exists) arguments.insert(arguments.end(), {"-b", branch});
  arguments.push_back(path);
  if (exists) arguments.push_back(branch);
  const auto added = Ask(folder, std::move(arguments), kCheckoutPatience);
  if (added) return {};
  return Fail(added.error().code, "the work tree " + OneLine(path, 512) +
                                      " could not be made: " + added.error().message);
}

}  // namespace katra::cli
