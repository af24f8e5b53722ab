// The parts of a request's way that take time by the size of its body: reading it, and making of it
// what an upstream takes. Pure, so that large bodies are done off the loop's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "router/gateway/proxy/platform_request.h"
#include "router/gateway/proxy/upstream_request.h"
#include "router/translate/estimate.h"
#include "router/translate/messages/model_fit.h"
#include "router/translate/openai_clients/openai_client.h"

namespace katra::router::gateway {

// Beyond it a body would hold the loop for too long.
constexpr size_t kLargeBodyBytes = size_t{1} << 20U;

// A client's body, as far as it must be known before anybody is asked.
struct ClientBody {
  std::shared_ptr<const std::string> body;  // as the client wrote it
  translate::RequestPeek peek;
  int64_t estimate = -1;  // of the input's tokens, where that is what is asked for
  std::optional<translate::ApiError> error;
};
[[nodiscard]] ClientBody ReadClientBody(std::string body);

// The same in the Messages form, where it is of another format: made when a candidate needs it.
struct MessagesForm {
  std::shared_ptr<const std::string> body;
  translate::RequestPeek peek;
  translate::OpenAiClientRequest request;  // what the answer needs
  std::optional<translate::ApiError> error;
};
[[nodiscard]] MessagesForm ReadMessagesForm(translate::OpenAiClientFormat format,
                                            std::string_view body,
                                            const translate::OpenAiClientOptions& options);

// What a candidate's request is made of. Holds all that it needs.
struct Preparation {
  std::shared_ptr<const std::string> body;
  Interface interface = Interface::kMessages;
  bool translates = false;  // else the body goes as it is, but for `clean` and `fit`
  bool own_form = false;    // it goes in the client's own format, which is not Messages
  translate::Target target;
  translate::Calibration calibration;
  int64_t estimate = -1;  // of the input's tokens; -1: not known yet
  std::optional<translate::ForeignThinking> clean;
  std::optional<translate::ModelFit> fit;
  FaceRefusals face;
  std::optional<PlatformShape> shape;
  bool copilot = false;

  // Whether Prepare reads the body.
  [[nodiscard]] bool works() const { return translates || clean || fit || face.any() || shape; }
  // A larger body is prepared off the loop. What is signed is hashed as well.
  [[nodiscard]] size_t most_on_loop() const {
    return shape ? kLargeBodyBytes / 4 : kLargeBodyBytes;
  }
};
[[nodiscard]] Preparation PreparationOf(const UpstreamPlan& plan);

// Takes time by the size of the body. Any thread: `target.memo` is nullptr off the loop's.
[[nodiscard]] PreparedBody Prepare(Preparation preparation);

}  // namespace katra::router::gateway
