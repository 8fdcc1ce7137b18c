"""The files of /dashboard: a fixed table, a strict policy, and tags that spare the transfer.

What the page does in a browser is in tests/dashboard.
"""
import hashlib
import pathlib
import re

import pytest

from admin import administered
from hub import ROOT, Hub
from raw import read_response, tcp

SOURCES = ROOT / "src" / "dashboard"
TYPES = {".css": "text/css", ".html": "text/html", ".js": "text/javascript",
         ".svg": "image/svg+xml"}


def served():
    """Path and file of everything that is to be served."""
    files = [f for f in sorted(SOURCES.rglob("*")) if f.suffix in TYPES]
    return [("/dashboard" if f.name == "index.html" else f"/dashboard/{f.name}", f) for f in files]


def policy_of(headers):
    parts = (part.split() for part in headers["content-security-policy"].split(";"))
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize("path,file", served(), ids=[p for p, _ in served()])
def test_every_file_is_served_as_it_is(hub, path, file):
    status, headers, body = hub.http(path)
    assert status == 200
    assert body == file.read_text()
    assert headers["content-type"] == TYPES[file.suffix] + (
        "" if file.suffix == ".svg" else "; charset=utf-8")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-cache"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert re.fullmatch(r'"[0-9a-f]{20}"', headers["etag"])
    assert headers["etag"].strip('"') == hashlib.sha256(body.encode()).hexdigest()[:20]


@pytest.mark.parametrize("path", [p for p, _ in served()])
def test_the_policy_allows_nothing_from_elsewhere_and_nothing_inline(hub, path):
    policy = policy_of(hub.http(path)[1])
    assert policy["default-src"] == ["'none'"]
    for name in ("script-src", "style-src", "img-src", "connect-src"):
        assert policy[name] == ["'self'"]
    for name in ("base-uri", "form-action", "frame-ancestors"):
        assert policy[name] == ["'none'"]
    assert policy["require-trusted-types-for"] == ["'script'"]
    assert policy["trusted-types"] == ["'none'"]


def test_the_page_is_one_the_policy_lets_work(hub):
    page = hub.http("/dashboard")[2]
    assert not re.search(r"<(script|style)(?![^>]* src=)[^>]*>", page)
    assert not re.search(r"\s(on\w+|style)=", page)
    linked = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert linked and all("/" + link in dict(served()) for link in linked)


def test_no_script_makes_markup_of_texts():
    for path, file in served():
        if file.suffix == ".js":
            assert not re.search(
                r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function",
                file.read_text()), path


def test_modules_import_only_what_is_served():
    names = {pathlib.PurePath(path).name for path, _ in served()}
    for path, file in served():
        imported = re.findall(r"from '([^']+)'", file.read_text()) if file.suffix == ".js" else []
        assert all(name.removeprefix("./") in names for name in imported), path


def test_a_tag_spares_the_transfer(hub):
    etag = hub.http("/dashboard")[1]["etag"]
    for header in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        status, headers, body = hub.http("/dashboard", headers={"If-None-Match": header})
        assert (status, body) == (304, "")
        assert headers["etag"] == etag
        assert "content-length" not in headers and "content-security-policy" in headers
    for header in ('"other"', etag.strip('"'), ","):
        assert hub.http("/dashboard", headers={"If-None-Match": header})[0] == 200


def test_a_connection_goes_on_after_not_modified(hub):
    etag = hub.http("/dashboard/style.css")[1]["etag"]
    sock = tcp(hub)
    for _ in range(3):
        sock.sendall(b"GET /dashboard/style.css HTTP/1.1\r\nHost: localhost\r\n"
                     b"If-None-Match: " + etag.encode() + b"\r\n\r\n")
        assert sock.recv(4096).startswith(b"HTTP/1.1 304 ")
    sock.sendall(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert read_response(sock).status == 200


def test_head_has_the_length_and_no_body(hub):
    status, headers, body = hub.http("/dashboard/main.js", "HEAD")
    assert (status, body) == (200, "")
    assert int(headers["content-length"]) == (SOURCES / "main.js").stat().st_size


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_allowed(hub, method):
    status, headers, _ = hub.http("/dashboard", method, body=b"{}" if method != "DELETE" else None)
    assert status == 405
    assert headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", [
    "/dashboard/index.html", "/dashboard/nope.js", "/dashboard/vendor/uPlot.min.css",
    "/dashboard/embed.py", "/dashboard/meson.build", "/dashboardx", "/dashboard/main.js/",
    "/dashboard//main.js/x", "/dashboard/MAIN.js", "/dashboard/main.js%20"])
def test_what_is_not_in_the_table_does_not_exist(hub, path):
    status, headers, body = hub.http(path)
    assert status == 404
    assert headers["content-type"] == "application/json" and "error" in body


def test_a_slash_too_many_leads_to_the_page(hub):
    status, headers, _ = hub.http("/dashboard/")
    assert (status, headers["location"]) == (308, "../dashboard")


@pytest.mark.parametrize("path", [
    "/dashboard/../etc/passwd", "/dashboard/../../../../etc/passwd", "/dashboard/%2e%2e/etc/passwd",
    "/dashboard/..%2f..%2fetc/passwd", "/dashboard/%2fetc/passwd", "/dashboard/....//etc/passwd",
    "/dashboard/..\\..\\etc\\passwd", "/dashboard/file:///etc/passwd"])
def test_no_path_leads_out(hub, path):
    status, _, body = hub.http(path)
    assert status in (400, 404)
    assert "root:" not in body


def test_a_query_changes_nothing(hub):
    assert hub.http("/dashboard?token=x")[2] == hub.http("/dashboard")[2]


def test_the_files_are_the_same_with_and_without_administration(hub, tmp_path):
    with administered(tmp_path) as other:
        for path, _ in served():
            assert other.http(path)[2] == hub.http(path)[2]


def test_the_files_hold_nothing_of_the_hub():
    with Hub("--hub-address", "@(secret/place)") as other:
        assert all("secret/place" not in other.http(path)[2] for path, _ in served())
