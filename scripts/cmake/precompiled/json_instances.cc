// Instantiates what json_instances.h promises to the other sources.
#include <nlohmann/json.hpp>  // nlohmann's own: this file is compiled without the folder beside it
#include <string>
#include <string_view>

#define KATRA_INSTANCES
#include "json_instances.h"
