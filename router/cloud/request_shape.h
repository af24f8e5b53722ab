// Adapts Messages API requests to Amazon Bedrock and Google Vertex: the model is part of the
// address, the version part of the body. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "router/providers/provider.h"

namespace katra::router::cloud {

// The path for asking `model`, without scheme and host, to be appended to
// Provider::messages_base_url.
[[nodiscard]] std::string MessagesPath(const Provider& provider, std::string_view model,
                                       bool stream, bool count_only);

struct ShapedBody {
  std::string body;
  std::vector<std::string> dropped;  // members that the platform does not accept, sorted
};

// Copies the members of `messages_body`, except the model, the version and, for Bedrock, the stream
// flag and members that it is known to refuse. Puts the version and, for Bedrock, `betas` first.
// kInvalidArgument: not a JSON object. Takes time proportional to the size of the body.
[[nodiscard]] Result<ShapedBody> ShapeBody(Platform platform, std::string_view messages_body,
                                           const std::vector<std::string>& betas, bool count_only);

// The names in the header anthropic-beta that `provider` is known to accept, in order. Appends the
// others to `dropped` as "anthropic-beta: NAME".
[[nodiscard]] std::vector<std::string> KnownBetas(const Provider& provider, std::string_view header,
                                                  std::vector<std::string>* dropped);

// What is missing before `provider` can be used at all, and the next step; empty if nothing is.
[[nodiscard]] std::string MissingPart(const Provider& provider);

}  // namespace katra::router::cloud
