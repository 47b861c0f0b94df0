"""A plugin that is slow to import."""

import time

import zebra_core as zebra

end = time.process_time() + 0.5
while time.process_time() < end:
    pass


@zebra.hookimpl
def zebra_similarities():
    return {"slow-import": fine}


def fine(vectors):
    """The dot product."""
    return vectors @ vectors.T
