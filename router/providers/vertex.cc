// Google Vertex AI, as two providers: Anthropic's models through rawPredict, and Gemini through its
// Chat Completions endpoint. router/cloud implements its protocol.
#include "router/providers/built_ins.h"

namespace katra::router::providers {
namespace {

void BecomeVertex(Provider& p) {
  p.platform = Platform::kVertex;
  // CompletePlatform sets the address, which contains project and location.
  p.api_key_env.clear();
  p.auth = Auth::kBearer;
  p.key_command.words = {"gcloud", "auth", "print-access-token"};
}

}  // namespace

Provider Vertex() {
  Provider p;
  p.name = "vertex";
  p.title = "Google Vertex";
  p.interface = Interface::kMessages;
  BecomeVertex(p);
  p.default_model = "claude-sonnet-4-5@20250929";
  p.models = {"claude-sonnet-4-5@20250929", "claude-opus-4-5@20251101",
              "claude-haiku-4-5@20251001"};
  p.client_headers = {"anthropic-beta"};
  p.betas = {"compact-2026-01-12",
             "computer-use-2025-01-24",
             "computer-use-2025-11-24",
             "context-1m-2025-08-07",
             "context-management-2025-06-27",
             "interleaved-thinking-2025-05-14",
             "tool-search-tool-2025-10-19",
             "web-search-2025-03-05"};
  p.quirks.pdfs = true;
  p.quirks.count_tokens = true;
  p.quirks.openai_shaped_errors = true;  // Google's own format, around Anthropic's
  return p;
}

Provider VertexGemini() {
  Provider p = Gemini();
  p.name = "vertex-gemini";
  p.title = "Gemini on Google Vertex";
  p.chat_base_url.clear();
  p.plain_base_url.clear();
  BecomeVertex(p);
  p.model_form = ModelForm::kVendorSlash;
  p.default_model = "google/gemini-2.5-pro";
  p.models = {"google/gemini-2.5-pro", "google/gemini-2.5-flash"};
  return p;
}

}  // namespace katra::router::providers
