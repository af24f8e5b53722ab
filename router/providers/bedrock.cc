// Amazon Bedrock: Anthropic's models through InvokeModel. router/cloud implements its protocol.
#include "router/providers/built_ins.h"

namespace katra::router::providers {

Provider Bedrock() {
  Provider p;
  p.name = "bedrock";
  p.title = "Amazon Bedrock";
  p.platform = Platform::kBedrock;
  p.interface = Interface::kMessages;
  // CompletePlatform sets the address, which contains the region.
  p.auth = Auth::kBearer;
  p.credential_envs = {"AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                       "AWS_SESSION_TOKEN"};
  p.key_command.words = {"aws", "configure", "export-credentials", "--format", "process"};
  p.default_model = "global.anthropic.claude-sonnet-4-5-20250929-v1:0";
  p.models = {"global.anthropic.claude-sonnet-4-5-20250929-v1:0",
              "global.anthropic.claude-opus-4-5-20251101-v1:0",
              "global.anthropic.claude-haiku-4-5-20251001-v1:0"};
  p.client_headers = {"anthropic-beta"};  // converted to a member of the body
  // The betas listed in the user guide for InvokeModel; any other is a 400.
  p.betas = {"compact-2026-01-12",
             "computer-use-2024-10-22",
             "computer-use-2025-01-24",
             "computer-use-2025-11-24",
             "context-1m-2025-08-07",
             "context-management-2025-06-27",
             "effort-2025-11-24",
             "fine-grained-tool-streaming-2025-05-14",
             "interleaved-thinking-2025-05-14",
             "output-128k-2025-02-19",
             "token-efficient-tools-2025-02-19",
             "tool-examples-2025-10-29",
             "tool-search-tool-2025-10-19"};
  p.quirks.pdfs = true;
  p.quirks.openai_shaped_errors = true;  // Bedrock's own format: {"message": …}
  return p;
}

}  // namespace katra::router::providers
