#include "cli/hooks/wake_budget.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <sstream>
#include <utility>
#include <vector>

#include "core/files.h"
#include "core/text.h"

namespace katra::cli {
namespace {

constexpr std::chrono::hours kPeriod{1};
constexpr std::chrono::seconds kPatience{3};
constexpr size_t kMostBytes = 4 * 1024 * 1024;

// One line of the file: "wake 1764320000000 dario sam".
struct Line {
  std::string kind;  // "wake" or "told"
  int64_t at = 0;
  std::string one;
  std::string other;
};

// Lines of the last hour. A damaged line is dropped.
std::vector<Line> ReadLines(const std::string& path, WallTime now) {
  std::vector<Line> lines;
  const Result<std::string> text = ReadFile(path, kMostBytes);
  if (!text) return lines;
  std::istringstream in(*text);
  for (std::string words; std::getline(in, words);) {
    Line line;
    std::istringstream fields(words);
    if (!(fields >> line.kind >> line.at >> line.one >> line.other)) continue;
    const auto age = now - FromUnixMillis(line.at);
    if (age < kPeriod && age > -kPeriod) lines.push_back(std::move(line));
  }
  return lines;
}

Status WriteLines(const std::string& path, const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) {
    text += line.kind + " " + std::to_string(line.at) + " " + line.one + " " + line.other + "\n";
  }
  return WriteFileAtomically(path, text);
}

}  // namespace

Result<WakeBudget> WakeBudget::Open(const std::string& home, int most) {
  std::string folder = home + "/run";
  if (Status made = EnsurePrivateFolder(folder); !made) return Pass(std::move(made));
  return WakeBudget(std::move(folder), most);
}

Result<WakeBudget::Use> WakeBudget::Take(const std::string& one, const std::string& other,
                                         WallTime now) const {
  std::pair<std::string, std::string> pair = {ToLowerAscii(one), ToLowerAscii(other)};
  if (pair.second < pair.first) std::swap(pair.first, pair.second);
  const std::string path = folder_ + "/wakes";
  Result<LockFile> lock = LockFile::Open(path + ".lock");
  if (!lock) return Pass(std::move(lock));
  if (Status held = lock->Acquire(std::chrono::steady_clock::now() + kPatience); !held) {
    return Pass(std::move(held));
  }
  std::vector<Line> lines = ReadLines(path, now);
  const auto count = [&](const char* kind) {
    return std::count_if(lines.begin(), lines.end(), [&](const Line& line) {
      return line.kind == kind && line.one == pair.first && line.other == pair.second;
    });
  };
  const bool left = count("wake") < most_;
  if (!left && count("told") > 0) return Use::kUsedUp;
  lines.push_back({left ? "wake" : "told", ToUnixMillis(now), pair.first, pair.second});
  if (Status written = WriteLines(path, lines); !written) return Pass(std::move(written));
  return left ? Use::kTaken : Use::kUsedUpNow;
}

}  // namespace katra::cli
