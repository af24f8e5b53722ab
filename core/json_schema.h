// A validator for a closed subset of JSON Schema draft-07: what Katra's own schemas use. A schema
// with a keyword outside of the subset does not compile, so that nothing is silently unchecked.
// Proven against the official draft-07 suite (tests/unit/core/json_schema_suite_test.cc).
//
// Narrower than draft-07: $ref leads to "#" or "#/definitions/NAME" and has no keyword beside it;
// $id and definitions stand at the root only; format is an annotation; a pattern works on bytes
// ("." is one byte), so that text beyond ASCII may stand in it as a plain literal only.
// Bounded against hostile documents: a string under `pattern` of more than 4,096 bytes, an array
// under `uniqueItems` of more than 1,024 items and a nesting of more than 128 levels are
// violations.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/result.h"

namespace katra {

// One place where a document breaks its schema.
struct SchemaViolation {
  std::string path;      // JSON Pointer of the value; "" is the root
  std::string keyword;   // the schema keyword that failed, e.g. "maxLength"
  std::string expected;  // what is allowed, e.g. "one of: text, json" or "at most 65536 characters"
  std::string found;     // the value, shortened; for unknown members the member's name
};

// Immutable after Compile, so that threads may share it.
class JsonSchema {
 public:
  // kInvalidArgument names the JSON Pointer of the first keyword that is unknown or malformed.
  static Result<std::shared_ptr<const JsonSchema>> Compile(const nlohmann::json& schema);

  virtual ~JsonSchema() = default;

  // Empty: valid. Stops after `limit` violations.
  [[nodiscard]] virtual std::vector<SchemaViolation> Validate(const nlohmann::json& document,
                                                              size_t limit = 8) const = 0;
};

}  // namespace katra
