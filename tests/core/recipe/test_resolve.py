"""How the reader of a location is recognised if some readers fail."""

from __future__ import annotations

import json
import sqlite3

from helpers.small_pool import ARGUMENTS, rows, write

from zebra_core.testing import Project

SQLITE = '''import json
import sqlite3

import zebra_core as zebra


@zebra.hookimpl
def zebra_pools():
    return {"sqlite": Sqlite}


class Sqlite:
    """Rows of a table `pool` that hold JSON."""

    def declines(self, location):
        return None if location.endswith(".db") else "is not an SQLite file"

    def __call__(self, location):
        rows = sqlite3.connect(location).execute("select row from pool").fetchall()
        return zebra.Pool.from_rows([json.loads(row) for (row,) in rows])
'''
BUGGY = """import zebra_core as zebra


@zebra.hookimpl
def zebra_pools():
    return {"buggy": Buggy}


class Buggy:
    def declines(self, location):
        return location[10_000]

    def __call__(self, location):
        raise AssertionError
"""


def test_a_pool_of_another_suffix(zebra_cli: Project) -> None:
    """A loose plugin reads a file that no built-in reader can open, without being named."""
    zebra_cli.write("sqlite_pool.py", SQLITE)
    write(zebra_cli, rows())
    pool = [
        {
            "prompt": [{"role": "user", "content": row["instruction"]}],
            "models": row["models"],
            "responses": [answer["response"] for answer in row["completions"]],
        }
        for row in rows()
    ]
    with sqlite3.connect("pool.db") as connection:
        connection.execute("create table pool (row text)")
        connection.executemany("insert into pool values (?)", [(json.dumps(row),) for row in pool])
    connection.close()
    result = zebra_cli.run("run", "--plugin", "sqlite_pool", "--pool", "pool.db", "--scores", "scores.csv")
    assert "read as sqlite" in result.stdout
    assert "sqlite" not in result.stderr
    stderr = zebra_cli.run("run", "--pool", "pool.db", "--scores", "scores.csv", "-o", "two", code=2).stderr
    assert "pool.db" in stderr
    assert "known format" in stderr


def test_a_declines_that_fails(zebra_cli: Project) -> None:
    """A reader whose `declines` fails is warned about once and passed over."""
    zebra_cli.write("buggy.py", BUGGY)
    write(zebra_cli, rows())
    stderr = zebra_cli.run(*ARGUMENTS, "--plugin", "buggy").stderr
    assert stderr.startswith("Warning: pool 'buggy' of plugin 'buggy': it failed with IndexError")
    assert stderr.count("buggy' of plugin") == 1
    assert len(zebra_cli.dataset()) > 20
