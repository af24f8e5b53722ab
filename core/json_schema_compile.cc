// Compiles JSON to schema nodes. Refuses every keyword, and every form of a keyword, that the
// validator would not check.
#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "core/json_schema_node.h"

namespace katra::schema {
namespace {

using nlohmann::json;

constexpr std::string_view kDefinitions = "#/definitions/";

// Annotations, which do not affect validity.
bool IsAnnotation(std::string_view keyword) {
  constexpr std::string_view kAnnotations[] = {"$schema",     "$comment",  "title",
                                               "description", "default",   "examples",
                                               "readOnly",    "writeOnly", "format"};
  return std::find(std::begin(kAnnotations), std::end(kAnnotations), keyword) !=
         std::end(kAnnotations);
}

// std::regex works on bytes, so a non-ASCII character is correct only as a literal.
bool IsBytewiseSafe(const std::string& pattern) {
  bool in_class = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\') {
      ++i;
    } else if (c == '[') {
      in_class = true;
    } else if (c == ']') {
      in_class = false;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
      if (in_class || next == '*' || next == '+' || next == '?' || next == '{') return false;
    }
  }
  return true;
}

class Compiler {
 public:
  Result<Graph> Run(const json& schema) {
    root_ = NewNode();
    graph_.root = root_;
    if (schema.is_object() && schema.contains("definitions")) {
      if (auto done = DeclareDefinitions(schema["definitions"]); !done)
        return Pass(std::move(done));
    }
    if (auto done = Fill(schema, "", *root_); !done) return Pass(std::move(done));
    for (const auto& [name, node] : definitions_) {
      std::string pointer = "/definitions";
      AppendPointer(pointer, name);
      if (auto done = Fill(schema["definitions"][name], pointer, *node); !done) {
        return Pass(std::move(done));
      }
    }
    if (auto done = RefuseEndlessReferences(); !done) return Pass(std::move(done));
    return std::move(graph_);
  }

 private:
  using Handler = Status (Compiler::*)(const json& value, const std::string& at, Node& node);
  struct Keyword {
    std::string_view name;
    Handler handler;
  };

  Node* NewNode() {
    graph_.nodes.push_back(std::make_unique<Node>());
    return graph_.nodes.back().get();
  }

  static tl::unexpected<Error> Malformed(const std::string& at, const std::string& expected) {
    return Fail(ErrorCode::kInvalidArgument, "schema at \"" + at + "\": expected " + expected, at);
  }

  // Register all names first, so that a definition may refer to a later one.
  Status DeclareDefinitions(const json& value) {
    if (!value.is_object()) return Malformed("/definitions", "an object of schemas");
    for (const auto& item : value.items()) definitions_[item.key()] = NewNode();
    return {};
  }

  Status Fill(const json& schema, const std::string& at, Node& node) {
    if (schema.is_boolean()) {
      node.never = !schema.get<bool>();
      return {};
    }
    if (!schema.is_object()) return Malformed(at, "a schema: an object, true or false");
    for (const auto& item : schema.items()) {
      const std::string& name = item.key();
      std::string place = at;
      AppendPointer(place, name);
      const bool at_root = &node == root_ && (name == "$id" || name == "definitions");
      if (IsAnnotation(name) || at_root) continue;
      if (schema.contains("$ref") && name != "$ref") {
        return Malformed(place, "no keyword beside $ref (draft-07 would ignore it)");
      }
      const Handler handler = Find(name);
      if (handler == nullptr) return Malformed(place, "a keyword of Katra's JSON Schema subset");
      if (auto done = (this->*handler)(item.value(), place, node); !done) return done;
    }
    return {};
  }

  static Handler Find(std::string_view name);

  Result<const Node*> Child(const json& value, const std::string& at) {
    Node* child = NewNode();
    if (auto done = Fill(value, at, *child); !done) return Pass(std::move(done));
    return child;
  }

  Status Reference(const json& value, const std::string& at, Node& node) {
    if (!value.is_string()) return Malformed(at, "a string");
    const auto& target = value.get_ref<const std::string&>();
    if (target == "#") {
      node.reference = root_;
      return {};
    }
    if (target.starts_with(kDefinitions)) {
      const auto found = definitions_.find(target.substr(kDefinitions.size()));
      if (found != definitions_.end()) {
        node.reference = found->second;
        return {};
      }
    }
    return Malformed(at, "\"#\" or \"#/definitions/NAME\" of a definition at the root");
  }

