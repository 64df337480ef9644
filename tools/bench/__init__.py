"""How fast the engine is, next to PyTorch, hand-written NumPy and other small engines.

cases/      one small module a program: the same for torch-like libraries, and by hand in NumPy
worker.py   the process in which one library runs
race.py     the libraries in turn, from the same weights, with losses checked equal
start.py    import and first step, in a fresh process each time
growth.py   time and memory against depth, width, batch and number of operations
count.py    what a step costs in Python calls and bytes
report.py   tables and files
grading.py  seconds a submission, next to nbgrader's own run
"""
