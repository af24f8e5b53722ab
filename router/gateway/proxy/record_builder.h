// Collects the record of a request while it runs, and its text if recording is on. Reports both
// once, when the request ends. Sends nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/known_secrets.h"
#include "router/gateway/capture/capture_writer.h"
#include "router/gateway/observe/prices.h"
#include "router/gateway/observe/request_record.h"
#include "router/gateway/proxy/upstream_request.h"
#include "router/policy/policy.h"

namespace katra::router::gateway {

// On the loop's thread.
class RecordBuilder {
 public:
  // Borrowed: all of them outlive this.
  struct Deps {
    const Clock& clock;
    const Prices& prices;
    RequestObserver& observer;
    CaptureWriter* capture;  // nullptr: nothing is ever captured
  };
  // The request begins. `begun`: what is known from its head. `secrets`: values that no text of the
  // record may contain.
  RecordBuilder(const Deps& deps, std::shared_ptr<const KnownSecrets> secrets, RequestRecord begun);

  [[nodiscard]] RequestRecord& record() { return record_; }
  [[nodiscard]] const RequestRecord& record() const { return record_; }
  [[nodiscard]] SteadyTime begun() const { return begun_; }

  // Unknown types in the request that were dropped, each once.
  void NoteUnknown(const std::vector<std::string>& types);

  // An attempt at `candidate` begins.
  void BeginAttempt(const policy::Candidate& candidate);
  // `reason`: why it was tried. `status`: the upstream's; 0: none. `error`: empty if it answered.
  void EndAttempt(const policy::Candidate& candidate, std::string reason, int status,
                  const std::string& error);
  // The first content of the answer has arrived.
  void NoteFirstByte();

  // Starts to capture the request's text, if a CaptureWriter is set. `format`: the client's, unless
  // it is Messages.
  void Capture(std::shared_ptr<const std::string> request,
               std::optional<translate::OpenAiClientFormat> format);
  // `own_format`: in the client's format; otherwise in that of the Messages API.
  void CaptureEvents(std::string_view events, bool own_format);
  void CaptureReply(const std::string& reply, bool own_format);
  [[nodiscard]] bool captures() const { return captured_.has_value(); }

  // Copies what the upstream reported: usage, model, id.
  void TakeAnswer(const UpstreamRequest& upstream);
  // The request has ended: computes its cost and notifies the observers. `secrets`: more values
  // that the captured text must not contain; used only if captures().
  void Finish(int status, const std::string& error_type, std::vector<std::string> dropped,
              std::vector<std::string> secrets);

 private:
  Deps deps_;
  std::shared_ptr<const KnownSecrets> secrets_;
  RequestRecord record_;
  std::optional<CapturedText> captured_;
  SteadyTime begun_;
  SteadyTime attempt_begun_;
};

}  // namespace katra::router::gateway
