// Converts a stream of Chat Completions chunks to Messages events (rules S1-S43 of
// docs/translation.md). Bytes in, bytes out; the result does not depend on how the input is split.
// No I/O, no clock.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "router/translate/errors.h"
#include "router/translate/request.h"
#include "router/translate/upstream_stream.h"
#include "router/translate/usage.h"

namespace katra::router::translate {

class ChatStreamReader final : public UpstreamStream {
 public:
  explicit ChatStreamReader(ReplyContext context, StreamOptions options = {});
  ~ChatStreamReader() override;

  StreamState Feed(std::string_view bytes, std::string* out) override;
  StreamState Finish(bool cut, std::string* out) override;

  // Writes message_start with an estimate, if the upstream is silent for long (S3); once.
  void Start(std::string* out);
  // Whether pings may be sent (S2).
  [[nodiscard]] bool Started() const;

  [[nodiscard]] bool ContentSent() const override;
  [[nodiscard]] size_t progress() const override;  // number of chunks with a choice
  [[nodiscard]] bool Finishing() const override;   // finish_reason was received
  [[nodiscard]] StreamState state() const override;
  [[nodiscard]] const ApiError& error() const override;
  [[nodiscard]] Usage usage() const override;
  [[nodiscard]] int64_t estimated_output_tokens() const override;
  [[nodiscard]] const std::string& stop_reason() const override;
  [[nodiscard]] const std::string& model() const override;
  [[nodiscard]] const std::string& upstream_id() const override;
  [[nodiscard]] const std::vector<std::string>& notes() const override;
  [[nodiscard]] const std::vector<std::string>& left_out() const override { return left_out_; }

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
  std::vector<std::string> left_out_;  // always empty: unknown members are harmless (S42)
};

}  // namespace katra::router::translate
