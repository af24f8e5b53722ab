// The one rule by which the arguments of every tool are read, before they meet the tool's schema:
// what a client can only have meant one way is taken, whatever JSON type it came in; everything
// else is left as it is, and refused (docs/dev/protocol.md). Knows no tool and no store. Pure
// functions.
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
  std::vector<SchemaViolation> violations;  // what the schema alone would let pass
};

// `given` as the `properties` of `input_schema` want it:
//  - null, and a blank text where no text is wanted: left out
//  - where a number is wanted: the text of one; a message or memory as 41, "41" or "#41"
//  - where a boolean is wanted: "true" or "false" in any case
//  - where a list is wanted: the text of a JSON list of texts, or words with commas between
//  - where one of some words is wanted: such a word in any case, blanks around it
//  - all of them as the text of one JSON object
[[nodiscard]] CoercedArguments CoerceArguments(const nlohmann::json& input_schema,
                                               const nlohmann::json& given);

}  // namespace katra::mcp
