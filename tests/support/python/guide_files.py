"""The configurations that people copy from the guides, as they stand there. LOCAL stands for the port
of a model on this computer, which the guides give as 11434 (and 11435 for a router model)."""
import pathlib

_FILES = pathlib.Path(__file__).resolve().parents[2] / "data" / "guides"


def plano(name: str) -> str:
    """A config.yaml of the guides; tests/unit/router/config/plano reads the same files."""
    return (_FILES / f"{name}.yaml").read_text("utf-8")


MINIMAL_PERSONAS = {"personas": {"Sam": {"provider": "openai", "model": "gpt-4-turbo"}}}

FULL_PERSONAS = {
    "version": "1.0", "default_provider": "anthropic",
    "personas": {
        "Dario": {"provider": "anthropic"},
        "Sam": {"provider": "openai", "model": "gpt-4-turbo", "description": "Writes the tests",
                "api_key_env": "OPENAI_API_KEY",
                "routing": {"background": "ollama/qwen3-coder", "think": "gpt-5"},
                "fallbacks": ["deepseek/deepseek-v4-pro"]},
        "Local": {"provider": "workstation"}},
    "providers": {"workstation": {"api_base_url": "http://127.0.0.1:LOCAL/v1",
                                  "interface": "openai", "models": ["qwen3-coder"]},
                  "ollama": {"api_base_url": "http://127.0.0.1:LOCAL/v1"}},
    "routing_rules": {"longContext": "gemini/gemini-2.5-pro", "longContextThreshold": 60000}}

# Every scenario for everybody.
RULES = {
    "personas": {"Sam": {"provider": "openai", "model": "gpt-4-turbo"},
                 "Own": {"provider": "openai", "model": "gpt-4-turbo",
                         "routing": {"think": "gpt-5"}}},
    "providers": {"ollama": {"api_base_url": "http://127.0.0.1:LOCAL/v1"}},
    "routing_rules": {
        "default": "anthropic,claude-sonnet-5", "background": "ollama,qwen3-coder",
        "think": "deepseek,deepseek-v4-pro", "longContext": "gemini,gemini-2.5-pro",
        "longContextThreshold": 60000, "webSearch": "anthropic,claude-sonnet-5",
        "image": "openai,gpt-5"}}

# claude-code-router's config.json, in the shape that all of its versions take.
ROUTER_JSON = {
    "PORT": 3456, "HOST": "127.0.0.1", "APIKEY": "sk-local", "LOG": False,
    "API_TIMEOUT_MS": 600000,
    "Providers": [
        {"name": "anthropic", "api_base_url": "https://api.anthropic.com/v1/messages",
         "api_key": "$ANTHROPIC_API_KEY", "models": ["claude-sonnet-5"],
         "transformer": {"use": ["Anthropic"]}},
        {"name": "deepseek", "api_base_url": "https://api.deepseek.com/chat/completions",
         "api_key": "$DEEPSEEK_API_KEY", "models": ["deepseek-v4-pro"],
         "transformer": {"use": ["deepseek"]}},
        {"name": "local", "api_base_url": "http://127.0.0.1:LOCAL/v1/chat/completions",
         "api_key": "ollama", "models": ["qwen3:8b"], "transformer": {"use": ["streamoptions"]}}],
    "Router": {"default": "anthropic,claude-sonnet-5", "background": "local,qwen3:8b",
               "think": "deepseek,deepseek-v4-pro", "longContextThreshold": 60000},
    "fallback": {"default": ["deepseek,deepseek-v4-pro"]}}
