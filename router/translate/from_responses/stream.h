// Converts a stream of the Responses API to Messages events (S60-S65 of docs/translation.md).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "router/translate/request.h"
#include "router/translate/upstream_stream.h"

namespace katra::router::translate {

class ResponsesStreamReader final : public UpstreamStream {
 public:
  explicit ResponsesStreamReader(ReplyContext context, StreamOptions options = {});
  ~ResponsesStreamReader() override;

  StreamState Feed(std::string_view bytes, std::string* out) override;
  StreamState Finish(bool cut, std::string* out) override;
  [[nodiscard]] bool ContentSent() const override;
  [[nodiscard]] size_t progress() const override;
  // Its last event contains everything.
  [[nodiscard]] bool Finishing() const override { return false; }
  [[nodiscard]] StreamState state() const override;
  [[nodiscard]] const ApiError& error() const override;
  [[nodiscard]] Usage usage() const override;
  [[nodiscard]] int64_t estimated_output_tokens() const override;
  [[nodiscard]] const std::string& stop_reason() const override;
  [[nodiscard]] const std::string& model() const override;
  [[nodiscard]] const std::string& upstream_id() const override;
  [[nodiscard]] const std::vector<std::string>& notes() const override;
  [[nodiscard]] const std::vector<std::string>& left_out() const override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace katra::router::translate
