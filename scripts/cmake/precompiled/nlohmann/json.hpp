// Stands before nlohmann's header in a build with KATRA_PRECOMPILE: what is the same in every
// source is instantiated once, in json_instances.cc. Nothing else differs, so that a source never
// notices.
#pragma once

#include_next <nlohmann/json.hpp>

#include "../json_instances.h"
