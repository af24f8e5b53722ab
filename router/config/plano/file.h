// Converts a Plano config.yaml to the format of personas.json. Reads no file and no variable
// itself.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "router/config/config.h"
#include "router/config/overlay.h"
#include "router/config/plano/providers.h"

namespace katra::router::plano {

struct PlanoFile {
  Overlay overlay;
  // The same as overlay.source, in the order of the file.
  std::shared_ptr<const nlohmann::ordered_json> document;
  // How long a provider may be silent; from the listener's settings.
  std::optional<int64_t> timeout_ms;
};

// kInvalidArgument: a line "FILE:LINE:COLUMN: PATH: what is wrong; what is allowed" for each error.
// No message contains what may be a key. Members that Katra does not use are warnings.
[[nodiscard]] Result<PlanoFile> ReadPlanoFile(std::string_view text, const std::string& file,
                                              const Variables& variables);

}  // namespace katra::router::plano
