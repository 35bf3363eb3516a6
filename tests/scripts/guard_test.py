"""What scripts/guard says of counts, and how it reads callgrind's."""

import importlib.machinery
import importlib.util
import unittest
from pathlib import Path

loader = importlib.machinery.SourceFileLoader("guard", str(Path(__file__).resolve().parents[2] / "scripts" / "guard"))
guard = importlib.util.module_from_spec(importlib.util.spec_from_loader("guard", loader))
loader.exec_module(guard)

DUMP = "# callgrind format\ndesc: Trigger: Client Request: {}\nevents: Ir\n{}: {}\nfn=(1) f\n1 2\n"
SAID = "beat 10 20 ms of a reply\ndecide 2 a call\n"


class Guard(unittest.TestCase):
    def test_counts_are_of_one_time(self):
        dumps = [DUMP.format("beat", "summary", 1234), DUMP.format("decide", "totals", 100), "desc: Trigger: Program termination\n"]
        self.assertEqual(guard.counts(dumps, SAID), {"beat": 123.4, "decide": 50})

    def test_a_section_that_was_not_counted_is_a_mistake(self):
        with self.assertRaises(KeyError):
            guard.counts([DUMP.format("beat", "summary", 1)], SAID)

    def test_a_table_is_read_as_it_was_written(self):
        found = {"beat": 123.4, "decide": 50.0}
        self.assertEqual(guard.read_table(guard.table(found, SAID, "g++ 12")), found)

    def test_less_than_five_percent_more_is_borne_and_six_are_not(self):
        lines, complaints = guard.compare({"beat": 104.9, "decide": 106.0}, {"beat": 100.0, "decide": 100.0})
        self.assertEqual(len(complaints), 1)
        for part in ("decide: found 106.0", "expected 100.0", "+6.0%", "mend it", "scripts/guard --accept"):
            self.assertIn(part, complaints[0])
        self.assertEqual(len(lines), 3)

    def test_less_is_only_told(self):
        lines, complaints = guard.compare({"beat": 90.0}, {"beat": 100.0})
        self.assertEqual(complaints, [])
        self.assertIn("better", lines[1])

    def test_a_section_on_one_side_only_is_a_complaint(self):
        _, complaints = guard.compare({"new": 1.0}, {"old": 1.0})
        self.assertEqual(len(complaints), 2)


if __name__ == "__main__":
    unittest.main()
