// Write a Messages answer in OpenAI's two formats. Internal to router/translate.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "router/translate/message_sink.h"
#include "router/translate/openai_clients/openai_client.h"

namespace katra::router::translate {

// Writes a Chat Completions stream, or the members of a complete response.
class ChatClientWriter final : public MessageSink {
 public:
  // Without Into(), collects a complete response.
  ChatClientWriter(const OpenAiClientRequest& request, OpenAiClientIdentity identity)
      : stream_usage_(request.stream_usage), identity_(std::move(identity)) {}
  void Into(std::string* out) { out_ = out; }

  void Begin(std::string_view id, std::string_view model, int64_t input_estimate) override;
  void OpenText() override {}
  void OpenThinking() override {}
  void OpenTool(std::string_view id, std::string_view name) override;
  void AddText(std::string_view escaped) override;
  void AddThinking(std::string_view escaped) override;
  void AddInput(std::string_view escaped) override;
  void CloseBlock(std::string_view) override {}
  void WholeBlock(std::string_view) override {}
  void End(std::string_view stop_reason, std::string_view stop_sequence,
           const Usage& usage) override;

  // The complete response, after End().
  [[nodiscard]] std::string Reply() const;

 private:
  struct Call {
    std::string id;
    std::string name;
    std::string arguments;  // JSON string contents
  };
  void Chunk(std::string_view delta, std::string_view finish);
  void Head(std::string_view object, std::string& out) const;

  bool stream_usage_;
  OpenAiClientIdentity identity_;
  std::string* out_ = nullptr;
  std::string model_;
  std::string text_;
  std::string thinking_;
  std::vector<Call> calls_;
  std::string finish_;
  Usage usage_;
};

// Writes a Responses stream, whose last event contains the whole response.
class ResponsesClientWriter final : public MessageSink {
 public:
  ResponsesClientWriter(const OpenAiClientRequest& request, OpenAiClientIdentity identity)
      : tools_(request.tools),
        echo_(request.echo),
        compaction_(request.compaction),
        compact_endpoint_(request.compact_endpoint),
        identity_(std::move(identity)) {}
  void Into(std::string* out) { out_ = out; }

  void Begin(std::string_view id, std::string_view model, int64_t input_estimate) override;
  void OpenText() override;
  void OpenThinking() override;
  void OpenTool(std::string_view id, std::string_view name) override;
  void AddText(std::string_view escaped) override;
  void AddThinking(std::string_view escaped) override;
  void AddInput(std::string_view escaped) override;
  void CloseBlock(std::string_view signature) override;
  void WholeBlock(std::string_view) override {}
  void End(std::string_view stop_reason, std::string_view stop_sequence,
           const Usage& usage) override;
  // Call it instead of End().
  void Fail(std::string_view code, std::string_view message);

  [[nodiscard]] const std::string& Response() const { return response_; }

 private:
  enum class Kind { kNone, kText, kThinking, kFunction, kCustom, kToolSearch, kUnseen };

  // Writes an event. `members`: its own members as JSON.
  void Event(std::string_view type, const std::string& members);
  void OpenItem(Kind kind);
  [[nodiscard]] std::string Where() const;  // item_id and output_index
  [[nodiscard]] std::string Item(bool done) const;
  void FinishItem(bool cut);
  void CloseText();
  void CloseThinking(std::string_view signature);
  void CloseCall();
  void WriteCompaction();
  void WriteResponse(std::string_view status, const std::string& more);

  std::unordered_map<std::string, OpenAiClientTool> tools_;
  std::string echo_;
  bool compaction_;
  bool compact_endpoint_;
  OpenAiClientIdentity identity_;
  std::string* out_ = nullptr;
  Kind kind_ = Kind::kNone;
  std::string item_id_;
  std::string call_id_;
  std::string name_;
  std::string namespace_;
  std::string text_;       // text of the open item, as JSON string contents
  std::string encrypted_;  // encrypted content of the open reasoning item
  std::string signature_;  // signature of the block that has ended
  bool closing_ = false;   // a block has ended; the next event tells whether its item is complete
  bool cut_ = false;       // the item is incomplete
  std::string summary_;    // text of a compaction, as JSON string contents
  std::string items_;      // finished items, separated by commas
  std::string model_;
  std::string response_;
  int index_ = -1;
  int64_t sequence_ = 0;
  Usage usage_;
};

}  // namespace katra::router::translate
