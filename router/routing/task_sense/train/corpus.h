// The corpus: requests with what they are about, a line each.
//   labels<TAB>text[<TAB>context]
// Labels are names of attributes, separated by commas, the most decisive first; \n, \t and \\ stand
// for what they say; a line that begins with "# " is a comment. The context is the user's turn
// before.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"
#include "router/routing/task_sense/attributes.h"

namespace katra::router::routing::task_sense::train {

struct Example {
  std::vector<Attribute> labels;  // without kFollowUp; may be empty if follow_up
  bool follow_up = false;
  bool description = false;  // of a route, not a request
  std::string text;
  std::string context;
  std::string file;  // the name of its file without the ending, e.g. "de"
};

// All *.tsv of `folder`, by name; kInvalidArgument names the file and the line that is wrong.
Result<std::vector<Example>> ReadCorpus(const std::filesystem::path& folder);

// Words of all languages that mean the same, a meaning a line of concepts.txt: "name: word, two
// words, …". Empty if the folder has none.
Result<std::vector<std::vector<std::string>>> ReadConcepts(const std::filesystem::path& folder);

}  // namespace katra::router::routing::task_sense::train
