// The resources katra://… of one session: listing, reading, detecting changes. Knows the store;
// knows nothing of JSON-RPC or of protocol versions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "mcp_server/call_environment.h"

namespace katra::mcp {

struct ResourceInfo {
  std::string uri;
  std::string name;
  std::string title;
  std::string description;
  std::string mime_type;
};

struct ResourceTemplateInfo {
  std::string uri_template;  // RFC 6570
  std::string name;
  std::string title;
  std::string description;
  std::string mime_type;
};

struct ResourceContents {
  std::string uri;
  std::string mime_type;
  std::string text;
};

// katra://rooms, katra://personas, then the messages of each room, ordered by name. Not paged; the
// caller does that.
[[nodiscard]] Result<std::vector<ResourceInfo>> ListResources(const CallEnvironment& environment);

// katra://rooms/{room}/messages and katra://memories/{id}.
[[nodiscard]] std::vector<ResourceTemplateInfo> ListResourceTemplates();

// kNotFound: no such resource, or not visible to this session.
[[nodiscard]] Result<ResourceContents> ReadResource(const CallEnvironment& environment,
                                                    std::string_view uri);

// A string that changes whenever the contents at `uri` change for this session. kNotFound as above.
[[nodiscard]] Result<std::string> ResourceVersion(const CallEnvironment& environment,
                                                  std::string_view uri);

// Values for a variable of a resource template ({room}, {id}), by prefix; at most 100.
// kNotFound: no such template. kInvalidArgument: it has no such variable.
struct Completion {
  std::vector<std::string> values;
  int64_t total = 0;
  bool has_more = false;
};
[[nodiscard]] Result<Completion> CompleteResource(const CallEnvironment& environment,
                                                  std::string_view uri_template,
                                                  std::string_view variable,
                                                  std::string_view prefix);

// Those of `values`, in their order, that begin with `prefix`, ignoring case; at most 100.
[[nodiscard]] Completion CompleteFrom(std::vector<std::string> values, std::string_view prefix);

}  // namespace katra::mcp
