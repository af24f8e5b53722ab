#include "store/search/likeness.h"

#include <algorithm>
#include <string>
#include <vector>

#include "store/search/analyzer.h"

namespace katra::store::search {
namespace {

constexpr size_t kComparedBytes = 16 * 1024;

// The pairs of neighbouring words, and the first and the last word with an end of the text. Sorted.
std::vector<std::string> PairsOf(std::string_view text) {
  std::vector<std::string> pairs;
  std::string before;
  Analyze(text.substr(0, kComparedBytes), [&](std::string_view token, TokenKind kind) {
    if (!IsInOrder(kind)) return;
    pairs.push_back(before + ' ' + std::string(token));
    before = token;
  });
  if (!before.empty()) pairs.push_back(before + ' ');
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

}  // namespace

double Likeness(std::string_view a, std::string_view b) {
  // A text that was cut may go on in any way.
  if (std::max(a.size(), b.size()) > 2 * std::min(a.size(), b.size())) return 0;
  const std::vector<std::string> of_a = PairsOf(a);
  const std::vector<std::string> of_b = PairsOf(b);
  if (of_a.empty() || of_b.empty()) return 0;
  size_t common = 0;
  for (size_t i = 0, j = 0; i < of_a.size() && j < of_b.size();) {
    const int order = of_a[i].compare(of_b[j]);
    if (order == 0) ++common;
    if (order <= 0) ++i;
    if (order >= 0) ++j;
  }
  return 2.0 * static_cast<double>(common) / static_cast<double>(of_a.size() + of_b.size());
}

}  // namespace katra::store::search
