// Normalises the arguments of every tool before they are checked against its schema. A value that
// can only mean one thing is converted, whatever its JSON type; anything else is left as it is, and
// the schema refuses it (docs/dev/protocol.md). Knows no tool and no store. Pure functions.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/json_schema.h"

namespace katra::mcp {

struct CoercedArguments {
  std::shared_ptr<const nlohmann::json> arguments;
  std::vector<SchemaViolation> violations;  // errors that the schema alone would not find
};

// Converts `given` as the `properties` of `input_schema` require:
//  - null, and blank strings where no text is wanted, are removed
//  - number: the text of one; for a message or memory 41, "41" or "#41"
//  - boolean: "true" or "false" in any case
//  - list: the text of a JSON list of strings, or words with commas between them
//  - one of several words: such a word in any case, with blanks around it
//  - all arguments: the text of one JSON object
[[nodiscard]] CoercedArguments CoerceArguments(const nlohmann::json& input_schema,
                                               const nlohmann::json& given);

}  // namespace katra::mcp
