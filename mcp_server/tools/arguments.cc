#include "mcp_server/tools/arguments.h"

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "render/parse.h"

namespace katra::mcp {
namespace {

const nlohmann::json* Find(const nlohmann::json& arguments, std::string_view name) {
  const auto found = arguments.find(name);
  return found == arguments.end() || found->is_null() ? nullptr : &*found;
}

}  // namespace

std::string TextArgument(const nlohmann::json& arguments, std::string_view name) {
  const nlohmann::json* value = Find(arguments, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::string WordArgument(const nlohmann::json& arguments, std::string_view name) {
  return std::string(Trim(TextArgument(arguments, name)));
}

std::string NameArgument(const nlohmann::json& arguments, std::string_view name) {
  return render::ParseName(TextArgument(arguments, name));
}

bool BoolArgument(const nlohmann::json& arguments, std::string_view name) {
  const nlohmann::json* value = Find(arguments, name);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

int IntArgument(const nlohmann::json& arguments, std::string_view name, int otherwise) {
  const nlohmann::json* value = Find(arguments, name);
  return value != nullptr && value->is_number() ? value->get<int>() : otherwise;
}

double NumberArgument(const nlohmann::json& arguments, std::string_view name, double otherwise) {
  const nlohmann::json* value = Find(arguments, name);
  return value != nullptr && value->is_number() ? value->get<double>() : otherwise;
}

std::optional<int64_t> IdArgument(const nlohmann::json& arguments, std::string_view name) {
  const nlohmann::json* value = Find(arguments, name);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->get<int64_t>();
  if (!value->is_string()) return std::nullopt;
  return render::ParseId(value->get_ref<const std::string&>());
}

std::vector<std::string> ListArgument(const nlohmann::json& arguments, std::string_view name) {
  const nlohmann::json* value = Find(arguments, name);
  if (value == nullptr) return {};
  if (value->is_string()) return render::ParseWords(value->get_ref<const std::string&>());
  std::vector<std::string> words;
  if (value->is_array()) {
    for (const nlohmann::json& item : *value) {
      if (item.is_string()) words.emplace_back(Trim(item.get_ref<const std::string&>()));
    }
  }
  std::erase(words, "");
  return words;
}

std::vector<std::string> RecipientsArgument(const nlohmann::json& arguments,
                                            std::string_view name) {
  return render::ParseRecipients(ListArgument(arguments, name));
}

Result<double> ImportanceArgument(const nlohmann::json& arguments, std::string_view name,
                                  double otherwise) {
  const nlohmann::json* value = Find(arguments, name);
  if (value != nullptr && value->is_number()) return value->get<double>();
  return render::ParseImportance(TextArgument(arguments, name), otherwise);
}

bool WantsJson(const nlohmann::json& arguments) {
  return TextArgument(arguments, "format") == "json";
}

}  // namespace katra::mcp