  Status Type(const json& value, const std::string& at, Node& node) {
    const json list = value.is_array() ? value : json::array({value});
    for (const json& name : list) {
      const auto* const found =
          std::find_if(std::begin(kTypeNames), std::end(kTypeNames),
                       [&name](const TypeName& known) { return name == known.name; });
      if (found == std::end(kTypeNames)) return Malformed(at, "a type name or a list of them");
      node.types |= found->bit;
    }
    if (node.types == 0) return Malformed(at, "at least one type");
    return {};
  }

  Status Const(const json& value, const std::string& /*at*/, Node& node) {
    node.constant = value;
    return {};
  }

  Status Enum(const json& value, const std::string& at, Node& node) {
    if (!value.is_array() || value.empty()) return Malformed(at, "a list of values, not empty");
    node.options = value.get<std::vector<json>>();
    return {};
  }

  template <std::optional<json> Node::*kField>
  Status Number(const json& value, const std::string& at, Node& node) {
    if (!value.is_number()) return Malformed(at, "a number");
    node.*kField = value;
    return {};
  }

  Status MultipleOf(const json& value, const std::string& at, Node& node) {
    if (!value.is_number() || value <= 0) return Malformed(at, "a number above 0");
    node.multiple_of = value;
    return {};
  }

  template <std::optional<size_t> Node::*kField>
  Status Count(const json& value, const std::string& at, Node& node) {
    if (!value.is_number_integer() || value < 0) return Malformed(at, "an integer of 0 or more");
    node.*kField = value.get<size_t>();
    return {};
  }

  static Result<Pattern> MakePattern(const std::string& text, const std::string& at) {
    if (!IsBytewiseSafe(text)) {
      return Malformed(at, "characters beyond ASCII only as literals that are not repeated");
    }
    try {
      return Pattern{text, std::regex(text, std::regex::ECMAScript)};
    } catch (const std::regex_error& error) {
      return Malformed(at, std::string("a regular expression (") + error.what() + ")");
    }
  }

  Status PatternKeyword(const json& value, const std::string& at, Node& node) {
    if (!value.is_string()) return Malformed(at, "a string");
    auto pattern = MakePattern(value.get<std::string>(), at);
    if (!pattern) return Pass(std::move(pattern));
    node.pattern = std::move(*pattern);
    return {};
  }

  template <const Node* Node::*kField>
  Status Schema(const json& value, const std::string& at, Node& node) {
    auto child = Child(value, at);
    if (!child) return Pass(std::move(child));
    node.*kField = *child;
    return {};
  }

  template <std::vector<const Node*> Node::*kField>
  Status Schemas(const json& value, const std::string& at, Node& node) {
    if (!value.is_array() || value.empty()) return Malformed(at, "a list of schemas, not empty");
    for (size_t i = 0; i < value.size(); ++i) {
      auto child = Child(value[i], at + "/" + std::to_string(i));
      if (!child) return Pass(std::move(child));
      (node.*kField).push_back(*child);
    }
    return {};
  }

  Status Items(const json& value, const std::string& at, Node& node) {
    if (!value.is_array()) return Schema<&Node::items>(value, at, node);
    node.is_tuple = true;
    return Schemas<&Node::tuple>(value, at, node);
  }

  Status UniqueItems(const json& value, const std::string& at, Node& node) {
    if (!value.is_boolean()) return Malformed(at, "true or false");
    node.unique_items = value.get<bool>();
    return {};
  }

  Status Properties(const json& value, const std::string& at, Node& node) {
    if (!value.is_object()) return Malformed(at, "an object of schemas");
    for (const auto& item : value.items()) {
      std::string place = at;
      AppendPointer(place, item.key());
      auto child = Child(item.value(), place);
      if (!child) return Pass(std::move(child));
      node.properties[item.key()] = *child;
    }
    return {};
  }

  Status PatternProperties(const json& value, const std::string& at, Node& node) {
    if (!value.is_object()) return Malformed(at, "an object of schemas");
    for (const auto& item : value.items()) {
      std::string place = at;
      AppendPointer(place, item.key());
      auto pattern = MakePattern(item.key(), place);
      if (!pattern) return Pass(std::move(pattern));
      auto child = Child(item.value(), place);
      if (!child) return Pass(std::move(child));
      node.pattern_properties.emplace_back(std::move(*pattern), *child);
    }
    return {};
  }

