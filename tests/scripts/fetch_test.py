"""What scripts/fetch must do, on small packages made here and without a network."""

import hashlib
import importlib.machinery
import importlib.util
import io
import json
import os
import tempfile
import unittest
import zipfile
from contextlib import redirect_stdout
from pathlib import Path

FETCH = Path(__file__).resolve().parents[2] / "scripts" / "fetch"
loader = importlib.machinery.SourceFileLoader("fetch", str(FETCH))
fetch = importlib.util.module_from_spec(importlib.util.spec_from_loader("fetch", loader))
loader.exec_module(fetch)

BOOKWORM = """# a comment
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
"""


def sha(data):
    return hashlib.sha256(data).hexdigest()


class Entry(unittest.TestCase):
    def entry(self, files):
        with tempfile.TemporaryDirectory() as etc:
            os.mkdir(f"{etc}/sources.list.d")
            for name, text in files.items():
                Path(etc, name).write_text(text)
            return fetch.trixie_entry(etc, "bookworm")

    def test_the_machines_mirror_and_keys_are_kept(self):
        name, text = self.entry({"sources.list.d/debian.sources": BOOKWORM})
        self.assertEqual(name, "suite.sources")
        self.assertIn("URIs: http://mirror.example/debian\n", text)
        self.assertIn("Suites: trixie\n", text)
        self.assertIn("Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n", text)

    def test_a_classic_entry_keeps_its_options(self):
        lines = "deb http://m.example/s bookworm-security main\ndeb [trusted=yes] http://m.example/d bookworm main contrib\n"
        self.assertEqual(
            self.entry({"sources.list": lines}), ("suite.list", "deb [trusted=yes] http://m.example/d trixie main\n")
        )

    def test_a_machine_without_an_entry_is_told_so(self):
        with self.assertRaisesRegex(fetch.FetchError, "add one"):
            self.entry({"sources.list": "# nothing\n"})


class Tokens(unittest.TestCase):
    def test_entries_become_numbered_lines(self):
        self.assertEqual(fetch.moonshine_tokens(b"\x00\x01a\x03the"), b" 0\nYQ== 1\ndGhl 2\n")

    def test_a_file_cut_short_is_refused(self):
        with self.assertRaisesRegex(fetch.FetchError, "entry 1"):
            fetch.moonshine_tokens(b"\x01a\x05the")


class Complete(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as wheel:
            for name, text in {"p/lib/a.so": "a", "p/lib/b.so": "b", "p/model.onnx": "model"}.items():
                wheel.writestr(name, text)
        self.wheel = packed.getvalue()
        (self.root / "packages").mkdir()
        (self.root / "packages" / "p.whl").write_bytes(self.wheel)
        package = {"name": "p", "version": "1", "source": "pypi", "file": "p.whl", "sha256": sha(self.wheel), "size": 1}
        proof = [{"file": "lib/a.so", "sha256": sha(b"a")}]
        rule = [{"from": "p/lib/", "to": "lib/"}]
        self.manifest = {
            "packages": [package],
            "runtime": [{"name": "library", "package": "p", "to": "library-1", "files": rule, "proof": proof}],
            "models": [
                {
                    "name": "model",
                    "package": "p",
                    "files": [{"from": "p/model.onnx", "to": "m/model.onnx", "sha256": sha(b"model")}],
                }
            ],
        }
        self.model = self.root / "models/m/model.onnx"
        self.library = self.root / "runtime/library-1/lib"

    def complete(self):
        with redirect_stdout(io.StringIO()) as said:
            fetch.Cache(self.root, self.manifest).complete(self.manifest)
        return said.getvalue()

    def test_everything_lies_where_the_manifest_says(self):
        self.complete()
        self.assertEqual(self.model.read_text(), "model")
        self.assertEqual((self.library / "b.so").read_text(), "b")

    def test_a_second_time_does_nothing_and_needs_no_package(self):
        self.complete()
        (self.root / "packages" / "p.whl").unlink()
        self.assertEqual(self.complete(), "")

    def test_damage_is_mended(self):
        self.complete()
        self.model.write_text("modem")
        (self.library / "b.so").unlink()
        self.complete()
        self.assertEqual(self.model.read_text(), "model")
        self.assertEqual((self.library / "b.so").read_text(), "b")

    def test_what_does_not_hash_as_it_should_is_not_kept(self):
        self.manifest["models"][0]["files"][0]["sha256"] = sha(b"another")
        with self.assertRaisesRegex(fetch.FetchError, "expected " + sha(b"another")):
            self.complete()
        self.assertFalse(self.model.exists())

    def test_a_library_without_its_proof_is_refused(self):
        self.manifest["runtime"][0]["proof"][0]["sha256"] = sha(b"another")
        with self.assertRaisesRegex(fetch.FetchError, "lib/a.so"):
            self.complete()

    def test_a_damaged_package_is_downloaded_again(self):
        (self.root / "packages" / "p.whl").write_bytes(b"half a file")
        cache = fetch.Cache(self.root, self.manifest)
        good = self.wheel

        def download(package, folder):
            self.assertEqual(package["name"], "p")
            (folder / "p.whl").write_bytes(good)
            return folder / "p.whl"

        cache.download_pypi = download
        with redirect_stdout(io.StringIO()):
            cache.complete(self.manifest)
        self.assertEqual(self.model.read_text(), "model")

    def test_the_projects_own_manifest_is_complete(self):
        manifest = json.loads(fetch.MANIFEST.read_text())
        names = {package["name"] for package in manifest["packages"]}
        for part in manifest["runtime"] + manifest["models"]:
            self.assertIn(part["package"], names)
        for package in manifest["packages"]:
            self.assertRegex(package["sha256"], "^[0-9a-f]{64}$")


if __name__ == "__main__":
    unittest.main()
