// The templates of nlohmann/json that every source with JSON would instantiate anew.
// KATRA_INSTANCES is empty in the one file that does instantiate them.
#pragma once

#ifndef KATRA_INSTANCES
#define KATRA_INSTANCES extern
#endif

namespace nlohmann::detail {

using StringInput = iterator_input_adapter<std::string::const_iterator>;
using ViewInput = iterator_input_adapter<std::string_view::const_iterator>;

KATRA_INSTANCES template class json_sax_dom_parser<json>;
KATRA_INSTANCES template class json_sax_dom_callback_parser<json>;
KATRA_INSTANCES template class lexer<json, StringInput>;
KATRA_INSTANCES template class lexer<json, ViewInput>;
KATRA_INSTANCES template class parser<json, StringInput>;
KATRA_INSTANCES template class parser<json, ViewInput>;
KATRA_INSTANCES template class serializer<json>;

}  // namespace nlohmann::detail

KATRA_INSTANCES template class nlohmann::basic_json<>;
