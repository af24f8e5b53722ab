#include "router/translate/text_filters.h"

#include <algorithm>

namespace katra::router::translate {
namespace {

constexpr std::string_view kOpen = "<think>";
constexpr std::string_view kClose = "</think>";

// The number of bytes at the end of `text` that may be the beginning of `word`.
size_t Overlap(std::string_view text, std::string_view word) {
  for (size_t n = std::min(text.size(), word.size() - 1); n > 0; --n) {
    if (text.substr(text.size() - n) == word.substr(0, n)) return n;
  }
  return 0;
}

size_t SkipSpace(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? text.size() : first;
}

}  // namespace

ThinkTags::Parts ThinkTags::Feed(std::string_view text) {
  Parts parts;
  held_.append(text);
  if (place_ == Place::kBefore) {
    const size_t start = SkipSpace(held_);
    const std::string_view begin = std::string_view(held_).substr(start);
    if (begin.size() < kOpen.size() && kOpen.substr(0, begin.size()) == begin) return parts;
    if (begin.substr(0, kOpen.size()) == kOpen) {
      held_.erase(0, start + kOpen.size());
      place_ = Place::kInside;
    } else {
      place_ = Place::kAfter;
    }
  }
  if (place_ == Place::kInside) {
    const size_t end = held_.find(kClose);
    if (end == std::string::npos) {
      const size_t sure = held_.size() - Overlap(held_, kClose);
      parts.thinking = held_.substr(0, sure);
      held_.erase(0, sure);
      return parts;
    }
    parts.thinking = held_.substr(0, end);
    held_.erase(0, end + kClose.size());
    place_ = Place::kAfter;
  }
  parts.text = std::move(held_);
  held_.clear();
  return parts;
}

ThinkTags::Parts ThinkTags::Finish() {
  Parts parts;
  (place_ == Place::kInside ? parts.thinking : parts.text) = std::move(held_);
  held_.clear();
  return parts;
}

std::string StopFilter::Feed(std::string_view text) {
  if (!matched_.empty()) return {};
  held_.append(text);
  size_t first = std::string::npos;
  const std::string* which = nullptr;
  for (const auto& stop : stops_) {
    const size_t at = held_.find(stop);
    if (at < first) {
      first = at;
      which = &stop;
    }
  }
  if (which != nullptr) {
    matched_ = *which;
    std::string out = held_.substr(0, first);
    held_.clear();
    return out;
  }
  size_t keep = 0;
  for (const auto& stop : stops_) keep = std::max(keep, Overlap(held_, stop));
  std::string out = held_.substr(0, held_.size() - keep);
  held_.erase(0, held_.size() - keep);
  return out;
}

std::string StopFilter::Finish() {
  std::string out = std::move(held_);
  held_.clear();
  return out;
}

}  // namespace katra::router::translate
