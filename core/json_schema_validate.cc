// Validates a document against compiled nodes. The document is untrusted: every loop over it is
// linear or bounded by a limit of core/json_schema_node.h.
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/json_schema_node.h"

namespace katra::schema {
namespace {

using nlohmann::json;

constexpr size_t kShownCharacters = 80;

unsigned TypesOf(const json& value) {
  switch (value.type()) {
    case json::value_t::null:
      return kNull;
    case json::value_t::boolean:
      return kBoolean;
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
      return kInteger | kNumber;
    case json::value_t::number_float: {
      const auto number = value.get<double>();
      return std::floor(number) == number ? kInteger | kNumber : kNumber;  // 1.0 is an integer
    }
    case json::value_t::string:
      return kString;
    case json::value_t::array:
      return kArray;
    case json::value_t::object:
      return kObject;
    case json::value_t::binary:
    case json::value_t::discarded:
      break;
  }
  return 0;
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

size_t CodePoints(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

std::string Quoted(const std::string& text) {
  size_t end = 0;
  for (size_t shown = 0; end < text.size() && shown < kShownCharacters; ++shown) {
    ++end;
    while (end < text.size() && IsContinuation(text[end])) ++end;
  }
  std::string quoted =
      json(text.substr(0, end)).dump(-1, ' ', false, json::error_handler_t::replace);
  if (end < text.size()) {
    quoted += "... (" + std::to_string(CodePoints(text)) + " characters)";
  }
  return quoted;
}

std::string Show(const json& value) {
  if (value.is_string()) return Quoted(value.get_ref<const std::string&>());
  if (value.is_array()) return "an array of " + std::to_string(value.size());
  if (value.is_object()) return "an object of " + std::to_string(value.size());
  return value.dump();
}

std::string Join(const std::vector<std::string>& parts, const char* separator) {
  std::string joined;
  for (const std::string& part : parts) {
    if (!joined.empty()) joined += separator;
    joined += part;
  }
  return joined;
}

std::string TypeList(unsigned types) {
  std::vector<std::string> names;
  for (const TypeName& known : kTypeNames) {
    if ((types & known.bit) != 0) names.emplace_back(known.name);
  }
  return Join(names, " or ");
}

// A value from the schema, shortened, and without quotes if it is a plain word.
std::string Option(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string OptionList(const std::vector<json>& options) {
  std::vector<std::string> shown;
  shown.reserve(options.size());
  for (const json& option : options) shown.push_back(Option(option));
  return "one of: " + Join(shown, ", ");
}

// What a schema requires, in a few words.
std::string Describe(const Node& node) {
  if (node.reference != nullptr) return Describe(*node.reference);
  if (node.never) return "nothing";
  if (node.constant) return Option(*node.constant);
  if (node.options) return OptionList(*node.options);
  if (node.types != 0) return TypeList(node.types);
  if (!node.required.empty()) return "an object with " + Join(node.required, ", ");
  return "another form";
}

// Returns -1, 0 or 1. Exact for integers; compares as doubles if either is not one.
int CompareNumbers(const json& a, const json& b) {
  const auto order = [](auto x, auto y) { return x < y ? -1 : (y < x ? 1 : 0); };
  if (a.is_number_float() || b.is_number_float()) return order(a.get<double>(), b.get<double>());
  const bool a_negative = !a.is_number_unsigned() && a.get<int64_t>() < 0;
  const bool b_negative = !b.is_number_unsigned() && b.get<int64_t>() < 0;
  if (a_negative != b_negative) return a_negative ? -1 : 1;
  if (a_negative) return order(a.get<int64_t>(), b.get<int64_t>());
  return order(a.get<uint64_t>(), b.get<uint64_t>());
}

bool IsMultiple(const json& value, const json& unit) {
  if (!value.is_number_float() && !unit.is_number_float()) {
    const auto divisor = unit.get<uint64_t>();
    const bool negative = !value.is_number_unsigned() && value.get<int64_t>() < 0;
    const uint64_t magnitude = negative ? uint64_t{0} - static_cast<uint64_t>(value.get<int64_t>())
                                        : value.get<uint64_t>();
    return magnitude % divisor == 0;
  }
  const double quotient = value.get<double>() / unit.get<double>();
  if (!std::isfinite(quotient)) return false;
  // 0.0075 / 0.0001 is 75.00000000000001.
  return std::fabs(quotient - std::round(quotient)) <= 1e-9 * std::max(1.0, std::fabs(quotient));
}

class Validator {
 public:
  explicit Validator(size_t limit, std::string path = {}, size_t depth = 0)
      : limit_(limit), depth_(depth), path_(std::move(path)) {}

  void Check(const Node& node, const json& value) {
    if (Full()) return;
    if (node.reference != nullptr) return Check(*node.reference, value);
    if (node.never) return Add("false", "nothing here", Show(value));
    if (!CheckIdentity(node, value)) return;
    if (value.is_number()) CheckNumber(node, value);
    if (value.is_string()) CheckString(node, value.get_ref<const std::string&>());
    if (value.is_array()) CheckArray(node, value);
    if (value.is_object()) CheckObject(node, value);
    CheckCombined(node, value);
  }

  std::vector<SchemaViolation> Take() {
    if (exceeded_) violations_.push_back(*exceeded_);
    return std::move(violations_);
  }

 private:
  [[nodiscard]] bool Full() const { return exceeded_ || violations_.size() >= limit_; }

  void Add(const char* keyword, std::string expected, std::string found) {
    if (!Full()) violations_.push_back({path_, keyword, std::move(expected), std::move(found)});
  }

  // Exceeding a limit of the validator ends the whole check, so that `not` cannot turn it into
  // success.
  void Exceed(const char* keyword, const std::string& expected, std::string found) {
    if (!exceeded_) exceeded_ = {path_, keyword, "at most " + expected, std::move(found)};
  }

  // False if the value has another type; the other keywords would only repeat that.
  bool CheckIdentity(const Node& node, const json& value) {
    if (node.types != 0 && (node.types & TypesOf(value)) == 0) {
      Add("type", TypeList(node.types), Show(value));
      return false;
    }
    if (node.constant && value != *node.constant) {
      Add("const", Option(*node.constant), Show(value));
      return false;
    }
    if (node.options &&
        std::find(node.options->begin(), node.options->end(), value) == node.options->end()) {
      Add("enum", OptionList(*node.options), Show(value));
      return false;
    }
    return true;
  }

  void CheckNumber(const Node& node, const json& value) {
    if (node.minimum && CompareNumbers(value, *node.minimum) < 0) {
      Add("minimum", "at least " + node.minimum->dump(), Show(value));
    }
    if (node.maximum && CompareNumbers(value, *node.maximum) > 0) {
      Add("maximum", "at most " + node.maximum->dump(), Show(value));
    }
    if (node.exclusive_minimum && CompareNumbers(value, *node.exclusive_minimum) <= 0) {
      Add("exclusiveMinimum", "more than " + node.exclusive_minimum->dump(), Show(value));
    }
    if (node.exclusive_maximum && CompareNumbers(value, *node.exclusive_maximum) >= 0) {
      Add("exclusiveMaximum", "less than " + node.exclusive_maximum->dump(), Show(value));
    }
    if (node.multiple_of && !IsMultiple(value, *node.multiple_of)) {
      Add("multipleOf", "a multiple of " + node.multiple_of->dump(), Show(value));
    }
  }

  void CheckString(const Node& node, const std::string& text) {
    if (node.min_length || node.max_length) {
      CheckCount("minLength", "maxLength", node.min_length, node.max_length, CodePoints(text),
                 " characters");
    }
    if (!node.pattern) return;
    if (text.size() > kMaxPatternBytes) {
      return Exceed("pattern", std::to_string(kMaxPatternBytes) + " bytes", Quoted(text));
    }
    if (!std::regex_search(text, node.pattern->regex)) {
      Add("pattern", "text that matches " + node.pattern->text, Quoted(text));
    }
  }

  void CheckCount(const char* min_keyword, const char* max_keyword, std::optional<size_t> min,
                  std::optional<size_t> max, size_t count, const char* unit) {
    if (min && count < *min) {
      Add(min_keyword, "at least " + std::to_string(*min) + unit, std::to_string(count) + unit);
    }
    if (max && count > *max) {
      Add(max_keyword, "at most " + std::to_string(*max) + unit, std::to_string(count) + unit);
    }
  }

  void CheckArray(const Node& node, const json& array) {
    CheckCount("minItems", "maxItems", node.min_items, node.max_items, array.size(), " items");
    for (size_t i = 0; i < array.size() && !Full(); ++i) {
      const Node* schema = node.items;
      if (node.is_tuple) schema = i < node.tuple.size() ? node.tuple[i] : node.additional_items;
      if (schema != nullptr) CheckBelow(*schema, array[i], std::to_string(i));
    }
    if (node.unique_items) CheckUnique(array);
    if (node.contains != nullptr && std::none_of(array.begin(), array.end(), [&](const json& item) {
          return IsValid(*node.contains, item);
        })) {
      Add("contains", "at least one item: " + Describe(*node.contains), Show(array));
    }
  }

  void CheckUnique(const json& array) {
    if (array.size() > kMaxUniqueItems) {
      return Exceed("uniqueItems", std::to_string(kMaxUniqueItems) + " items", Show(array));
    }
    for (size_t i = 1; i < array.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (array[i] == array[j]) {
          return Add("uniqueItems", "no item twice", Show(array[i]) + " twice");
        }
      }
    }
  }

  void CheckObject(const Node& node, const json& object) {
    CheckCount("minProperties", "maxProperties", node.min_properties, node.max_properties,
               object.size(), " members");
    for (const std::string& name : node.required) {
      if (!object.contains(name)) Add("required", "the member " + name, "no " + name);
    }
    for (auto member = object.begin(); member != object.end() && !Full(); ++member) {
      if (node.property_names != nullptr) Check(*node.property_names, member.key());
      CheckMember(node, member.key(), member.value());
    }
  }

  void CheckMember(const Node& node, const std::string& name, const json& value) {
    bool known = false;
    if (const auto found = node.properties.find(name); found != node.properties.end()) {
      CheckBelow(*found->second, value, name);
      known = true;
    }
    for (const auto& [pattern, schema] : node.pattern_properties) {
      if (name.size() > kMaxPatternBytes) {
        return Exceed("patternProperties", std::to_string(kMaxPatternBytes) + " bytes in a name",
                      Quoted(name));
      }
      if (!std::regex_search(name, pattern.regex)) continue;
      CheckBelow(*schema, value, name);
      known = true;
    }
    if (known || node.additional_properties == nullptr) return;
    if (!node.additional_properties->never) {
      return CheckBelow(*node.additional_properties, value, name);
    }
    std::vector<std::string> names;
    for (const auto& [allowed, schema] : node.properties) names.push_back(allowed);
    Add("additionalProperties",
        names.empty() ? "no such member" : "only the members: " + Join(names, ", "), Quoted(name));
  }

  void CheckCombined(const Node& node, const json& value) {
    for (const Node* part : node.all_of) Check(*part, value);
    if (!node.any_of.empty()) CheckAnyOf("anyOf", node.any_of, value);
    if (!node.one_of.empty()) CheckOneOf(node.one_of, value);
    if (node.negated != nullptr && IsValid(*node.negated, value)) {
      Add("not", "anything but " + Describe(*node.negated), Show(value));
    }
    if (node.condition != nullptr && (node.consequence != nullptr || node.alternative != nullptr)) {
      const Node* next = IsValid(*node.condition, value) ? node.consequence : node.alternative;
      if (next != nullptr) Check(*next, value);
    }
  }

  void CheckOneOf(const std::vector<const Node*>& branches, const json& value) {
    const auto matching = std::count_if(branches.begin(), branches.end(), [&](const Node* branch) {
      return IsValid(*branch, value);
    });
    if (matching == 0) return CheckAnyOf("oneOf", branches, value);
    if (matching > 1) {
      Add("oneOf", "exactly one of the " + std::to_string(branches.size()) + " forms",
          Show(value) + ", which matches " + std::to_string(matching));
    }
  }

  // If exactly one branch accepts values of this type, its violations are more useful.
  void CheckAnyOf(const char* keyword, const std::vector<const Node*>& branches,
                  const json& value) {
    std::vector<std::vector<SchemaViolation>> close;
    std::vector<std::string> forms;
    for (const Node* branch : branches) {
      Validator inner(limit_, path_, depth_);
      inner.Check(*branch, value);
      if (Adopt(inner)) return;
      auto found = inner.Take();
      if (found.empty()) return;
      forms.push_back(Describe(*branch));
      const bool other_kind = found.front().path == path_ &&
                              (found.front().keyword == "type" || found.front().keyword == "false");
      if (!other_kind) close.push_back(std::move(found));
    }
    if (close.size() != 1) return Add(keyword, Join(forms, "; or "), Show(value));
    for (SchemaViolation& violation : close.front()) {
      if (!Full()) violations_.push_back(std::move(violation));
    }
  }

  [[nodiscard]] bool IsValid(const Node& node, const json& value) {
    Validator inner(1, path_, depth_);
    inner.Check(node, value);
    Adopt(inner);
    return inner.violations_.empty();
  }

  bool Adopt(const Validator& inner) {
    if (inner.exceeded_) exceeded_ = inner.exceeded_;
    return exceeded_.has_value();
  }

  void CheckBelow(const Node& node, const json& value, const std::string& token) {
    if (depth_ >= kMaxDepth) {
      return Exceed("depth", std::to_string(kMaxDepth) + " levels", "a deeper document");
    }
    const size_t length = path_.size();
    AppendPointer(path_, token);
    ++depth_;
    Check(node, value);
    --depth_;
    path_.resize(length);
  }

  size_t limit_;
  size_t depth_;
  std::string path_;
  std::vector<SchemaViolation> violations_;
  std::optional<SchemaViolation> exceeded_;
};

}  // namespace

std::vector<SchemaViolation> ValidateDocument(const Graph& graph, const json& document,
                                              size_t limit) {
  Validator validator(limit);
  validator.Check(*graph.root, document);
  return validator.Take();
}

}  // namespace katra::schema
