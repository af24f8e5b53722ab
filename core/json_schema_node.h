// The compiled form of a JSON Schema, made by core/json_schema_compile.cc and used by
// core/json_schema_validate.cc. Internal to core/json_schema.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "core/json_schema.h"
#include "core/result.h"

namespace katra::schema {

// std::regex recurses once per character: a longer string is a violation, not a stack overflow.
inline constexpr size_t kMaxPatternBytes = 4096;
// `uniqueItems` compares every pair: a longer array is a violation, not a stall.
inline constexpr size_t kMaxUniqueItems = 1024;
// A document that nests deeper below a recursive schema is a violation, not a stack overflow.
inline constexpr size_t kMaxDepth = 128;

// The bits of Node::types.
enum TypeBit : unsigned {
  kNull = 1U << 0,
  kBoolean = 1U << 1,
  kInteger = 1U << 2,
  kNumber = 1U << 3,  // integers too
  kString = 1U << 4,
  kArray = 1U << 5,
  kObject = 1U << 6,
};

struct TypeName {
  const char* name;
  TypeBit bit;
};
inline constexpr TypeName kTypeNames[] = {
    {"null", kNull},     {"boolean", kBoolean}, {"integer", kInteger}, {"number", kNumber},
    {"string", kString}, {"array", kArray},     {"object", kObject},
};

struct Pattern {
  std::string text;
  std::regex regex;
};

// One schema. Nodes are owned by the Graph. A member that is null, empty or nullopt is not given.
struct Node {
  bool never = false;               // the boolean schema `false`
  const Node* reference = nullptr;  // $ref: nothing else of this node is set

  unsigned types = 0;
  std::optional<nlohmann::json> constant;
  std::optional<std::vector<nlohmann::json>> options;  // enum

  std::optional<nlohmann::json> minimum;
  std::optional<nlohmann::json> maximum;
  std::optional<nlohmann::json> exclusive_minimum;
  std::optional<nlohmann::json> exclusive_maximum;
  std::optional<nlohmann::json> multiple_of;

  std::optional<size_t> min_length;  // code points
  std::optional<size_t> max_length;
  std::optional<Pattern> pattern;

  const Node* items = nullptr;     // for every item, or ...
  std::vector<const Node*> tuple;  // ... for the items at these positions; the rest by
  const Node* additional_items = nullptr;
  bool is_tuple = false;
  const Node* contains = nullptr;
  std::optional<size_t> min_items;
  std::optional<size_t> max_items;
  bool unique_items = false;

  std::map<std::string, const Node*, std::less<>> properties;
  std::vector<std::pair<Pattern, const Node*>> pattern_properties;
  const Node* additional_properties = nullptr;
  const Node* property_names = nullptr;
  std::vector<std::string> required;
  std::optional<size_t> min_properties;
  std::optional<size_t> max_properties;

  std::vector<const Node*> all_of;
  std::vector<const Node*> any_of;
  std::vector<const Node*> one_of;
  const Node* negated = nullptr;    // not
  const Node* condition = nullptr;  // if
  const Node* consequence = nullptr;
  const Node* alternative = nullptr;  // else
};

struct Graph {
  std::vector<std::unique_ptr<Node>> nodes;
  const Node* root = nullptr;
};

// kInvalidArgument; `context` is the JSON Pointer of the unknown or malformed part.
[[nodiscard]] Result<Graph> CompileGraph(const nlohmann::json& schema);

[[nodiscard]] std::vector<SchemaViolation> ValidateDocument(const Graph& graph,
                                                            const nlohmann::json& document,
                                                            size_t limit);

// Appends "/token", escaped as JSON Pointer requires.
void AppendPointer(std::string& pointer, std::string_view token);

}  // namespace katra::schema
