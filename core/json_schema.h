// A validator for a closed subset of JSON Schema draft-07: the keywords that Katra's own schemas
// use. A schema with any other keyword does not compile, so nothing is silently unchecked. Tested
// with the official draft-07 suite (tests/unit/core/json_schema_suite_test.cc).
//
// Differences from draft-07: $ref must be "#" or "#/definitions/NAME", with no keyword beside it;
// $id and definitions only at the root; format is an annotation; patterns work on bytes ("." is one
// byte), so non-ASCII text in a pattern must be a plain literal. Limits against hostile documents,
// each a violation when exceeded: a string under `pattern` of 4,096 bytes, an array under
// `uniqueItems` of 1,024 items, and 128 levels of nesting.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/result.h"

namespace katra {

// One place where a document breaks its schema.
struct SchemaViolation {
  std::string path;      // JSON Pointer to the value; "" is the root
  std::string keyword;   // the schema keyword that failed, e.g. "maxLength"
  std::string expected;  // what is allowed, e.g. "one of: text, json" or "at most 65536 characters"
  std::string found;     // the value, shortened; for unknown members, the member's name
};

// A compiled schema. Immutable, so threads may share it.
class JsonSchema {
 public:
  // kInvalidArgument names the JSON Pointer of the first keyword that is unknown or malformed.
  static Result<std::shared_ptr<const JsonSchema>> Compile(const nlohmann::json& schema);

  virtual ~JsonSchema() = default;

  // Returns no violations if the document is valid. Stops after `limit` violations.
  [[nodiscard]] virtual std::vector<SchemaViolation> Validate(const nlohmann::json& document,
                                                              size_t limit = 8) const = 0;
};

}  // namespace katra
