// Answers for clients of OpenAI's formats until their translation is linked in: a plain refusal.
#include "router/translate/openai_front.h"

namespace katra::translate {

Result<FrontRequest> ReadFrontRequest(FrontFormat, std::string_view) {
  return Fail(ErrorCode::kUnsupported, "this build serves POST /v1/messages only");
}
Result<std::string> WriteFrontReply(const FrontRequest&, std::string_view, const FrontIdentity&) {
  return Fail(ErrorCode::kUnsupported, "this build serves POST /v1/messages only");
}
std::unique_ptr<FrontStream> MakeFrontStream(const FrontRequest&, const FrontIdentity&) {
  return nullptr;
}

}  // namespace katra::translate
