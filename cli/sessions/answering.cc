#include "cli/sessions/answering.h"

#include <algorithm>

#include "core/text.h"

namespace katra::cli {
namespace {

constexpr std::ptrdiff_t kDigitsOfDate = 3;  // "-001", "-0613", "-2025-08-07"

std::string WithoutVendor(std::string_view model) {
  const auto slash = model.rfind('/');
  return ToLowerAscii(slash == std::string_view::npos ? model : model.substr(slash + 1));
}

bool IsDate(std::string_view text) {
  if (text.empty() || (text.front() != '-' && text.front() != '@')) return false;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool fits =
      std::all_of(text.begin() + 1, text.end(), [&](char c) { return c == '-' || is_digit(c); });
  return fits && std::count_if(text.begin(), text.end(), is_digit) >= kDigitsOfDate;
}

bool IsSameModel(std::string_view one, std::string_view other) {
  const std::string first = WithoutVendor(one);
  const std::string second = WithoutVendor(other);
  const std::string& longer = first.size() < second.size() ? second : first;
  const std::string& shorter = first.size() < second.size() ? first : second;
  if (!longer.starts_with(shorter)) return false;
  const std::string_view rest = std::string_view(longer).substr(shorter.size());
  return rest.empty() || rest == "-latest" || IsDate(rest);
}

std::string Shown(std::string_view provider, std::string_view model) {
  return OneLine(provider, 80) + (model.empty() ? "" : "/" + OneLine(model, 200));
}

}  // namespace

std::string AnsweredByAnother(std::string_view provider, std::string_view model,
                              const store::ProviderTag& tag) {
  if (tag.source != store::TagSource::kVerified || provider.empty()) return {};
  const bool same_provider = ToLowerAscii(provider) == ToLowerAscii(tag.provider);
  const bool same_model = model.empty() || tag.model.empty() || IsSameModel(model, tag.model);
  if (same_provider && same_model) return {};
  return "started on " + Shown(provider, model) + ", answered by " + Shown(tag.provider, tag.model);
}

}  // namespace katra::cli
