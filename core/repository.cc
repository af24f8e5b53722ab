#include "core/repository.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "core/files.h"
#include "core/text.h"

namespace katra {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFileBytes = size_t{1} * 1024 * 1024;
constexpr size_t kMaxIdentityBytes = 500;
constexpr int kMaxClonesOfClones = 5;

bool IsFile(const fs::path& path) {
  std::error_code failed;
  return fs::is_regular_file(path, failed);
}

bool IsFolder(const fs::path& path) {
  std::error_code failed;
  return fs::is_directory(path, failed);
}

std::string Canonical(const fs::path& path) {
  std::error_code failed;
  const fs::path resolved = fs::weakly_canonical(path, failed);
  return (failed ? path.lexically_normal() : resolved).string();
}

// The path that a small file of git's names, relative to `folder`; empty if it names none.
std::string PathIn(const fs::path& file, std::string_view before, const fs::path& folder) {
  if (!IsFile(file)) return {};  // a pipe would block
  const Result<std::string> text = ReadFile(file.string(), kMaxFileBytes);
  if (!text || !text->starts_with(before)) return {};
  const std::string_view named = Trim(std::string_view(*text).substr(before.size()));
  return named.empty() ? std::string() : Canonical(folder / fs::path(named));
}

// The folder with the repository's config, of a working tree or of a bare repository. Empty: it is
// neither.
std::string CommonFolder(const fs::path& folder) {
  fs::path git = folder / ".git";
  if (IsFile(git)) {
    const std::string linked = PathIn(git, "gitdir:", folder);
    if (linked.empty()) return {};
    git = linked;
  } else if (!IsFolder(git)) {
    git = folder;
  }
  if (!IsFile(git / "HEAD")) return {};
  const std::string common = PathIn(git / "commondir", "", git);
  if (!common.empty()) git = common;
  return IsFile(git / "config") ? git.string() : std::string();
}

std::string WithoutEnd(std::string text) {
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  if (text.ends_with("/.git")) {
    text.resize(text.size() - 5);
  } else if (text.ends_with(".git")) {
    text.resize(text.size() - 4);
  }
  while (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

// The value of `url` in the first remote of a config file; empty if there is none.
std::string FirstRemote(const std::string& config) {
  const Result<std::string> text = ReadFile(config, kMaxFileBytes);
  if (!text) return {};
  bool in_remote = false;
  for (const std::string& line : Split(*text, '\n')) {
    const std::string_view trimmed = Trim(line);
    if (trimmed.starts_with('[')) {
      in_remote = ToLowerAscii(trimmed).starts_with("[remote \"");
      continue;
    }
    const size_t equals = trimmed.find('=');
    if (!in_remote || equals == std::string_view::npos) continue;
    if (ToLowerAscii(Trim(trimmed.substr(0, equals))) != "url") continue;
    std::string_view value = Trim(trimmed.substr(equals + 1));
    if (value.size() > 1 && value.starts_with('"') && value.ends_with('"')) {
      value = value.substr(1, value.size() - 2);
    }
    if (!value.empty()) return std::string(value);
  }
  return {};
}

// "Git@Host.example:22" -> "host.example".
std::string HostOf(std::string_view authority) {
  authority = authority.substr(authority.rfind('@') + 1);  // npos + 1 is 0
  const size_t bracket = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
  const size_t port = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return ToLowerAscii(authority.substr(0, port));
}

std::string HostAndPath(std::string_view authority, std::string_view path) {
  path = path.substr(0, path.find_first_of("?#"));
  while (path.starts_with('/')) path.remove_prefix(1);
  return WithoutEnd(HostOf(authority) + "/" + std::string(path));
}

// A remote on another machine as "host/path"; empty if it is a folder, which then is `local`.
std::string Elsewhere(const std::string& url, std::string* local) {
  const size_t scheme = url.find("://");
  const size_t slash = url.find('/');
  const size_t colon = url.find(':');
  if (scheme != std::string::npos && scheme < slash) {
    const std::string_view rest = std::string_view(url).substr(scheme + 3);
    const size_t end = std::min(rest.find('/'), rest.size());
    if (ToLowerAscii(url.substr(0, scheme)) != "file") {
      return HostAndPath(rest.substr(0, end), rest.substr(end));
    }
    *local = rest.substr(end);
    return {};
  }
  if (colon != std::string::npos && colon < slash) {  // git@host:owner/name
    return HostAndPath(std::string_view(url).substr(0, colon),
                       std::string_view(url).substr(colon + 1));
  }
  *local = url;
  return {};
}

std::string IdentityOf(const std::string& common, int clones) {
  const fs::path folder(common);
  std::string own =
      WithoutEnd(folder.filename() == ".git" ? folder.parent_path().string() : common);
  const std::string url = FirstRemote(common + "/config");
  if (url.empty() || !IsValidUtf8(url)) return own;
  std::string local;
  const std::string elsewhere = Elsewhere(url, &local);
  if (!elsewhere.empty()) return elsewhere.substr(0, kMaxIdentityBytes);
  const std::string origin = Canonical(fs::path(own) / local);
  const std::string next = CommonFolder(origin);
  if (next.empty() || next == common || clones >= kMaxClonesOfClones) return WithoutEnd(origin);
  return IdentityOf(next, clones + 1);
}

}  // namespace

std::optional<Repository> FindRepository(const std::string& path) {
  fs::path folder = Canonical(path);
  while (true) {
    std::error_code failed;
    if (fs::exists(fs::symlink_status(folder / ".git", failed))) {
      const std::string common = CommonFolder(folder);
      if (!common.empty()) return Repository{folder.string(), IdentityOf(common, 0)};
    }
    if (!folder.has_relative_path()) return std::nullopt;
    folder = folder.parent_path();
  }
}

}  // namespace katra
