"""The book: what happens when a network trains, and nothing else.

These are the classes that run. The library around them subclasses them (`layers.Dense` is a
`core.layer.Dense` with more arguments), wraps them, or hands things to them. Nothing here knows
of the library: names, files, warnings and advice stand outside.

Read in this order; it takes an afternoon.

1. derivatives/arithmetic.py   an op: what it computes, and how a gradient passes back through it
2. operators.py, tensor.py     a Tensor remembers what it was computed from
3. backward.py                 the chain rule: from the loss back to the weights
4. layer.py                    a function with weights: Dense, Flatten, Dropout, Sequential
5. losses.py                   how wrong is the network? One number
6. metrics.py                  what people look at: the mean loss, the accuracy
7. optimizer.py                how a weight moves along its gradient: SGD, Adam
8. batches.py                  a few samples at a time, in a new order each epoch
9. training.py                 the loop: predict, measure the loss, take gradients, move
"""
