"""Catalogues that each break one contract."""

import zebra_core as zebra


@zebra.hookimpl
def zebra_catalogues():
    return {"list": as_list, "unknown": unknown, "upward": upward, "no-direction": no_direction, "twice": twice}


def as_list():
    """A list of names."""
    return ["skill"]


def unknown():
    """An unknown property."""
    return {"skill": {"direction": "higher", "colour": "red"}}


def upward():
    """An unknown direction."""
    return {"skill": {"direction": "up"}}


def no_direction():
    """No direction."""
    return {"skill": {"axis": "ability"}}


def twice():
    """One spelling of two benchmarks."""
    return {"skill": {"direction": "higher"}, "wit": {"direction": "higher", "names": ["Skill"]}}
