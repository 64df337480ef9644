"""The teaching cycle on nbgrader: build, release, collect, grade, feedback, export.

Each step is a module here and a command of the same name. `folder.Course` says where everything
is; `glue` is all that nbgrader itself has to be told in Python.
"""

from tools.course.folder import Course, CourseError

__all__ = ["Course", "CourseError"]
