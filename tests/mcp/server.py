#!/usr/bin/env python3
"""An MCP server as an agent may meet it, on the protocol's own library. Writes each call it gets to a file, a line each.

usage: server.py FILE stdio | server.py FILE http PORT
"""

import json
import os
import sys

import anyio
from mcp.server.fastmcp import Context, FastMCP, Image
from mcp.types import ToolAnnotations

RECORD, TRANSPORT = sys.argv[1], sys.argv[2]
server = FastMCP("fruit", host="127.0.0.1", port=int(sys.argv[3]) if TRANSPORT == "http" else 0)


def record(tool, **arguments):
    with open(RECORD, "a", encoding="utf-8") as file:
        line = {"tool": tool, "pid": os.getpid(), "seen": sorted(k for k in os.environ if k.startswith("FRUIT"))}
        print(json.dumps(line | arguments), file=file, flush=True)


@server.tool(annotations=ToolAnnotations(readOnlyHint=True))
def apple(when: str) -> str:
    """Says whether there is apple."""
    record("apple", when=when)
    return f"apple for {when}, key {os.environ.get('FRUIT_KEY', 'none')}"


@server.tool()
def banana(when: str):
    """Shows banana."""
    record("banana", when=when)
    return ["a picture", Image(data=b"\x89PNG", format="png")]


@server.tool()
def cherry(when: str) -> dict[str, int]:
    """Counts cherry."""
    record("cherry", when=when)
    return {"cherries": 7}


@server.tool()
def dates(when: str) -> str:
    """Fails."""
    record("dates", when=when)
    raise ValueError("there are no dates on Mondays")


@server.tool()
async def elder(when: str) -> str:
    """Never returns."""
    record("elder", when=when)
    await anyio.sleep(60)
    return "too late"


@server.tool()
async def figs(when: str, context: Context) -> str:
    """Has a new tool from now on."""
    record("figs", when=when)

    def grape(when: str) -> str:
        """Says whether there is grape."""
        record("grape", when=when)
        return "grape, brand new"

    server.add_tool(grape)
    await context.session.send_tool_list_changed()
    return "there is grape now"


@server.tool()
def hazel(when: str) -> str:
    """Ends the server."""
    record("hazel", when=when)
    os._exit(3)


@server.tool()
def unwanted(when: str) -> str:
    """Is not for this agent."""
    record("unwanted", when=when)
    return "unwanted"


if __name__ == "__main__":
    print("fruit server starts", file=sys.stderr)
    server.run("stdio" if TRANSPORT == "stdio" else "streamable-http")
