import zebra_core as zebra


@zebra.hookimpl
def zebra_similarities():
    return {"my_sim": dot}


def dot(vectors):
    """Measure how similar two models are by the dot product of their vectors."""
    return vectors @ vectors.T
