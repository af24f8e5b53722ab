#include "store/claim_path.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <vector>

#include "core/repository.h"
#include "core/text.h"
#include "core/unicode.h"

namespace katra::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAllBelow = "**";

tl::unexpected<Error> Refuse(std::string_view text, const std::string& why) {
  return Fail(ErrorCode::kInvalidArgument, "the path \"" + OneLine(text, 200) + "\" " + why);
}

bool HasWildcard(std::string_view name) {
  return name.find_first_of("*?") != std::string_view::npos;
}

// Whether some sequence matches both patterns. `is_star`: an element that matches any number of
// elements; `alike`: whether two other elements can match the same one. Takes a.size() * b.size()
// steps.
template <typename Element, typename IsStar, typename Alike>
bool PatternsMeet(const std::vector<Element>& a, const std::vector<Element>& b, IsStar is_star,
                  Alike alike) {
  // meet[j]: the elements of `a` so far and the first j of `b` can match the same sequence.
  std::vector<char> meet(b.size() + 1, 0);
  meet[0] = 1;
  for (size_t j = 0; j < b.size(); ++j) meet[j + 1] = meet[j] != 0 && is_star(b[j]) ? 1 : 0;
  for (const Element& element : a) {
    char diagonal = meet[0];
    meet[0] = meet[0] != 0 && is_star(element) ? 1 : 0;
    for (size_t j = 0; j < b.size(); ++j) {
      const char above = meet[j + 1];
      const bool any = is_star(element) || is_star(b[j]);
      const bool here = any ? above != 0 || meet[j] != 0 : diagonal != 0 && alike(element, b[j]);
      diagonal = above;
      meet[j + 1] = here ? 1 : 0;
    }
  }
  return meet[b.size()] != 0;
}

std::vector<uint32_t> Characters(std::string_view text) {
  std::vector<uint32_t> characters;
  while (!text.empty()) {
    uint32_t character = 0;
    size_t bytes = DecodeUtf8(text, &character);
    if (bytes == 0) {
      character = static_cast<unsigned char>(text.front());
      bytes = 1;
    }
    characters.push_back(character);
    text.remove_prefix(bytes);
  }
  return characters;
}

bool NamesMeet(const std::string& a, const std::string& b) {
  if (!HasWildcard(a) && !HasWildcard(b)) return a == b;
  return PatternsMeet(
      Characters(a), Characters(b), [](uint32_t c) { return c == '*'; },
      [](uint32_t x, uint32_t y) { return x == y || x == '?' || y == '?'; });
}

bool PatternTextsMeet(const std::string& a, const std::string& b) {
  return PatternsMeet(
      Split(a, '/'), Split(b, '/'), [](const std::string& name) { return name == kAllBelow; },
      NamesMeet);
}

std::string Absolute(const ClaimPath& path) {
  return path.root.empty() ? path.pattern : (fs::path(path.root) / path.pattern).string();
}

Status Check(std::string_view text, const std::string& working_folder) {
  if (text.empty()) return Refuse(text, "is empty: give a file, a folder or a pattern");
  if (text.size() > kMaxClaimPathBytes) {
    return Refuse(text, "has " + std::to_string(text.size()) + " bytes; the limit is " +
                            std::to_string(kMaxClaimPathBytes));
  }
  for (std::string_view rest = text; !rest.empty();) {
    uint32_t character = 0;
    const size_t bytes = DecodeUtf8(rest, &character);
    if (bytes == 0 || IsControl(character)) {
      return Refuse(text, "is not UTF-8, or contains control characters");
    }
    rest.remove_prefix(bytes);
  }
  if (text.starts_with('~')) return Refuse(text, "begins with ~: write the folder in full");
  if (!text.starts_with('/') && working_folder.empty()) {
    return Refuse(text, "is relative, and the session has no working folder: begin it with /");
  }
  return {};
}

std::string Relative(const std::string& path, const std::string& root) {
  if (path == root) return {};
  return path.substr(root == "/" ? 1 : root.size() + 1);
}

}  // namespace

Result<ClaimPath> ResolveClaimPath(std::string_view text, const std::string& working_folder) {
  text = Trim(text);
  if (auto checked = Check(text, working_folder); !checked) return Pass(std::move(checked));
  const fs::path written = (fs::path(working_folder) / fs::path(text)).lexically_normal();
  bool below = text.ends_with('/');
  fs::path plain = "/";
  fs::path pattern;
  for (const fs::path& part : written.relative_path()) {
    if (part.empty()) continue;  // after a final slash
    if (pattern.empty() && !HasWildcard(part.string())) {
      plain /= part;
    } else {
      pattern /= part;
    }
  }
  std::error_code failed;
  const fs::path resolved = fs::weakly_canonical(plain, failed);
  if (!failed) plain = resolved;
  below = pattern.empty() ? below || fs::is_directory(plain, failed)
                          : below && pattern.filename() != kAllBelow;
  if (below) pattern /= kAllBelow;

  ClaimPath path;
  const std::optional<Repository> repository = FindRepository(plain.string());
  if (repository) {
    path.project = repository->identity;
    path.root = repository->root;
    path.pattern = (fs::path(Relative(plain.string(), path.root)) / pattern).string();
  } else {
    path.pattern = (plain / pattern).string();
  }
  // A file of the disk's is not "FILE/".
  while (path.pattern.size() > 1 && path.pattern.ends_with('/')) path.pattern.pop_back();
  if (path.pattern.size() > 2 * kMaxClaimPathBytes) {
    return Refuse(text,
                  "is too long: the limit is " + std::to_string(kMaxClaimPathBytes) + " bytes");
  }
  return path;
}

bool PathsMeet(const ClaimPath& a, const ClaimPath& b) {
  if (!a.root.empty() && !b.root.empty() && a.project == b.project) {
    if (PatternTextsMeet(a.pattern, b.pattern)) return true;
    if (a.root == b.root) return false;
  }
  return PatternTextsMeet(Absolute(a), Absolute(b));
}

bool PathContains(const ClaimPath& outer, const ClaimPath& inner) {
  std::string folder = Absolute(outer);
  const std::string path = Absolute(inner);
  if (folder == path) return true;
  if (folder.ends_with(kAllBelow)) folder.resize(folder.size() - kAllBelow.size());
  if (!folder.ends_with('/')) folder += '/';
  return !HasWildcard(folder) && path.starts_with(folder);
}

}  // namespace katra::store
