"""Matrix products, which take nearly all the time of a network.

If you do not remember where a transpose belongs, look at the shapes: a gradient always
has the shape of what it is the gradient of.
"""


def matmul(x, y):
    """Z = X Y        ∂L/∂X = G Yᵀ     ∂L/∂Y = Xᵀ G

    x: (n, m), y: (m, k), g: (n, k), like z.
    """
    raise NotImplementedError("write matmul in derivatives/linear.py")


def dense(x, w, *bias):
    """Z = X W + b    ∂L/∂X = G Wᵀ     ∂L/∂W = Xᵀ G     ∂L/∂b = Σ over the samples of G

    x: (samples, n), w: (n, units). bias: a tuple that holds b: (units,), or nothing, for a
    layer without a bias. Return as many vjps as there are arguments: three or two.
    """
    raise NotImplementedError("write dense in derivatives/linear.py")
