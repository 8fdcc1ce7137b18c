"""Keys and tokens for tests with authentication."""
import subprocess
import time

import jwt

SECRET = "0123456789abcdef0123456789abcdef"


def claims(actor="alice", lifetime=3600, **extra):
    now = int(time.time())
    return {"actorId": actor, "sub": actor, "iss": "signal-hub", "iat": now,
            "exp": now + lifetime, **extra}


def token(actor="alice", key=SECRET, algorithm="HS256", headers=None, lifetime=3600, drop=(),
          **extra):
    payload = claims(actor, lifetime, **extra)
    for name in drop:
        del payload[name]
    return jwt.encode(payload, key, algorithm=algorithm, headers=headers)


def secret_file(folder, secret=SECRET):
    path = folder / "secret"
    path.write_text(secret + "\n")
    return str(path)


def key_pair(folder, kind):
    """(private PEM, path of the public PEM)."""
    private, public = folder / f"{kind}.pem", folder / f"{kind}.pub"
    make = {"rsa": ["genrsa", "-out", str(private), "2048"],
            "weak": ["genrsa", "-out", str(private), "1024"],
            "ec": ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(private)],
            "p384": ["ecparam", "-name", "secp384r1", "-genkey", "-noout", "-out", str(private)]}
    subprocess.run(["openssl", *make[kind]], check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", str(private), "-pubout", "-out", str(public)],
                   check=True, capture_output=True)
    return private.read_text(), str(public)