  Status Required(const json& value, const std::string& at, Node& node) {
    if (!value.is_array()) return Malformed(at, "a list of names");
    for (const json& name : value) {
      if (!name.is_string()) return Malformed(at, "a list of names");
      node.required.push_back(name.get<std::string>());
    }
    return {};
  }

  // The subschemas that apply to the same value as `node`.
  static std::vector<const Node*> InPlace(const Node& node) {
    std::vector<const Node*> all = node.all_of;
    all.insert(all.end(), node.any_of.begin(), node.any_of.end());
    all.insert(all.end(), node.one_of.begin(), node.one_of.end());
    for (const Node* one :
         {node.reference, node.negated, node.condition, node.consequence, node.alternative}) {
      if (one != nullptr) all.push_back(one);
    }
    return all;
  }

  // A cycle of references that does not descend into the document would never end.
  Status RefuseEndlessReferences() const {
    std::set<const Node*> open;
    std::set<const Node*> closed;
    for (const auto& node : graph_.nodes) {
      if (Cycles(node.get(), open, closed)) {
        return Fail(ErrorCode::kInvalidArgument,
                    "schema: a $ref leads back to itself without descending into the document");
      }
    }
    return {};
  }

  static bool Cycles(const Node* node, std::set<const Node*>& open, std::set<const Node*>& closed) {
    if (closed.contains(node)) return false;
    if (!open.insert(node).second) return true;
    for (const Node* next : InPlace(*node)) {
      if (Cycles(next, open, closed)) return true;
    }
    open.erase(node);
    closed.insert(node);
    return false;
  }

  Graph graph_;
  Node* root_ = nullptr;
  std::map<std::string, Node*> definitions_;
};

Compiler::Handler Compiler::Find(std::string_view name) {
  static constexpr Keyword kKeywords[] = {
      {"$ref", &Compiler::Reference},
      {"additionalItems", &Compiler::Schema<&Node::additional_items>},
      {"additionalProperties", &Compiler::Schema<&Node::additional_properties>},
      {"allOf", &Compiler::Schemas<&Node::all_of>},
      {"anyOf", &Compiler::Schemas<&Node::any_of>},
      {"const", &Compiler::Const},
      {"contains", &Compiler::Schema<&Node::contains>},
      {"else", &Compiler::Schema<&Node::alternative>},
      {"enum", &Compiler::Enum},
      {"exclusiveMaximum", &Compiler::Number<&Node::exclusive_maximum>},
      {"exclusiveMinimum", &Compiler::Number<&Node::exclusive_minimum>},
      {"if", &Compiler::Schema<&Node::condition>},
      {"items", &Compiler::Items},
      {"maxItems", &Compiler::Count<&Node::max_items>},
      {"maxLength", &Compiler::Count<&Node::max_length>},
      {"maxProperties", &Compiler::Count<&Node::max_properties>},
      {"maximum", &Compiler::Number<&Node::maximum>},
      {"minItems", &Compiler::Count<&Node::min_items>},
      {"minLength", &Compiler::Count<&Node::min_length>},
      {"minProperties", &Compiler::Count<&Node::min_properties>},
      {"minimum", &Compiler::Number<&Node::minimum>},
      {"multipleOf", &Compiler::MultipleOf},
      {"not", &Compiler::Schema<&Node::negated>},
      {"oneOf", &Compiler::Schemas<&Node::one_of>},
      {"pattern", &Compiler::PatternKeyword},
      {"patternProperties", &Compiler::PatternProperties},
      {"properties", &Compiler::Properties},
      {"propertyNames", &Compiler::Schema<&Node::property_names>},
      {"required", &Compiler::Required},
      {"then", &Compiler::Schema<&Node::consequence>},
      {"type", &Compiler::Type},
      {"uniqueItems", &Compiler::UniqueItems},
  };
  const auto* const found =
      std::find_if(std::begin(kKeywords), std::end(kKeywords),
                   [name](const Keyword& keyword) { return keyword.name == name; });
  return found == std::end(kKeywords) ? nullptr : found->handler;
}

}  // namespace

Result<Graph> CompileGraph(const json& schema) { return Compiler().Run(schema); }

}  // namespace katra::schema
