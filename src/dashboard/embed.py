"""embed.py OUTPUT FILE...: the dashboard's files as a table in C++ (app/dashboard.hpp).

index.html is the page, /dashboard; every other file lies below it, whatever its folder here.
"""
import hashlib
import pathlib
import sys

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
HEAD = """// Generated from src/dashboard.
#include "app/dashboard.hpp"

namespace signal_hub::app {
namespace {

constexpr DashboardAsset table[] = {
"""
TAIL = """};

}  // namespace

std::span<const DashboardAsset> dashboard_assets() { return table; }

}  // namespace signal_hub::app
"""


def row(file):
    text = file.read_text(encoding="utf-8")
    path = "/dashboard" if file.name == "index.html" else f"/dashboard/{file.name}"
    tag = hashlib.sha256(text.encode()).hexdigest()[:20]
    return (f'    {{"{path}", "{TYPES[file.suffix]}", "\\"{tag}\\"",\n'
            f'     R"asset({text})asset"}},\n')


def main():
    output, *files = map(pathlib.Path, sys.argv[1:])
    output.write_text(HEAD + "".join(map(row, files)) + TAIL, encoding="utf-8")


main()
