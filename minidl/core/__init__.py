"""The book: what happens when a network trains, and nothing else.

These classes run in every training. The rest of the library subclasses them (`layers.Dense` is a
`core.layer.Dense` with more arguments), wraps them, or passes arguments to them. The core imports
nothing from the rest of the library. Names, files, warnings and advice are outside the core.

Read the files in this order; it takes an afternoon.

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
