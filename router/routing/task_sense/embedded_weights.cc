// The weights that the program was built with: in its read-only data, so that every process of the
// machine shares them.
#include "router/routing/task_sense/weights.h"

extern "C" {
// Of the assembler file that katra_embed_bytes makes.
extern const char katra_task_sense_weights[];  // NOLINT(readability-identifier-naming): a C name
extern const char
    katra_task_sense_weights_end[];  // NOLINT(readability-identifier-naming): a C name
}

namespace katra::router::routing::task_sense {

std::string_view EmbeddedWeights() {
  return {katra_task_sense_weights,
          static_cast<size_t>(katra_task_sense_weights_end - katra_task_sense_weights)};
}

}  // namespace katra::router::routing::task_sense
