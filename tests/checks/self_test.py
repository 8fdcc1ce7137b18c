"""The checks can fail: each accepts a good tree, and refuses one with the fault it looks for."""
import pathlib
import subprocess
import sys
import tempfile

TOOLS = pathlib.Path(__file__).resolve().parent.parent.parent / "tools"


def refuses(tool, files):
    """Whether the check refuses a tree of these files."""
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        done = subprocess.run([str(TOOLS / tool), str(root)], capture_output=True, text=True)
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        sys.exit(f"{tool} broke on {list(files)}: {done.stderr}")
    return done.returncode == 1


def body(lines):
    return "{\n" + "  f();\n" * lines + "}\n"


def header(text):
    return "#pragma once\n" + text


GOOD = [
    ("check-includes", {"core/a.cpp": '#include "core/a.hpp"\n#include "wire/b.hpp"\n',
                        "core/a.hpp": header("// steady_clock::now is not called here.\n"),
                        "adapters/uv/c.cpp": '#include <uv.h>\n#include "app/turn.hpp"\n'}),
    ("check-sizes", {"src/a.cpp": "int f() " + body(60)}),
    ("check-words", {"a.md": "PKCS #1, [a](http://127.0.0.1:8787/ws), https://host.example/x\n"}),
    ("check-format", {"a.cpp": "int a;\n"}),
]

FAULTY = [
    ("check-includes", {"core/a.cpp": '#include "app/turn.hpp"\n'}),
    ("check-includes", {"base/a.hpp": header('#include "core/hub.hpp"\n')}),
    ("check-includes", {"app/a.cpp": '#include "adapters/uv/loop.hpp"\n'}),
    ("check-includes", {"adapters/uv/a.cpp": '#include "adapters/ws/server.hpp"\n'}),
    ("check-includes", {"cli/a.cpp": '#include "adapters/ws/server.hpp"\n'}),
    ("check-includes", {"config/a.cpp": '#include "wire/address.hpp"\n'}),
    ("check-includes", {"plugins/a.cpp": "int a;\n"}),
    ("check-includes", {"wire/a.cpp": "#include <uv.h>\n"}),
    ("check-includes", {"app/a.cpp": "#include <sqlite3.h>\n"}),
    ("check-includes", {"core/a.cpp": "#include <spdlog/spdlog.h>\n"}),
    ("check-includes", {"core/a.cpp": "auto t = std::chrono::system_clock::now();\n"}),
    ("check-includes", {"core/a.cpp": "std::random_device seed;\n"}),
    ("check-includes", {"core/a.hpp": "int a;\n"}),
    ("check-includes", {"core/a.hpp": header(""), "core/a.cpp": '#include "base/b.hpp"\n'}),
    ("check-includes", {}),
    ("check-sizes", {"src/a.cpp": "int f() " + body(80)}),
    ("check-sizes", {"tests/a.cpp": "TEST(Suite, name) " + body(80)}),
    ("check-sizes", {"src/a.cpp": "auto table = [] " + body(80)}),
    ("check-sizes", {"tests/a.py": "def f():\n" + "    g()\n" * 80}),
    ("check-sizes", {"tools/a": "#!/usr/bin/python3\ndef f():\n" + "    g()\n" * 80}),
    ("check-sizes", {"src/a.cpp": "// a line\n" * 601, "src/b.cpp": "", "src/c.cpp": ""}),
    ("check-sizes", {"src/a.cpp": "// a line\n" * 151}),
    ("check-sizes", {}),
    ("check-words", {"a.md": "see /ho" "me/someone/x\n"}),
    ("check-words", {"a.md": "as is" "sue 12 says\n"}),
    ("check-words", {"a.md": "fixes #" "12\n"}),
    ("check-words", {"a.md": "// TO" "DO: later\n"}),
    ("check-words", {"a.md": "[a](https:/" "/unlisted.org/x)\n"}),
    ("check-format", {"a.cpp": "int  a ;\n"}),
]

wrong = [f"{tool} refuses {list(files)}" for tool, files in GOOD if refuses(tool, files)]
wrong += [f"{tool} misses {files}"[:200] for tool, files in FAULTY if not refuses(tool, files)]
print("\n".join(wrong) or f"{len(FAULTY)} faults found, {len(GOOD)} good trees accepted")
sys.exit(1 if wrong else 0)
