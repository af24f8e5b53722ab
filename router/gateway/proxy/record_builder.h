// What becomes of one request, gathered while it lives: its record, and what was asked and answered
// where `record` is switched on. Tells of it once, at the end. Sends nothing.
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
  // The request begins. `begun`: what its head says. `secrets`: what no text of the record may
  // hold.
  RecordBuilder(const Deps& deps, std::shared_ptr<const KnownSecrets> secrets, RequestRecord begun);

  [[nodiscard]] RequestRecord& record() { return record_; }
  [[nodiscard]] const RequestRecord& record() const { return record_; }
  [[nodiscard]] SteadyTime begun() const { return begun_; }

  // Types in the request that were left out and are not understood, each once.
  void NoteUnknown(const std::vector<std::string>& types);

  // `candidate` is asked from now on.
  void BeginAttempt(const policy::Candidate& candidate);
  // `reason`: why it was asked. `status`: of the upstream; 0: none. `error`: empty: it answered.
  void EndAttempt(const policy::Candidate& candidate, std::string reason, int status,
                  const std::string& error);
  // Something of the answer is there.
  void NoteFirstByte();

  // From here on the request's text is kept, unless there is nowhere to put it. `format`: of the
  // client, unless it is Messages.
  void Capture(std::shared_ptr<const std::string> request,
               std::optional<translate::OpenAiClientFormat> format);
  // `own_format`: they are in the client's format, else of the Messages API.
  void CaptureEvents(std::string_view events, bool own_format);
  void CaptureReply(const std::string& reply, bool own_format);
  [[nodiscard]] bool captures() const { return captured_.has_value(); }

  // What the upstream has said of its answer.
  void TakeAnswer(const UpstreamRequest& upstream);
  // The request has ended: its cost is reckoned, and all who want to know are told. `secrets`: what
  // the captured text must not hold either; read only where captures() says so.
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
