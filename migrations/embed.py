"""embed.py OUTPUT SQL...: the migrations as a table in C++ (adapters/sqlite/migrations.hpp)."""
import pathlib
import re
import sys

HEAD = """// Generated from migrations/*.sql.
#include "adapters/sqlite/migrations.hpp"

namespace signal_hub::adapters {
namespace {

constexpr Migration table[] = {
"""
TAIL = """};

}  // namespace

std::span<const Migration> migrations() { return table; }

}  // namespace signal_hub::adapters
"""


def row(path, expected):
    number, name = re.fullmatch(r"(\d{4})_(\w+)\.sql", path.name).groups()
    if int(number) != expected:
        sys.exit(f"{path.name}: number {expected:04} was expected")
    return f'    {{{expected}, "{number}_{name}", R"sql({path.read_text()})sql"}},\n'


def main():
    output, *sources = map(pathlib.Path, sys.argv[1:])
    rows = [row(path, n) for n, path in enumerate(sources, 1)]
    output.write_text(HEAD + "".join(rows) + TAIL)


main()
