"""The package's own build is tested here, once; its hub is watched as in the system tests."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
