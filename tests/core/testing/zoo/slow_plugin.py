"""A plugin that is slow to import."""

import time

import zebra_core as zebra

time.sleep(0.5)


@zebra.hookimpl
def zebra_similarities():
    return {"slow-import": fine}


def fine(vectors):
    """The dot product."""
    return vectors @ vectors.T
