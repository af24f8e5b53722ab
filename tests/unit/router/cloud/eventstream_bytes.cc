#include "tests/unit/router/cloud/eventstream_bytes.h"

#include <zlib.h>

#include <cstdint>

namespace katra::testing {
namespace {

void Put(uint64_t value, size_t count, std::string* out) {
  for (size_t i = count; i > 0; --i) {
    out->push_back(static_cast<char>((value >> (8 * (i - 1))) & 0xFFU));
  }
}

void PutChecksum(std::string* out) {
  Put(crc32_z(0, reinterpret_cast<const Bytef*>(out->data()), out->size()), 4, out);
}

std::string Base64(std::string_view bytes) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view part = bytes.substr(at, 3);
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; ++i) {
      bits = (bits << 8U) | (i < part.size() ? static_cast<unsigned char>(part[i]) : 0U);
    }
    for (size_t i = 0; i < 4; ++i) {
      text.push_back(i <= part.size() ? kAlphabet[(bits >> (18 - 6 * i)) & 63U] : '=');
    }
  }
  return text;
}

}  // namespace

std::string EventBytes(const EventHeaders& headers, std::string_view payload,
                       std::string_view raw_headers) {
  std::string head;
  for (const auto& [name, value] : headers) {
    Put(name.size(), 1, &head);
    head += name;
    Put(7, 1, &head);
    Put(value.size(), 2, &head);
    head += value;
  }
  head += raw_headers;
  std::string bytes;
  Put(16 + head.size() + payload.size(), 4, &bytes);
  Put(head.size(), 4, &bytes);
  PutChecksum(&bytes);
  bytes += head;
  bytes += payload;
  PutChecksum(&bytes);
  return bytes;
}

std::string ChunkBytes(std::string_view json) {
  return EventBytes(
      {{":event-type", "chunk"}, {":content-type", "application/json"}, {":message-type", "event"}},
      "{\"bytes\":\"" + Base64(json) + "\",\"p\":\"abcdefgh\"}");
}

std::string ExceptionBytes(std::string_view type, std::string_view payload) {
  return EventBytes({{":exception-type", std::string(type)},
                     {":content-type", "application/json"},
                     {":message-type", "exception"}},
                    payload);
}

std::string Resealed(std::string bytes) {
  std::string sealed = bytes.substr(0, 8);
  PutChecksum(&sealed);
  sealed += bytes.substr(12, bytes.size() - 16);
  PutChecksum(&sealed);
  return sealed;
}

std::vector<std::string> AnswerEvents() {
  return {
      R"({"type":"message_start","message":{"id":"msg_bdrk_1","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"usage":{"input_tokens":9,"output_tokens":1}}})",
      R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})",
      R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"H\u00e9llo"}})",
      R"({"type":"content_block_stop","index":0})",
      R"({"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":4}})",
      R"({"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":9}})"};
}

}  // namespace katra::testing
