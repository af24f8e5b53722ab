// Requests of the Messages API as Amazon Bedrock and Google Vertex take them: the model stands in
// the address, the version in the body. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "router/providers/provider.h"

namespace katra::router::cloud {

// Where `model` is asked. Without a scheme and host: behind Provider::messages_base_url.
[[nodiscard]] std::string MessagesPath(const Provider& provider, std::string_view model,
                                       bool stream, bool count_only);

struct ShapedBody {
  std::string body;
  std::vector<std::string> dropped;  // members that the platform does not know, sorted
};

// The members of `messages_body` as they are but for the model, the version and, at Bedrock,
// whether it streams and what is known to be refused there; in front of them the version and, at
// Bedrock, `betas`. kInvalidArgument: no JSON object. Takes time by the size of the body.
[[nodiscard]] Result<ShapedBody> ShapeBody(Platform platform, std::string_view messages_body,
                                           const std::vector<std::string>& betas, bool count_only);

// The names in the header anthropic-beta that `provider` is known to take, in their order. The
// others are appended to `dropped` as "anthropic-beta: NAME".
[[nodiscard]] std::vector<std::string> KnownBetas(const Provider& provider, std::string_view header,
                                                  std::vector<std::string>* dropped);

// What is missing before `provider` can be asked at all, and the next step; empty: nothing.
[[nodiscard]] std::string MissingPart(const Provider& provider);

}  // namespace katra::router::cloud
