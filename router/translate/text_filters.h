// Filters for an answer's text before it is sent: <think> tags (S15), and stop sequences that the
// upstream does not support (R46). Both may be split over chunks. Internal to router/translate.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace katra::router::translate {

// Separates the thinking of an answer that begins with <think>. Tags elsewhere are ordinary text.
class ThinkTags {
 public:
  struct Parts {
    std::string thinking;
    std::string text;
  };

  // `text` is plain, not escaped.
  [[nodiscard]] Parts Feed(std::string_view text);
  // The text that was held back.
  [[nodiscard]] Parts Finish();

 private:
  enum class Place { kBefore, kInside, kAfter };

  Place place_ = Place::kBefore;
  std::string held_;
};

// Holds back what may be the beginning of a stop sequence.
class StopFilter {
 public:
  explicit StopFilter(std::vector<std::string> stops) : stops_(std::move(stops)) {}

  [[nodiscard]] bool active() const { return !stops_.empty(); }
  // The text that may be sent; nothing after a match.
  [[nodiscard]] std::string Feed(std::string_view text);
  [[nodiscard]] std::string Finish();
  // Empty until a stop sequence is found.
  [[nodiscard]] const std::string& matched() const { return matched_; }

 private:
  std::vector<std::string> stops_;
  std::string held_;
  std::string matched_;
};

}  // namespace katra::router::translate
