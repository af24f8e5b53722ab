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

// What the session and earlier attempts mean for the body. Borrowed for the call.
struct BodyContext {
  std::string_view persona;     // whose request it is
  std::string_view session_id;  // as the client names it; may be empty
  // From which the plan's body was made; nullptr: the body is as the client wrote it.
  const translate::OpenAiClientRequest* translated_from = nullptr;
  bool left_home = false;                   // the session has been at another provider (R5)
  translate::RetryAdjustments adjustments;  // what the candidate has refused
  translate::Calibration calibration;
  int64_t estimate = -1;  // of the input's tokens; -1: not known yet
  translate::ReasoningStore* reasoning = nullptr;
  translate::PrefixMemo* memo = nullptr;
};

// What a candidate's request is made of. Holds all that it needs.
struct Preparation {
  std::shared_ptr<const std::string> body;
  Interface interface = Interface::kMessages;
  bool own_form = false;  // it goes in the client's own format, which is not Messages
  translate::Target target;
  translate::Calibration calibration;
  int64_t estimate = -1;  // of the input's tokens; -1: not known yet
  std::optional<translate::ForeignThinking> clean;
  std::optional<translate::ModelFit> fit;
  FaceRefusals face;
  std::optional<PlatformShape> shape;
  bool copilot = false;

  // Else the body goes as it is, but for `clean`, `fit`, `face` and `shape`.
  [[nodiscard]] bool translates() const { return interface != Interface::kMessages; }
  // Whether Prepare reads the body.
  [[nodiscard]] bool works() const { return translates() || clean || fit || face.any() || shape; }
  // A larger body is prepared off the loop. What is signed is hashed as well.
  [[nodiscard]] size_t most_on_loop() const {
    return shape ? kLargeBodyBytes / 4 : kLargeBodyBytes;
  }
};
[[nodiscard]] Preparation PreparationOf(const UpstreamPlan& plan, const BodyContext& context);

// Takes time by the size of the body. Any thread: `target.memo` is nullptr off the loop's.
[[nodiscard]] PreparedBody Prepare(Preparation&& preparation);

}  // namespace katra::router::gateway
