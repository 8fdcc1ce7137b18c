"""The checks can fail: each is shown a tree with the fault it looks for."""
import pathlib
import subprocess
import sys
import tempfile

TOOLS = pathlib.Path(__file__).resolve().parent.parent.parent / "tools"


def fails(tool, files):
    """True if the check accepts an empty tree and refuses one with these files."""
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        return subprocess.run([str(TOOLS / tool), str(root)], capture_output=True).returncode == 1


LONG = "int f() {\n" + "  (void)0;\n" * 80 + "  return 0;\n}\n"

CASES = [
    ("check-includes", {"core/a.cpp": '#include "app/turn.hpp"\n'}),
    ("check-includes", {"adapters/uv/a.cpp": '#include "adapters/ws/server.hpp"\n'}),
    ("check-includes", {"wire/a.cpp": "#include <uv.h>\n"}),
    ("check-includes", {"core/a.cpp": "auto t = std::chrono::system_clock::now();\n"}),
    ("check-includes", {"config/a.cpp": '#include "wire/address.hpp"\n'}),
    ("check-sizes", {"src/a.cpp": LONG}),
    ("check-sizes", {"src/a.cpp": "// a line\n" * 601}),
]

missed = [f"{tool} misses {list(files)}" for tool, files in CASES if not fails(tool, files)]
print("\n".join(missed) or f"{len(CASES)} faults found")
sys.exit(1 if missed else 0)
