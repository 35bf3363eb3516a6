#!/usr/bin/env python3
"""Holds src/ to the design: includes point downwards only, libraries stay in their rooms, names follow the field.

usage: scripts/layers.py [ROOT]
"""

import re
import sys
from pathlib import Path

# A room may include itself and every room of a lower line; rooms of one line do not know each other.
ORDER = [
    {"base"},
    {"audio"},
    {"net"},
    {"inference"},
    {"telemetry"},
    {"vad", "noise", "turn", "stt", "llm", "tts", "knowledge"},
    {"dialog", "tools"},
    {"call"},
    {"edge"},
    {"server"},
    {"eval"},
    {"cli"},
]
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}

# What may be included only in some rooms, and why.
ONLY_IN = [
    (r"boost/beast[/.]", {"net"}, "one Beast file costs half a minute and a gigabyte to compile"),
    (r"yaml-cpp/", {"server"}, "an agent's file is read in one place"),
    (r"CLI/", {"cli"}, "command lines belong to the program"),
    (r"sqlite3\.h", {"knowledge"}, "one room keeps a database; the others ask it"),
    (r"spdlog/", {"base"}, "everyone else logs through base/log.hpp"),
    (r"(gtest|gmock)/", set(), "only tests include the test library"),
]
BEAST_FILES = 3
FORBIDDEN = [
    (r"\bsleep_(for|until)\s*\(", "time is a parameter: wait on a Timer, a Deadline or a condition with a bound"),
    (r"\b(usleep|nanosleep)\s*\(", "time is a parameter: wait on a Timer, a Deadline or a condition with a bound"),
]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
FILE_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\.(hpp|cpp)")


def without_comments(text):
    """The code alone, line for line: a rule spoken of in a comment is not broken."""
    keep_lines = lambda match: "\n" * match[0].count("\n") if match[0].startswith("/") else match[0]
    return re.sub(r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'""", keep_lines, text, flags=re.DOTALL)


def complaints_about(path, src):
    room, name = path.relative_to(src).parts[0], path.name
    is_test = bool(re.search(r"_(test|testing|fuzz|bench)\.(cpp|hpp)$", name))
    if not FILE_NAME.fullmatch(name):
        yield 0, f"a file is named lower_case_with_underscores.hpp or .cpp, found {name}"
    if room not in LEVEL:
        yield 0, f"no room is named {room}; a new room needs a line in scripts/layers.py and in the design"
        return
    text = path.read_text(errors="replace")
    if name.endswith(".hpp"):
        if "#pragma once" not in text:
            yield 1, "a header begins with #pragma once"
        expected = "namespace offhook" + ("" if room == "base" else f"::{room}")
        if not re.search(rf"^{expected}\b", text, re.MULTILINE):
            yield 1, f"what room {room} offers stands in {expected}"
    for number, line in enumerate(without_comments(text).splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield from ((number, said) for said in about_include(found[1], found[2], room, is_test, name))
        for pattern, why in FORBIDDEN:
            if re.search(pattern, line):
                yield number, f"{line.strip()}: {why}"


def about_include(quote, target, room, is_test, name):
    first = target.split("/")[0]
    if quote == '"':
        if "/" not in target or target.startswith("."):
            yield f'"{target}": our own headers are included as "room/file.hpp"'
        elif first not in LEVEL:
            pass  # another project's header, which prefers quotes
        elif first != room and LEVEL[first] == LEVEL[room]:
            yield f'"{target}": {room} and {first} are siblings and do not know each other'
        elif LEVEL[first] > LEVEL[room]:
            yield f'"{target}": {room} lies below {first}; dependencies go downwards only'
    if re.search(r"_(test|testing)\.hpp$", target) and not is_test:
        yield f'"{target}": what helps tests is included by tests only'
    for pattern, rooms, why in ONLY_IN:
        if re.match(pattern, target) and room not in rooms and not (is_test and not rooms):
            yield f"<{target}>: {why}"
        elif re.match(pattern, target) and pattern.startswith("boost/beast") and name.endswith(".hpp"):
            yield f"<{target}>: {why}; keep it behind a plain header"


def check(root):
    src = Path(root) / "src"
    files = sorted(p for p in src.rglob("*") if p.is_file())
    complaints = [
        f"src/{path.relative_to(src)}:{number}: {said}" for path in files for number, said in complaints_about(path, src)
    ]
    beast = [p for p in files if p.suffix == ".cpp" and re.search(r"^\s*#\s*include\s*<boost/beast", p.read_text(), re.M)]
    if len(beast) > BEAST_FILES:
        names = ", ".join(str(p.relative_to(src)) for p in beast)
        complaints.append(f"{len(beast)} files include Boost.Beast, at most {BEAST_FILES} may: {names}")
    return complaints, len(files)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    complaints, count = check(root)
    print("\n".join(complaints) or f"{count} files keep to their rooms")
    return 1 if complaints or not count else 0


if __name__ == "__main__":
    sys.exit(main())
