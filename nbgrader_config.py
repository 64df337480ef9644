"""How nbgrader runs this course. `course`, nbgrader's own commands and the Formgrader read it.

Instructors may edit it. `COURSE_RUN` names the run folder (submissions, grades, feedback) and
`COURSE_EXCHANGE` the exchange folder; both have defaults inside this checkout that git ignores.
"""

from pathlib import Path

from tools.course import glue

c = get_config()  # noqa: F821 - traitlets gives it to every configuration file

top = Path(__file__).resolve().parent
run = glue.run_folder(top)

c.CourseDirectory.root = str(top)
c.CourseDirectory.course_id = "penlight"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.submitted_directory = glue.step(top, run / "submitted")
c.CourseDirectory.autograded_directory = glue.step(top, run / "autograded")
c.CourseDirectory.feedback_directory = glue.step(top, run / "feedback")
c.CourseDirectory.db_url = f"sqlite:///{(run / 'gradebook.db').as_posix()}"
c.Exchange.root = str(glue.exchange_folder(top, run))

# A check has its own time limit. This one is for everything else a student may loop in: the cell
# is interrupted, counts as an error, and the next cell runs.
c.Execute.timeout = 60
c.Execute.interrupt_on_timeout = True
c.Execute.extra_arguments = ["--Application.log_level=ERROR"]  # what kernels log is not for graders

# What students find where a solution was; calling it says so.
c.ClearSolutions.code_stub = {
    "python": "# Your code goes here, in place of the next line.\n"
    'raise NotImplementedError("not written yet")'
}

# Released notebooks come out in the committed form on every route, the Formgrader's too.
c.GenerateAssignment.preprocessors.append("tools.course.glue.Normalise")

glue.prepare(run)
