"""JSON Web Tokens as an issuer of the hub's would make them, and as an attacker would."""
import base64
import hashlib
import hmac
import json
import time

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

SECRET = "a secret of more than thirty-two bytes, for tests only"
# Long enough for HS512, whose keys have 64 bytes and more (RFC 7518 §3.2).
LONG_SECRET = SECRET + ", and again: " + SECRET
ALL = ["send", "broadcast", "publish", "subscribe", "register", "discover", "presence", "metrics"]


def now():
    return int(time.time())


def claims(actor="alice", *, drop=(), **changes):
    """Valid claims of `actor`; a change replaces or adds one."""
    whole = {"sub": "user-1", "actorId": actor, "iss": "signal-hub", "iat": now(),
             "exp": now() + 3600, **changes}
    return {k: v for k, v in whole.items() if k not in drop}


def sign(payload, key=SECRET, algorithm="HS256", headers=None):
    return jwt.encode(payload, key, algorithm=algorithm, headers=headers)


def token(actor="alice", key=SECRET, algorithm="HS256", headers=None, **changes):
    return sign(claims(actor, **changes), key, algorithm, headers)


def encoded(part):
    text = part if isinstance(part, (bytes, str)) else json.dumps(part)
    data = text if isinstance(text, bytes) else text.encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def by_hand(header, payload, key=SECRET, digest=hashlib.sha256):
    """A token libraries refuse to make: any header, any claims text, a right HMAC."""
    head = f"{encoded(header)}.{encoded(payload)}"
    secret = key if isinstance(key, bytes) else key.encode()
    return f"{head}.{encoded(hmac.new(secret, head.encode(), digest).digest())}"


def unsigned(payload):
    return f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{encoded(payload)}."


def secret_file(directory, secret=SECRET, name="secret"):
    path = directory / name
    path.write_text(secret)
    return str(path)


def key_pair(directory, kind, name):
    """A private key and the file of its public half."""
    if kind in ("rsa", "weak"):
        bits = 2048 if kind == "rsa" else 1024
        private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    else:
        private = ec.generate_private_key({"p256": ec.SECP256R1(), "p384": ec.SECP384R1()}[kind])
    pem = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    path = directory / name
    path.write_bytes(pem)
    return private, str(path)
