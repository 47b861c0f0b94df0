import zebra_core as zebra


@zebra.hookimpl
def zebra_similarities() -> zebra.Components:
    return {"my_sim": dot}


def dot(vectors: zebra.Matrix) -> zebra.Matrix:
    """Measure how similar two models are by the dot product of their vectors."""
    return vectors @ vectors.T
