"""What cells returned, as pages show it.

In: the outputs of a result, by their media types. Out: what a page can show of them (pictures, tables in its look,
interactive figures that wait to be drawn), or a fault where it cannot.
"""
