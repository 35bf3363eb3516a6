"""What scripts/layers.py must find, each in a source tree made for it."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import layers  # noqa: E402


class Layers(unittest.TestCase):
    def complaints(self, files):
        with tempfile.TemporaryDirectory() as root:
            for name, text in files.items():
                path = Path(root) / "src" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return layers.check(root)[0]

    def assert_one(self, files, *parts):
        complaints = self.complaints(files)
        self.assertEqual(len(complaints), 1, complaints)
        for part in parts:
            self.assertIn(part, complaints[0])

    def test_a_room_may_use_itself_and_what_lies_below(self):
        text = '#include "net/loop.hpp"\n#include "call/ears.hpp"\n#include "vad/vad.hpp"\n#include <vector>\n'
        self.assertEqual(self.complaints({"call/mouth.cpp": text}), [])

    def test_an_include_upwards_is_named_with_its_line(self):
        self.assert_one({"net/loop.cpp": '\n#include "call/ears.hpp"\n'}, "src/net/loop.cpp:2:", "downwards")

    def test_siblings_do_not_know_each_other(self):
        self.assert_one({"stt/local.cpp": '#include "tts/tts.hpp"\n'}, "siblings")

    def test_our_headers_are_named_from_their_room(self):
        self.assert_one({"net/loop.cpp": '#include "loop.hpp"\n'}, "room/file.hpp")
        self.assert_one({"net/loop.cpp": '#include "../base/clock.hpp"\n'}, "room/file.hpp")

    def test_a_fourth_beast_file_is_one_too_many(self):
        files = {f"net/x{i}.cpp": "#include <boost/beast/core.hpp>\n" for i in range(3)}
        self.assertEqual(self.complaints(files), [])
        files["net/x3.cpp"] = "#include <boost/beast.hpp>\n"
        self.assert_one(files, "4 files include Boost.Beast")

    def test_beast_stays_out_of_headers_and_other_rooms(self):
        header = "#pragma once\n#include <boost/beast/core.hpp>\nnamespace offhook::net {}\n"
        self.assert_one({"net/http.hpp": header}, "behind a plain header")
        self.assert_one({"edge/x.cpp": "#include <boost/beast/core.hpp>\n"}, "src/edge/x.cpp:1")

    def test_one_room_keeps_a_database(self):
        self.assertEqual(self.complaints({"knowledge/sqlite.cpp": "#include <sqlite3.h>\n"}), [])
        self.assert_one({"call/x.cpp": "#include <sqlite3.h>\n"}, "one room keeps a database")

    def test_yaml_is_read_by_the_server_alone(self):
        self.assertEqual(self.complaints({"server/agent_file.cpp": "#include <yaml-cpp/yaml.h>\n"}), [])
        self.assert_one({"call/x.cpp": "#include <yaml-cpp/yaml.h>\n"}, "yaml-cpp")

    def test_only_tests_include_the_test_library(self):
        self.assertEqual(self.complaints({"net/x_test.cpp": "#include <gtest/gtest.h>\n"}), [])
        self.assert_one({"net/x.cpp": "#include <gtest/gtest.h>\n"}, "only tests")

    def test_help_for_tests_is_for_tests_only(self):
        header = "#pragma once\n#include <gtest/gtest.h>\nnamespace offhook::net {}\n"
        user = '#include "net/peer_testing.hpp"\n'
        self.assertEqual(self.complaints({"net/peer_testing.hpp": header, "net/x_test.cpp": user}), [])
        self.assert_one({"net/peer_testing.hpp": header, "net/x.cpp": user}, "src/net/x.cpp:1:", "tests only")

    def test_another_projects_header_may_stand_in_quotes(self):
        self.assertEqual(self.complaints({"stt/x.cpp": '#include "sherpa-onnx/c-api/c-api.h"\n'}), [])

    def test_sleeping_is_found_in_code_and_not_in_comments(self):
        self.assert_one({"net/x.cpp": "void f() { std::this_thread::sleep_for(1s); }\n"}, "src/net/x.cpp:1:", "Timer")
        text = "// never sleep_for(…)\n/* sleep_for(\n*/ const char* c = \"'\"; int n = 1'000;\n"
        self.assertEqual(self.complaints({"net/x.cpp": text}), [])

    def test_names_follow_the_house(self):
        self.assert_one({"net/EventLoop.cpp": ""}, "lower_case_with_underscores")
        self.assert_one({"misc/x.cpp": ""}, "no room is named misc")
        self.assert_one({"net/x.hpp": "#pragma once\nnamespace offhook::call {}\n"}, "namespace offhook::net")
        self.assert_one({"base/x.hpp": "namespace offhook {}\n"}, "#pragma once")


if __name__ == "__main__":
    unittest.main()
