// The steps of a request that take time proportional to its body: reading it, and converting it for
// an upstream. Pure, so that large bodies can be processed off the loop's thread.
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

// A larger body would block the loop for too long.
constexpr size_t kLargeBodyBytes = size_t{1} << 20U;

// A client's body, with what must be known before a candidate is chosen.
struct ClientBody {
  std::shared_ptr<const std::string> body;  // as the client wrote it
  translate::RequestPeek peek;
  int64_t estimate = -1;  // of the input's tokens, for a request to count them
  std::optional<translate::ApiError> error;
};
[[nodiscard]] ClientBody ReadClientBody(std::string body);

// The body of another format, converted to the Messages format. Made when a candidate needs it.
struct MessagesForm {
  std::shared_ptr<const std::string> body;
  translate::RequestPeek peek;
  translate::OpenAiClientRequest request;  // needed to translate the response
  std::optional<translate::ApiError> error;
};
[[nodiscard]] MessagesForm ReadMessagesForm(translate::OpenAiClientFormat format,
                                            std::string_view body,
                                            const translate::OpenAiClientOptions& options);

// What the body depends on besides the plan: the session and earlier attempts. Borrowed for the
// call.
struct BodyContext {
  std::string_view persona;     // whose request it is
  std::string_view session_id;  // as the client names it; may be empty
  // The request that the plan's body was translated from; nullptr: the body is the client's own.
  const translate::OpenAiClientRequest* translated_from = nullptr;
  bool left_home = false;                   // the session has been at another provider (R5)
  translate::RetryAdjustments adjustments;  // what the candidate has refused
  translate::Calibration calibration;
  int64_t estimate = -1;  // of the input's tokens; -1: not known yet
  translate::ReasoningStore* reasoning = nullptr;
  translate::PrefixMemo* memo = nullptr;
};

// The input of Prepare() for one candidate. Keeps alive what it needs.
struct Preparation {
  std::shared_ptr<const std::string> body;
  Interface interface = Interface::kMessages;
  bool own_form = false;  // it is sent in the client's own format, which is not Messages
  translate::Target target;
  translate::Calibration calibration;
  int64_t estimate = -1;  // of the input's tokens; -1: not known yet
  std::optional<translate::ForeignThinking> clean;
  std::optional<translate::ModelFit> fit;
  FaceRefusals face;
  std::optional<PlatformShape> shape;
  bool copilot = false;

  // If false, the body is sent unchanged but for `clean`, `fit`, `face` and `shape`.
  [[nodiscard]] bool translates() const { return interface != Interface::kMessages; }
  // Whether Prepare reads the body.
  [[nodiscard]] bool works() const { return translates() || clean || fit || face.any() || shape; }
  // Larger bodies are prepared off the loop. The limit is lower for platforms, where the body may
  // also have to be hashed for a signature.
  [[nodiscard]] size_t most_on_loop() const {
    return shape ? kLargeBodyBytes / 4 : kLargeBodyBytes;
  }
};
[[nodiscard]] Preparation PreparationOf(const UpstreamPlan& plan, const BodyContext& context);

// Takes time proportional to the size of the body. Any thread; off the loop's thread `target.memo`
// must be nullptr.
[[nodiscard]] PreparedBody Prepare(Preparation&& preparation);

}  // namespace katra::router::gateway
