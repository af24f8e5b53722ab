"""Amazon Bedrock as its documents say it is, for a scripted upstream: Signature Version 4 computed
anew, the members of a Messages request that InvokeModel takes, and binary event streams. Python's
standard library only."""
import base64
import hashlib
import hmac
import json
import struct
import time
import urllib.parse
import zlib

ACCESS = "ASIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SESSION = "IQoJb3JpZ2luX2VjEXAMPLE//////////session+token=="

# "Request and Response" of the user guide, and what its validation takes beyond that page.
MEMBERS = {"anthropic_version", "anthropic_beta", "max_tokens", "system", "messages",
           "stop_sequences", "temperature", "top_p", "top_k", "tools", "tool_choice", "thinking",
           "metadata", "output_config", "context_management"}


def sign(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signature_error(request, secrets: dict, region="eu-west-1") -> tuple[str, str] | None:
    """What AWS would say of the request's signature: (exception, message), or nothing. `secrets`:
    access key id -> (secret, session token or None)."""
    said = request.header("authorization") or ""
    if not said.startswith("AWS4-HMAC-SHA256 "):
        return "MissingAuthenticationTokenException", "Missing Authentication Token"
    parts = dict(part.strip().split("=", 1) for part in said[17:].split(","))
    access, day, *scope = parts["Credential"].split("/")
    if scope != [region, "bedrock", "aws4_request"]:
        return "InvalidSignatureException", f"Credential should be scoped to {region}: {scope}"
    if access not in secrets:
        return ("UnrecognizedClientException",
                "The security token included in the request is invalid.")
    secret, session = secrets[access]
    if request.header("x-amz-security-token") != session:
        return "UnrecognizedClientException", "The security token is another one."
    stamp = request.header("x-amz-date")
    moment = time.strptime(stamp, "%Y%m%dT%H%M%SZ")
    if not stamp.startswith(day) or abs(time.mktime(moment) - time.mktime(time.gmtime())) > 300:
        return "InvalidSignatureException", "Signature expired"
    names = parts["SignedHeaders"].split(";")
    missing = {"host", "x-amz-date"} - set(names)
    if session:
        missing |= {"x-amz-security-token"} - set(names)
    if missing or names != sorted(names):
        return "InvalidSignatureException", f"not signed: {missing}"
    path, _, query = request.target.partition("?")
    canonical = "\n".join([
        request.method, urllib.parse.quote(path, safe="/~-_."), query,
        *[f"{name}:{' '.join((request.header(name) or '').split())}" for name in names], "",
        ";".join(names), hashlib.sha256(request.body).hexdigest()])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, "/".join([day, *scope]),
                         hashlib.sha256(canonical.encode()).hexdigest()])
    key = sign(("AWS4" + secret).encode(), day)
    for part in scope:
        key = sign(key, part)
    if hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest() != parts["Signature"]:
        return ("InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided.")
    return None


def request_error(request) -> str | None:
    """What Bedrock's validation would say of a request's address, headers and body."""
    kind, _, rest = request.target.lstrip("/").partition("/")
    model, _, action = rest.rpartition("/")
    if (request.method, kind) != ("POST", "model") or "/" in model or "?" in request.target:
        return f"no such operation: {request.method} {request.target}"
    if action not in ("invoke", "invoke-with-response-stream"):
        return f"no such operation: {action}"
    for name in ("anthropic-version", "anthropic-beta", "x-api-key"):
        if request.header(name) is not None:
            return f"the header {name} is not Bedrock's"
    body = json.loads(request.body, object_pairs_hook=unique)
    if body.get("anthropic_version") != "bedrock-2023-05-31":
        return "anthropic_version: Field required"
    for name in sorted(set(body) - MEMBERS):
        return f"{name}: Extra inputs are not permitted"
    for name in ("max_tokens", "messages"):
        if name not in body:
            return f"{name}: Field required"
    if not isinstance(body.get("anthropic_beta", []), list):
        return "anthropic_beta: Input should be a valid list"
    return None


def unique(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise ValueError(f"a member twice: {names}")
    return dict(pairs)


def frame(headers: dict, payload: bytes) -> bytes:
    head = b"".join(bytes([len(name)]) + name.encode() + b"\x07" +
                    struct.pack(">H", len(value.encode())) + value.encode()
                    for name, value in headers.items())
    prelude = struct.pack(">II", 16 + len(head) + len(payload), len(head))
    bare = prelude + struct.pack(">I", zlib.crc32(prelude)) + head + payload
    return bare + struct.pack(">I", zlib.crc32(bare))


def chunk(event: dict) -> bytes:
    inner = base64.b64encode(json.dumps(event, ensure_ascii=False).encode()).decode()
    return frame({":event-type": "chunk", ":content-type": "application/json",
                  ":message-type": "event"},
                 json.dumps({"bytes": inner, "p": "abcdefghijklmn"}).encode())


def exception(name: str, message="Too many requests, please wait before trying again.") -> bytes:
    return frame({":exception-type": name, ":content-type": "application/json",
                  ":message-type": "exception"}, json.dumps({"message": message}).encode())


def frames_of(sse_pieces) -> list[bytes]:
    """A Messages stream, event by event, in Bedrock's framing."""
    events = [json.loads(piece.split(b"data: ", 1)[1]) for piece in sse_pieces]
    if events and events[-1]["type"] == "message_stop":
        events[-1]["amazon-bedrock-invocationMetrics"] = {"inputTokenCount": 11}
    return [chunk(event) for event in events if event["type"] != "ping"]


def send_stream(conversation, pieces, end=True):
    head = ("HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n"
            "x-amzn-requestid: bedrock-1\r\ntransfer-encoding: chunked\r\n\r\n")
    conversation.send(head.encode())
    for piece in pieces:
        conversation.send(b"%x\r\n%s\r\n" % (len(piece), piece))
    if end:
        conversation.send(b"0\r\n\r\n")


def refuse(conversation, status: int, name: str, message: str):
    conversation.reply(status, json.dumps({"message": message}).encode(), headers=[
        ("x-amzn-errortype", f"{name}:http://internal.amazon.com/coral/com.amazon.bedrock/"),
        ("x-amzn-requestid", "bedrock-2")])


def strict(script, secrets=None, bearer=None, region="eu-west-1"):
    """`script`, behind Bedrock's checks of signature and request."""
    secrets = {ACCESS: (SECRET, SESSION)} if secrets is None else secrets

    def checked(request, to):
        if bearer is not None and request.header("authorization") == f"Bearer {bearer}":
            wrong = None
        else:
            wrong = signature_error(request, secrets, region)
        if wrong:
            return refuse(to, 403, *wrong)
        error = request_error(request)
        if error:
            return refuse(to, 400, "ValidationException", error)
        return script(request, to)

    return checked
