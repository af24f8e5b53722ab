// The public interface of the validator, which holds a compiled schema. The work is in
// core/json_schema_compile.cc and core/json_schema_validate.cc.
#include "core/json_schema.h"

#include <algorithm>

#include "core/json_schema_node.h"

namespace katra {
namespace {

class CompiledSchema final : public JsonSchema {
 public:
  explicit CompiledSchema(schema::Graph graph) : graph_(std::move(graph)) {}

  [[nodiscard]] std::vector<SchemaViolation> Validate(const nlohmann::json& document,
                                                      size_t limit) const override {
    // With a limit of 0 every document would be valid.
    return schema::ValidateDocument(graph_, document, std::max<size_t>(limit, 1));
  }

 private:
  schema::Graph graph_;
};

}  // namespace

Result<std::shared_ptr<const JsonSchema>> JsonSchema::Compile(const nlohmann::json& schema) {
  auto graph = schema::CompileGraph(schema);
  if (!graph) return Pass(std::move(graph));
  return std::make_shared<const CompiledSchema>(std::move(*graph));
}

namespace schema {

void AppendPointer(std::string& pointer, std::string_view token) {
  pointer += '/';
  for (const char c : token) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

}  // namespace schema
}  // namespace katra
